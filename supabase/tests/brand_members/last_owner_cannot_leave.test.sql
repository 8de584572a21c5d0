begin;
\ir ../_shared/setup.psql
select plan(6);

create function tests.tried(p_actor text, p_sql text)
returns text
language sql
as $$
  select tests.act_as(p_actor);
  select tests.error_of(format(p_sql, tests.id_of('brand'), tests.id_of('brand_owner')))
$$;
create temp table change (what, sql) as
values
  ('leave', 'delete from public.brand_members where brand_id = %L and user_id = %L'),
  ('step down',
    $$update public.brand_members set role = 'admin' where brand_id = %L and user_id = %L$$);
grant select on table change to authenticated, service_role;
select is(
  (select array_agg(tests.tried('brand_owner', sql)) from change),
  array['PT409 LAST_OWNER', 'PT409 LAST_OWNER'], 'neither leave nor step down'
);
select is(
  (select array_agg(tests.tried('service_role', sql)) from change),
  array['PT409 LAST_OWNER', 'PT409 LAST_OWNER'], 'the server is refused too'
);
select tests.act_as('service_role');
select is(
  tests.error_of(
    format('delete from public.brand_members where brand_id = %L', tests.id_of('brand'))
  ), 'PT409 LAST_OWNER', 'nor do all members go at once'
);
select is(
  (select role from public.brand_members where user_id = tests.id_of('brand_owner')), 'owner',
  'the owner is still there'
);
select tests.act_as('brand_owner');
update public.brand_members set role = 'owner' where user_id = tests.id_of('brand_admin');
select is(
  (select array_agg(tests.tried('brand_owner', sql) order by what desc) from change),
  array['ok', 'ok'], 'with a second owner both work'
);
select is(
  (
    select tests.tried('brand_admin',
      'delete from public.brand_members where brand_id = %L and user_id <> %L and role = ''owner''')
  ), 'PT409 LAST_OWNER', 'and the second is the last now'
);

select * from finish();
rollback;
