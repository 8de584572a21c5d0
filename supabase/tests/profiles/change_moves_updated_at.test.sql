begin;
\ir ../_shared/setup.psql
select plan(2);

delete from public.profiles where user_id = tests.id_of('owner');
insert into public.profiles (user_id, updated_at)
values (tests.id_of('owner'), '2026-01-01 00:00:00+00');
select tests.act_as('owner');
update public.profiles set display_name = display_name;
select is(
  (select updated_at from public.profiles), '2026-01-01 00:00:00+00'::timestamptz,
  'the same name does not'
);
update public.profiles set display_name = 'New';
select is((select updated_at from public.profiles), now(), 'a new one does');

select * from finish();
rollback;
