begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.try(p_model text, p_metadata jsonb)
returns text
language sql
as $$
  select tests.error_of(
    format(
      'select public.begin_message(%L, p_model_used => %L, p_metadata => %L)', tests.s(1), p_model,
      p_metadata
    )
  )
$$;
select is(pg_temp.try('m', '{"n": 1e400}'), 'PT413 TOO_LARGE', 'a number too wide');
select is(pg_temp.try(repeat('m', 1025), '{}'), 'PT413 TOO_LARGE', 'a name too long');
select is(tests.counters_of(1), 'messages 0, tokens 0, cost 0, last 0', 'nothing is written');

select * from finish();
rollback;
