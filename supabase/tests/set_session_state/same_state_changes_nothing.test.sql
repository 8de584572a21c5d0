begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
update public.conversation_sessions set state = 'planning' where id = tests.s(1);
create temp table before as
select xmin::text as version, s.* from public.conversation_sessions as s where id = tests.s(1);
grant select on table before to authenticated;
select tests.act_as('owner');
select is(
  (select state from public.set_session_state(tests.s(1), 'planning')), 'planning',
  'the row is returned'
);
select tests.act_as('postgres');
select is(
  (select xmin::text from public.conversation_sessions where id = tests.s(1)),
  (select version from before), 'and was not written'
);
select is(
  (select count(*) from public.session_events where session_id = tests.s(1)), 1::bigint,
  'one event, of the real move'
);

select * from finish();
rollback;
