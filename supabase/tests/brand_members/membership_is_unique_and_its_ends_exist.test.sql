begin;
\ir ../_shared/setup.psql
select plan(5);

select tests.act_as('service_role');
create function pg_temp.added(p_brand uuid, p_user uuid)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.brand_members (brand_id, user_id) values (%L, %L)', p_brand, p_user
  ))
$$;
select is(pg_temp.added(tests.id_of('brand'), tests.id_of('other')), 'ok', 'a new member');
select is(
  (
    select role from public.brand_members
    where brand_id = tests.id_of('brand') and user_id = tests.id_of('other')
  ), 'member', 'is a plain one'
);
select is(pg_temp.added(tests.id_of('brand'), tests.id_of('other')), '23505', 'twice');
select is(pg_temp.added(tests.id_of('nothing'), tests.id_of('other')), '23503', 'no such brand');
select is(pg_temp.added(tests.id_of('brand'), tests.id_of('nothing')), '23503', 'no such user');

select * from finish();
rollback;
