begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(3);

select tests.set_budget('owner', 1);
select tests.act_as('owner');
select tests.did(tests.spend(1, 1, 0.9));
delete from public.conversation_messages where id = tests.m(1);
select is(tests.state_of('owner'), 'day: 0.9 spent, 0 held', 'after the message is deleted');
delete from public.conversation_sessions where id = tests.s(1);
select is(tests.state_of('owner'), 'day: 0.9 spent, 0 held', 'after the session is');
select tests.start(6);
select is(tests.reserve(6, 0.2, 1), 'PT402 BUDGET_EXCEEDED', 'so nothing is won by it');

select * from finish();
rollback;
