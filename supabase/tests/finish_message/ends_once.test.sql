begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(8);

select tests.start(1);
select tests.act_as('owner');
select tests.begin(1);
create function pg_temp.finish(p_n integer, p_status text, p_tokens integer default null)
returns text
language sql
as $$
  select tests.error_of(
    format(
      'select public.finish_message(%L, %L, p_tokens_used => %L)', tests.m(p_n), p_status, p_tokens
    )
  )
$$;
select is(pg_temp.finish(1, 'complete', 10), 'ok', 'ended');
select is(pg_temp.finish(1, 'complete', 10), 'ok', 'again');
select is(tests.counters_of(1), 'messages 1, tokens 10, cost 0, last 1', 'counted once');
select is(pg_temp.finish(1, 'complete', 11), 'PT409 IDEMPOTENCY_MISMATCH', 'in another way');
select is(pg_temp.finish(1, 'streaming'), 'PT400 INVALID_ARGUMENT', 'streaming is no end');
select is(pg_temp.finish(1, null, 10), 'ok', 'a null is an argument left out');
select tests.append(1, jsonb_build_array(tests.msg(2)));
select is(pg_temp.finish(2, 'complete'), 'PT409 ILLEGAL_TRANSITION', 'a plain message');
select is(pg_temp.finish(7, 'complete'), 'PT404 MESSAGE_NOT_FOUND', 'unknown');

select * from finish();
rollback;
