begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.start(2);
select tests.fill(2, 2);
select tests.act_as('owner');
select is(tests.history_of(1), 'empty', 'a new session');
select is(tests.history_of(2), '1 2', 'beside one that is not empty');
delete from public.conversation_messages where session_id = tests.s(2);
select is(tests.history_of(2), 'empty', 'a session whose messages are gone');

select * from finish();
rollback;
