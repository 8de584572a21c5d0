begin;
\ir ../_shared/setup.psql
select plan(3);

update public.brand_members set role = 'owner' where user_id = tests.id_of('brand_admin');
select tests.act_as('brand_owner');
select is(
  tests.error_of(format(
    'delete from public.brand_members where brand_id = %L and role = %L', tests.id_of('brand'),
    'owner'
  )), 'PT409 LAST_OWNER', 'one statement that deletes both'
);
select is(
  tests.error_of(format(
    'update public.brand_members set role = %L where brand_id = %L and role = %L', 'admin',
    tests.id_of('brand'), 'owner'
  )), 'PT409 LAST_OWNER', 'or changes both'
);
select is(
  (
    select count(*) from public.brand_members
    where brand_id = tests.id_of('brand') and role = 'owner'
  ), 2::bigint, 'both are still owners'
);

select * from finish();
rollback;
