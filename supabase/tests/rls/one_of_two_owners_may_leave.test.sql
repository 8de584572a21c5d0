begin;
\ir ../_shared/setup.psql
select plan(6);

insert into public.brand_members (brand_id, user_id, role)
values (tests.id_of('brand'), tests.id_of('other'), 'owner');
create function tests.leave()
returns text
language sql
as $$
  select tests.error_of(
    'delete from public.brand_members
     where brand_id = tests.id_of(''brand'') and user_id = auth.uid()'
  )
$$;
create function tests.owners()
returns bigint
language sql
security definer
as $$
  select count(*)
  from public.brand_members as m
  where m.brand_id = tests.id_of('brand') and m.role = 'owner'
$$;

select tests.act_as('other');
select is(tests.leave(), 'ok', 'the first of two owners leaves');
select is(tests.owners(), 1::bigint, 'one owner is left');
select tests.act_as('brand_owner');
select is(tests.leave(), 'PT409 LAST_OWNER', 'the last one cannot leave');
select is(
  tests.error_of(
    $$
      update public.brand_members set role = 'admin'
      where brand_id = tests.id_of('brand') and user_id = auth.uid()
    $$
  ),
  'PT409 LAST_OWNER',
  'nor step down'
);
select is(tests.owners(), 1::bigint, 'the brand keeps its owner');

-- The keeper steps aside where the person goes.
select tests.act_as('postgres');
delete from auth.users where id = tests.id_of('brand_owner');
select is(tests.owners(), 0::bigint, 'a user who is deleted leaves even as the last owner');

select * from finish();
rollback;
