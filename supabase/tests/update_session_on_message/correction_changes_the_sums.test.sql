begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
select tests.start(2);
insert into public.conversation_messages (id, session_id, role, content, tokens_used, cost_usd)
values
  (tests.m(1), tests.s(1), 'assistant', 'a', 10, 0.5),
  (tests.m(2), tests.s(1), 'assistant', 'a', null, null),
  (tests.m(3), tests.s(2), 'assistant', 'a', 1, 0.1);
select tests.act_as('service_role');
update public.conversation_messages set tokens_used = 12, cost_usd = 0.25 where id = tests.m(1);
select is(tests.counters_of(1), 'messages 2, tokens 12, cost 0.25, last 2', 'another value');
update public.conversation_messages set tokens_used = 3, cost_usd = 0.1 where id = tests.m(2);
select is(tests.counters_of(1), 'messages 2, tokens 15, cost 0.35, last 2', 'a first value');
update public.conversation_messages set tokens_used = null, cost_usd = null
where id = tests.m(1);
select is(tests.counters_of(1), 'messages 2, tokens 3, cost 0.1, last 2', 'none any more');
update public.conversation_messages set tokens_used = 7, cost_usd = 0.7
where id in (tests.m(1), tests.m(2), tests.m(3));
select is(tests.counters_of(1), 'messages 2, tokens 14, cost 1.4, last 2', 'several at once');
select is(tests.counters_of(2), 'messages 1, tokens 7, cost 0.7, last 1', 'in two sessions');
update public.conversation_messages set mood = 'glad';
select is(tests.counters_of(1), 'messages 2, tokens 14, cost 1.4, last 2', 'not by a mood');
select is(
  tests.error_of(format(
    'update public.conversation_messages set cost_usd = -1 where id = %L', tests.m(1)
  )), '23514', 'a refused correction'
);
select is(tests.counters_of(1), 'messages 2, tokens 14, cost 1.4, last 2', 'changes nothing');

select * from finish();
rollback;
