begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.act_as('owner');
select tests.fill(1, 2);
delete from public.conversation_messages where id = tests.m(2);
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(2), tests.s(1), 'user', 'new');
select is(tests.tree_of(1), '1 2<1 | shown 2 | branches 0', 'as a new message');
select is(tests.counters_of(1), 'messages 2, tokens 0, cost 0, last 3', 'with a new number');

select * from finish();
rollback;
