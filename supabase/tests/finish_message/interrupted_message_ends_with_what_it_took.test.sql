begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/streaming.psql
select plan(5);

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
select tests.act_as('other');
select is(
  tests.error_of(format('select public.finish_message(%L)', tests.m(1))), 'PT404 MESSAGE_NOT_FOUND',
  'somebody else''s'
);
select is(tests.ledger(), 'daily exact, totals exact', 'usage is exact');

select * from finish();
rollback;
