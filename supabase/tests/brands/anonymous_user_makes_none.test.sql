begin;
\ir ../_shared/setup.psql
select plan(3);

select tests.act_as('anonymous');
select is(
  tests.error_of($$ insert into public.brands (slug, name) values ('anon', 'Anon') $$), '42501',
  'by the policy'
);
select tests.act_as('service_role');
select is(
  tests.error_of(format(
    'insert into public.brands (slug, name, created_by) values (%L, %L, %L)', 'anon', 'Anon',
    tests.id_of('anonymous')
  )), 'PT403 FORBIDDEN', 'nor does the server in their name'
);
select is(
  (select count(*) from public.brands where slug = 'anon'), 0::bigint, 'there is no such brand'
);

select * from finish();
rollback;
