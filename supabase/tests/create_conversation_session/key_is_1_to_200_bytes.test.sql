begin;
\ir ../_shared/setup.psql
select plan(5);

select tests.act_as('owner');
create function pg_temp.with_key(p_key text)
returns text
language sql
as $$
  select tests.error_of(
    format('select public.create_conversation_session(p_idempotency_key => %L)', p_key)
  )
$$;
select is(pg_temp.with_key(''), 'PT400 INVALID_ARGUMENT', 'an empty key');
select is(pg_temp.with_key('a'), 'ok', 'one byte');
select is(pg_temp.with_key(repeat('a', 200)), 'ok', '200 bytes');
select is(pg_temp.with_key(repeat('a', 201)), 'PT400 INVALID_ARGUMENT', '201 bytes');
select is(
  pg_temp.with_key(repeat('é', 101)), 'PT400 INVALID_ARGUMENT', '101 characters, 202 bytes'
);

select * from finish();
rollback;
