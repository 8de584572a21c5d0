begin;
\ir ../_shared/setup.psql
select plan(3);

-- Both brands of setup.psql were made in this transaction.
select tests.act_as('owner');
select lives_ok(
  $$ insert into public.brands (slug, name) values ('made', 'Made') returning id $$,
  'insert ... returning answers its maker'
);
select is_empty(
  $$ select id from public.brands where id = tests.id_of('other_brand') $$,
  'a brand that somebody else makes at the same moment is not shown'
);

-- Maker, but no member any more, in a later transaction.
select tests.act_as('postgres');
insert into public.brand_members (brand_id, user_id, role)
values (tests.id_of('other_brand'), tests.id_of('brand_owner'), 'owner');
delete from public.brand_members
where brand_id = tests.id_of('other_brand') and user_id = tests.id_of('other');
update public.brands set created_at = now() - interval '1 second';
select tests.act_as('other');
select is_empty(
  $$ select id from public.brands where id = tests.id_of('other_brand') $$,
  'a brand that one made and left is not shown'
);

select * from finish();
rollback;
