begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1, 'other');
select tests.act_as('owner');
select is(
  tests.error_of(format('select public.complete_conversation_session(%L)', tests.s(1))),
  'PT404 SESSION_NOT_FOUND', 'another user''s session'
);
select is(
  tests.error_of(format('select public.complete_conversation_session(%L)', tests.id_of('nothing'))),
  'PT404 SESSION_NOT_FOUND', 'an unknown id'
);
select tests.act_as('service_role');
select is(
  (select state from public.complete_conversation_session(tests.s(1))), 'delivered',
  'service_role completes any'
);

select * from finish();
rollback;
