begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content, tokens_used, cost_usd)
values (tests.m(1), tests.s(1), 'assistant', 'a', 1, 0.1);
savepoint before_write;
insert into public.conversation_messages (session_id, role, content, tokens_used, cost_usd)
values (tests.s(1), 'assistant', 'b', 5, 5), (tests.s(1), 'assistant', 'c', 5, 5);
select public.append_messages(tests.s(1), '[{"role": "user", "content": "d"}]');
rollback to savepoint before_write;
select is(tests.counters_of(1), 'messages 1, tokens 1, cost 0.1, last 1', 'the counters');
select is(tests.tree_of(1), '1 | shown 1 | branches 0', 'the tree');
savepoint before_delete;
delete from public.conversation_messages where id = tests.m(1);
rollback to savepoint before_delete;
select is(tests.counters_of(1), 'messages 1, tokens 1, cost 0.1, last 1', 'after a delete too');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(2), tests.s(1), 'user', 'e');
select is(
  (select sequence_order from public.conversation_messages where id = tests.m(2)), 2,
  'numbers that were never given out are given'
);

select * from finish();
rollback;
