begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select is(
  tests.error_of(format('select public.reopen_conversation_session(%L)', tests.s(1))),
  'PT409 ILLEGAL_TRANSITION', 'initial'
);
select public.set_session_state(tests.s(2), 'planning');
select is(
  tests.error_of(format('select public.reopen_conversation_session(%L)', tests.s(2))),
  'PT409 ILLEGAL_TRANSITION', 'planning, from which gathering is a legal move'
);

select * from finish();
rollback;
