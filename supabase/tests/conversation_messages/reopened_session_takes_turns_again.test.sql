begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(1);

select tests.start(1);
select tests.act_as('owner');
select public.complete_conversation_session(tests.s(1));
select public.reopen_conversation_session(tests.s(1));
insert into public.conversation_messages (session_id, role, content)
values (tests.s(1), 'user', 'a');
select is(tests.counters_of(1), 'messages 1, tokens 0, cost 0, last 1', 'a new turn');

select * from finish();
rollback;
