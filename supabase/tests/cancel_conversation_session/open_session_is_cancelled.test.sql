begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.act_as('owner');
create temp table cancelled as select * from public.cancel_conversation_session(tests.s(1));
select is((select state from cancelled), 'cancelled', 'the state');
select is((select completed_at from cancelled), now(), 'completed now');

select * from finish();
rollback;
