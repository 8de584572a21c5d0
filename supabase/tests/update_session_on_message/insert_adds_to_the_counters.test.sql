begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
insert into public.conversation_messages (session_id, role, content, tokens_used, cost_usd)
values (tests.s(1), 'user', 'a', 3, 0.1);
select is(tests.counters_of(1), 'messages 1, tokens 3, cost 0.1, last 1', 'one row');
insert into public.conversation_messages (session_id, role, content, tokens_used, cost_usd)
values
  (tests.s(1), 'user', 'a', null, null), (tests.s(2), 'user', 'a', 5, 0.2),
  (tests.s(1), 'user', 'a', 4, 0.2), (tests.s(2), 'user', 'a', 6, 0.00000000000000000001);
select is(
  tests.counters_of(1), 'messages 3, tokens 7, cost 0.3, last 3', 'rows of one statement'
);
select is(
  tests.counters_of(2), 'messages 2, tokens 11, cost 0.20000000000000000001, last 2',
  'into two sessions'
);
insert into public.conversation_messages (session_id, role, content)
select tests.s(1), 'user', 'a' where false;
select is(tests.counters_of(1), 'messages 3, tokens 7, cost 0.3, last 3', 'and none at all');
insert into public.conversation_messages (session_id, role, content, input_tokens, output_tokens)
values (tests.s(1), 'assistant', 'a', 10, 20);
select is(
  tests.counters_of(1), 'messages 4, tokens 37, cost 0.3, last 4', 'tokens by input and output'
);

select * from finish();
rollback;
