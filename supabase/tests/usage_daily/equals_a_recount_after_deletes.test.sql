begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(6);

select tests.work();
select tests.act_as('owner');
delete from public.conversation_messages where id = tests.m(2);
select is(tests.ledger(), 'daily exact, totals exact', 'a message by its user');
select public.merge_usage();
select tests.act_as('service_role');
delete from public.conversation_messages where session_id = tests.s(2);
select is(tests.ledger(), 'daily exact, totals exact', 'every message of a session by the server');
select tests.act_as('owner');
delete from public.conversation_sessions where id = tests.s(1);
select is(tests.ledger(), 'daily exact, totals exact', 'a session by its user');
select tests.act_as('postgres');
delete from auth.users where id = tests.id_of('owner');
select is(tests.ledger(), 'daily exact, totals exact', 'a user');
select is(
  (
    select count(*) from public.conversation_messages
    where session_id in (tests.s(1), tests.s(2), tests.s(3))
  ), 0::bigint, 'with no message left'
);
select public.merge_usage();
select is(tests.ledger(), 'daily exact, totals exact', 'merged');

select * from finish();
rollback;
