begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(13);

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

-- Who missed the answer sends the same end again, also once the server has said what the call cost.
select tests.act_as('owner');
select tests.begin(3);
select is(pg_temp.finish(3, 'complete', 20), 'ok', 'ended by its user');
select tests.act_as('service_role');
select is(pg_temp.finish(3, null, 30), 'ok', 'and by the server in its own way');
select is(pg_temp.finish(3, 'complete', 20), 'PT409 IDEMPOTENCY_MISMATCH', 'the server has one way');
select tests.act_as('owner');
select is(pg_temp.finish(3, 'complete', 20), 'ok', 'the end of its user is known as well');
select is(pg_temp.finish(3, 'complete', 21), 'PT409 IDEMPOTENCY_MISMATCH', 'and no other');

select * from finish();
rollback;
