begin;
\ir ../_shared/setup.psql
select plan(2);

select tests.act_as('service_role');
select is(
  tests.error_of('select public.count_sessions()'), 'PT401 UNAUTHENTICATED', 'service_role'
);
select tests.act_as('owner');
select set_config('request.jwt.claims', '', true);
select is(tests.error_of('select public.count_sessions()'), 'PT401 UNAUTHENTICATED', 'no token');

select * from finish();
rollback;
