begin;
\ir ../_shared/setup.psql
select plan(1);

delete from auth.users where id in (tests.id_of('brand_owner'), tests.id_of('brand_member'));
select is(
  (
    select array_agg(user_id order by user_id) from public.brand_members
    where brand_id = tests.id_of('brand')
  ), array[tests.id_of('owner'), tests.id_of('brand_admin'), tests.id_of('brand_analyst')],
  'nobody can be kept from going'
);

select * from finish();
rollback;
