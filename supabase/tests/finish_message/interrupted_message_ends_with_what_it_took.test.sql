begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/streaming.psql
select plan(13);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select tests.begin(1);
select public.append_message_delta(tests.m(1), 1, 'half');
select tests.act_as('service_role');
select public.interrupt_stale_messages(0);
select is(
  (public.finish_message(tests.m(1), 'cancelled', p_tokens_used => 9)).content, 'half', 'its text stays'
);
select is(tests.counters_of(1), 'messages 1, tokens 9, cost 0, last 1', 'what it took counts');
select is(
  (public.finish_message((public.begin_message(tests.s(2))).id, 'interrupted')).status::text,
  'interrupted', 'the writer may say that it was interrupted'
);
select tests.begin(2, 'root');
select public.append_message_delta(tests.m(2), 1, 'one ');
create function pg_temp.interrupt(p_tokens integer default 4)
returns text
language sql
as $$
  select tests.error_of(format(
    'select public.finish_message(%L, ''interrupted'', p_tokens_used => %L)', tests.m(2), p_tokens
  ))
$$;
select is(
  pg_temp.interrupt() || ', ' || tests.state_of(2), 'ok, interrupted ''one '' next 2',
  'and then it may go on'
);
select is(
  pg_temp.interrupt() || ', ' || tests.state_of(2), 'ok, interrupted ''one '' next 2', 'said again'
);
select is(tests.delta(2, 1, 'one '), 'PT409 DELTA_OUT_OF_SEQUENCE', 'a delta that was stored already');
select is(
  tests.delta(2, 2, 'two') || ', ' || tests.state_of(2), 'ok, streaming ''one two'' next 3 running',
  'the next one'
);
select is(
  pg_temp.interrupt() || ', ' || tests.state_of(2), 'ok, interrupted ''one two'' next 3',
  'interrupted once more'
);
select is(
  (public.finish_message(tests.m(2), p_tokens_used => 9)).status || ', ' || tests.state_of(2),
  'complete, complete ''one two''', 'or be finished'
);
select is(tests.delta(2, 3, 'x'), 'PT409 ILLEGAL_TRANSITION', 'which is its end');
select tests.act_as('owner');
select tests.begin(3, 'root');
select public.append_message_delta(tests.m(3), 1, 'half');
select public.finish_message(tests.m(3), 'interrupted', p_error_message => 'lost');
select tests.act_as('service_role');
select is(
  (public.finish_message(tests.m(3), p_cost_usd => 0.01)).error_message || ', ' || tests.state_of(3),
  'lost, interrupted ''half'' next 2', 'a server that says what a user''s answer cost ends nothing'
);
select tests.act_as('other');
select is(
  tests.error_of(format('select public.finish_message(%L)', tests.m(1))), 'PT404 MESSAGE_NOT_FOUND',
  'somebody else''s'
);
select is(tests.ledger(), 'daily exact, totals exact', 'usage is exact');

select * from finish();
rollback;
