begin;
\ir ../_shared/setup.psql
select plan(3);

select tests.act_as('other');
delete from public.brands where id = tests.id_of('other_brand');
select tests.act_as('postgres');
select is(
  (select count(*) from public.brands where id = tests.id_of('other_brand')), 0::bigint,
  'an owner deletes a brand'
);
select is(
  (select count(*) from public.brand_members where brand_id = tests.id_of('other_brand')),
  0::bigint, 'its last owner''s membership goes with it'
);
select is(
  (select count(*) from public.brand_members where brand_id = tests.id_of('brand')), 5::bigint,
  'those of another brand stay'
);

select * from finish();
rollback;
