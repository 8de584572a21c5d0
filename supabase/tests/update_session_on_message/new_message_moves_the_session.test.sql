begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
update public.conversation_sessions
set last_activity_at = '2026-01-01 00:00:00+00', updated_at = '2026-01-01 00:00:00+00'
where id = tests.s(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(1), tests.s(1), 'user', 'a'), (tests.m(2), tests.s(1), 'assistant', 'b');
select is(
  (select last_activity_at from public.get_session(tests.s(1))),
  (select created_at from public.conversation_messages where id = tests.m(2)),
  'last activity is the last message'
);
select is((select updated_at from public.get_session(tests.s(1))), now(), 'updated_at');
select is(
  (select active_message_id from public.get_session(tests.s(1))), tests.m(2), 'the shown end'
);
select tests.act_as('postgres');
update public.conversation_sessions set last_activity_at = now() + interval '1 hour'
where id = tests.s(1);
select tests.append(1, jsonb_build_array(tests.msg(3)));
select is(
  (select last_activity_at from public.get_session(tests.s(1))), now() + interval '1 hour',
  'which never goes back'
);

select * from finish();
rollback;
