begin;
\ir ../_shared/setup.psql
select plan(2);

insert into public.brand_members (brand_id, user_id, role)
values (tests.id_of('other_brand'), tests.id_of('owner'), 'owner');
delete from auth.users where id = tests.id_of('other');
select is(
  (select created_by from public.brands where id = tests.id_of('other_brand')), null,
  'the brand stays'
);
select is(
  (
    select array_agg(user_id) from public.brand_members
    where brand_id = tests.id_of('other_brand')
  ), array[tests.id_of('owner')], 'with its other members'
);

select * from finish();
rollback;
