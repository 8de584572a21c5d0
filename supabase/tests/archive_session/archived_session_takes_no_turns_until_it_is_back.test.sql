begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
update public.conversation_sessions set last_activity_at = '2026-01-01';
select tests.act_as('owner');
select is((public.archive_session(tests.s(1))).status::text, 'archived', 'archived');
select is((public.get_session(tests.s(1))).archived_at, now(), 'now');
select is(
  (public.get_session(tests.s(1))).last_activity_at, '2026-01-01'::timestamptz,
  'which is no activity of the conversation'
);
select is(tests.append_error(1, jsonb_build_array(tests.msg(1))), 'PT409 SESSION_CLOSED', 'no turns');
select tests.act_as('postgres');
update public.conversation_sessions set archived_at = '2026-01-02';
select tests.act_as('owner');
select is(
  (public.archive_session(tests.s(1))).archived_at, '2026-01-02'::timestamptz,
  'again: it keeps its time'
);
select is((public.unarchive_session(tests.s(1))).status::text, 'active', 'back');
select is(tests.append_error(1, jsonb_build_array(tests.msg(1))), 'ok', 'and takes turns');
select tests.act_as('service_role');
select is(
  (public.archive_session(tests.s(1))).status || ' ' || (public.unarchive_session(tests.s(1))).status,
  'archived active', 'by the server'
);

select * from finish();
rollback;
