begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(10);

select tests.start(1);
select tests.act_as('service_role');
select tests.begin(1, 'active', 'm');
select tests.act_as('owner');
select is(tests.delta(1, 1, 'x'), 'PT403 FORBIDDEN', 'the user adds nothing to it');
select is(
  tests.error_of(format('select public.finish_message(%L)', tests.m(1))), 'PT403 FORBIDDEN',
  'nor ends it, which would keep its cost out'
);
select tests.act_as('service_role');
select is(tests.delta(1, 1, 'said'), 'ok', 'the server goes on');
select public.interrupt_stale_messages(0);
select tests.act_as('owner');
select is(tests.delta(1, 2, 'x'), 'PT403 FORBIDDEN', 'nor when it is interrupted');
select tests.act_as('service_role');
select is(
  (public.finish_message(tests.m(1), p_cost_usd => 0.5)).reported_by::text, 'service_role',
  'the server says what it cost'
);
select is(tests.counters_of(1), 'messages 1, tokens 0, cost 0.5, last 1', 'and that counts');
select tests.act_as('owner');
select tests.begin(2);
select tests.act_as('service_role');
select is(
  (public.finish_message(tests.m(2), p_cost_usd => 0.25)).reported_by::text, 'service_role',
  'the server ends what a user began'
);

select tests.act_as('owner');
select tests.begin(3);
select public.finish_message(tests.m(3), 'cancelled', p_cost_usd => 0);
select tests.act_as('service_role');
select is(
  (public.finish_message(tests.m(3), p_cost_usd => 0.125)).reported_by::text, 'service_role',
  'and says what it cost, although the user said so first'
);
select is(tests.counters_of(1), 'messages 3, tokens 0, cost 0.875, last 3', 'in place of that');
select lives_ok(
  format('select public.finish_message(%L, p_cost_usd => 0.125)', tests.m(3)), 'again: no change'
);

select * from finish();
rollback;
