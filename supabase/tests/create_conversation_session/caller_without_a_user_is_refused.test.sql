begin;
\ir ../_shared/setup.psql
select plan(2);

select tests.act_as('owner');
select set_config('request.jwt.claims', '{"role": "authenticated"}', true);
select is(
  tests.error_of('select public.create_conversation_session()'), 'PT401 UNAUTHENTICATED',
  'a token without sub'
);
select set_config('request.jwt.claims', '', true);
select is(
  tests.error_of($$ select public.create_conversation_session(p_idempotency_key => 'k') $$),
  'PT401 UNAUTHENTICATED', 'no token, with a key'
);

select * from finish();
rollback;
