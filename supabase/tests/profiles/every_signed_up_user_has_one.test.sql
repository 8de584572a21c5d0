-- What the migration takes in, and what the triggers keep.
begin;
\ir ../_shared/setup.psql
select plan(1);

select is(
  (
    select count(*)
    from auth.users as u
    left join public.profiles as p on p.user_id = u.id
    where u.is_anonymous = (p.user_id is not null)
  ), 0::bigint, 'and no anonymous one'
);

select * from finish();
rollback;
