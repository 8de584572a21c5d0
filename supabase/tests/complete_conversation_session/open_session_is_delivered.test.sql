begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.start(2);
update public.conversation_sessions set state = 'executing' where id = tests.s(2);
select tests.act_as('owner');
select is(
  (select state from public.complete_conversation_session(tests.s(1))), 'delivered', 'from initial'
);
select is(
  (select completed_at from public.complete_conversation_session(tests.s(2))), now(),
  'from executing, completed now'
);

select * from finish();
rollback;
