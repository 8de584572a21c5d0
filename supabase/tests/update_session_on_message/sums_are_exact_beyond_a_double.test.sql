begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(1);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (session_id, role, content, tokens_used, cost_usd)
select tests.s(1), 'assistant', 'a', 2147483647, 999999999.00000000000000000001
from generate_series(1, 3);
select is(
  tests.counters_of(1),
  'messages 3, tokens 6442450941, cost 2999999997.00000000000000000003, last 3',
  'tokens beyond an integer, dollars with 20 decimals'
);

select * from finish();
rollback;
