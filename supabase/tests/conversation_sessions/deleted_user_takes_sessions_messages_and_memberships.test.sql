begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1, 'owner', 'brand');
select tests.start(2);
select tests.start(3, 'other');
select tests.fill(1, 3);
select public.complete_conversation_session(tests.s(1));
delete from auth.users where id = tests.id_of('owner');
set constraints all immediate;
select is(
  (select count(*) from public.conversation_sessions where user_id = tests.id_of('owner')),
  0::bigint, 'sessions'
);
select is(
  (select count(*) from public.conversation_messages where user_id = tests.id_of('owner')),
  0::bigint, 'messages'
);
select is(
  (select count(*) from public.session_events where session_id = tests.s(1)), 0::bigint, 'events'
);
select is(
  (select count(*) from public.brand_members where user_id = tests.id_of('owner')), 0::bigint,
  'memberships'
);
select is(
  (select count(*) from public.conversation_sessions where id = tests.s(3)), 1::bigint,
  'another user''s session stays'
);

select * from finish();
rollback;
