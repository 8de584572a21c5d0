begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content, tokens_used, cost_usd)
select tests.m(i), tests.s(1), 'assistant', 'a', i, i * 0.1 from generate_series(1, 6) as i;
delete from public.conversation_messages where id = tests.m(2);
select is(tests.counters_of(1), 'messages 5, tokens 19, cost 1.9, last 6', 'one');
delete from public.conversation_messages where id in (tests.m(5), tests.m(6));
select is(tests.counters_of(1), 'messages 3, tokens 8, cost 0.8, last 6', 'several, the last two');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(7), tests.s(1), 'user', 'a');
select is(
  (select sequence_order from public.conversation_messages where id = tests.m(7)), 7,
  'the next is 7: no number comes back'
);
delete from public.conversation_messages where session_id = tests.s(1);
select is(tests.counters_of(1), 'messages 0, tokens 0, cost 0, last 7', 'all');
select tests.append(1, jsonb_build_array(tests.msg(8)));
select is(
  (select sequence_order from public.conversation_messages where id = tests.m(8)), 8,
  'even then'
);
select is(
  (select updated_at from public.get_session(tests.s(1))), now(), 'updated_at moves with it'
);

select * from finish();
rollback;
