begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.start(2);
select tests.fill(1, 3);
select public.complete_conversation_session(id) from unnest(array[tests.s(1), tests.s(2)]) as id;
select tests.act_as('owner');
delete from public.conversation_sessions where id = tests.s(1);
select tests.act_as('postgres');
set constraints all immediate;
select is(
  (select count(*) from public.conversation_messages where session_id = tests.s(1)), 0::bigint,
  'messages'
);
select is(
  (select count(*) from public.session_events where session_id = tests.s(1)), 0::bigint, 'events'
);
select is(
  (select count(*) from public.session_events where session_id = tests.s(2)), 1::bigint,
  'those of another session stay'
);

select * from finish();
rollback;
