begin;
\ir ../_shared/setup.psql
select plan(3);

select tests.act_as('service_role');
select is(
  tests.error_of('select public.list_sessions()'), 'PT401 UNAUTHENTICATED', 'service_role'
);
select tests.act_as('owner');
select set_config('request.jwt.claims', '{"role": "authenticated"}', true);
select is(
  tests.error_of('select public.list_sessions()'), 'PT401 UNAUTHENTICATED', 'a token without sub'
);
select is(
  tests.error_of('select public.list_sessions(p_limit => 0)'), 'PT401 UNAUTHENTICATED',
  'asked before the arguments'
);

select * from finish();
rollback;
