begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(9);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select tests.begin(1, 'active', 'm');
select is(tests.begin(1, 'active', 'm'), 'streaming '''' 1 =', 'again');
select public.append_message_delta(tests.m(1), 1, 'a');
select is(tests.begin(1, 'active', 'm'), 'streaming ''a'' 2 =', 'it tells where to go on');
select is(tests.begin_error(1), 'PT409 IDEMPOTENCY_MISMATCH', 'another model');
select is(
  tests.error_of(
    format('select public.begin_message(%L, %L, %L, %L, %L)', tests.s(2), tests.m(1), 'active', 'acme', 'm')
  ),
  'PT409 IDEMPOTENCY_MISMATCH', 'another session'
);
select public.finish_message(tests.m(1));
select is(tests.begin(1, 'active', 'm'), 'complete ''a'' =', 'after its end');
select is(
  tests.append_error(1, jsonb_build_array(tests.msg(1))), 'PT409 IDEMPOTENCY_MISMATCH',
  'another call with its id'
);
select tests.append(1, jsonb_build_array(tests.msg(2)));
select is(tests.begin_error(2), 'PT409 IDEMPOTENCY_MISMATCH', 'the id of a plain message');
select is(
  (public.begin_message(tests.s(2))).inserted, true, 'without an id: one of its own'
);
select is(tests.counters_of(1), 'messages 2, tokens 0, cost 0, last 2', 'counted once');

select * from finish();
rollback;
