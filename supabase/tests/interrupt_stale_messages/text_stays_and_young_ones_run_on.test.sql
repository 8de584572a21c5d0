begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/streaming.psql
select plan(7);

select tests.start(1);
select tests.act_as('owner');
select tests.begin(1, 'active', 'm');
select public.append_message_delta(tests.m(1), 1, 'old');
select tests.begin(2, 'root', 'm');
select tests.idle(1, '121 seconds');
select tests.idle(2, '100 seconds');
select is(
  tests.error_of('select public.interrupt_stale_messages()'), '42501', 'not by users'
);
select tests.act_as('service_role');
select is(
  tests.error_of('select public.interrupt_stale_messages(-1)'), 'PT400 INVALID_ARGUMENT',
  'not in the future'
);
select is(public.interrupt_stale_messages(), 1, 'one is stale');
select is(public.interrupt_stale_messages(), 0, 'once');
select is(tests.state_of(1), 'interrupted ''old'' next 2', 'its text stays');
select is(tests.state_of(2), 'streaming '''' next 1 running', 'the other runs on');
select is(tests.ledger(), 'daily exact, totals exact', 'usage is exact');

select * from finish();
rollback;
