begin;
\ir ../_shared/setup.psql
select plan(6);

create function tests.trusted(p_actor text)
returns boolean
language sql
as $$
  select tests.act_as(p_actor);
  select private.is_trusted_caller()
$$;
select is(tests.trusted('owner'), false, 'no signed-in user');
select is(tests.trusted('anonymous'), false, 'no anonymous user');
select is(tests.trusted('service_role'), true, 'service_role');
select tests.act_as('owner');
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
select is(private.is_trusted_caller(), false, 'a claim alone is not believed');
select tests.act_as('postgres');
select is(private.is_trusted_caller(), true, 'the owner of the schema');
select tests.act_as('anon');
select is(tests.error_of('select private.is_trusted_caller()'), '42501', 'anon does not even ask');

select * from finish();
rollback;
