begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/streaming.psql
select plan(12);

select tests.start(1);
select tests.act_as('owner');
select tests.begin(1, 'active', 'm');
select public.append_message_delta(tests.m(1), 1, 'old');
select tests.begin(2, 'root', 'm');
select tests.idle(1, '121 seconds');
select tests.idle(2, '100 seconds');
select tests.begin(3, 'root', 'm');
select tests.idle(3, '122 seconds');
select is(
  tests.error_of('select public.interrupt_stale_messages()'), '42501', 'not by users'
);
select tests.act_as('service_role');
select is(
  tests.error_of('select public.interrupt_stale_messages(-1)'), 'PT400 INVALID_ARGUMENT',
  'not in the future'
);
select is(
  tests.error_of(format('select public.interrupt_stale_messages(120, %L)', n)), 'PT400 INVALID_ARGUMENT',
  format('a limit of %s', n)
)
from unnest(array[null, 0, 10001]) as n;
select is(public.interrupt_stale_messages(120, 1), 1, 'as many as the limit');
select is(tests.state_of(3), 'interrupted '''' next 1', 'the oldest first');
select is(public.interrupt_stale_messages(), 1, 'one more is stale');
select is(public.interrupt_stale_messages(), 0, 'once');
select is(tests.state_of(1), 'interrupted ''old'' next 2', 'its text stays');
select is(tests.state_of(2), 'streaming '''' next 1 running', 'the other runs on');
select is(tests.ledger(), 'daily exact, totals exact', 'usage is exact');

select * from finish();
rollback;
