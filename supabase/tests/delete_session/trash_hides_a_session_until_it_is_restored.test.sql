begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(12);

select tests.start(1);
select tests.act_as('owner');
select tests.fill(1, 2);
select public.archive_session(tests.s(1));
select public.pin_session(tests.s(1));
select is((public.delete_session(tests.s(1))).status::text, 'deleted', 'in the trash');
select is_empty('select 1 from public.conversation_sessions', 'it cannot be read');
select is_empty('select 1 from public.conversation_messages', 'nor can its messages');
select tests.act_as('postgres');
update public.conversation_sessions set deleted_at = '2026-01-02';
select tests.act_as('owner');
select is(
  (public.delete_session(tests.s(1))).deleted_at, '2026-01-02'::timestamptz,
  'again: it keeps its time'
);
select is((public.restore_session(tests.s(1))).status::text, 'archived', 'back, archived as before');
select is((public.get_session(tests.s(1))).pinned_at, now(), 'and pinned as before');
select is(tests.history_of(1), '1 2', 'with its messages');
select is((public.restore_session(tests.s(1))).deleted_at, null, 'again: no change');
select tests.act_as('service_role');
select is(
  (public.delete_session(tests.s(1))).status || ' ' || (public.restore_session(tests.s(1))).status,
  'deleted archived', 'by the server'
);

-- A delete with a condition has to read the row: for good is a delete of one that is not in the trash.
select tests.act_as('owner');
select public.delete_session(tests.s(1));
delete from public.conversation_sessions where id = tests.s(1);
select is(
  (public.restore_session(tests.s(1))).id, tests.s(1), 'what is in the trash is not reached by a delete'
);
delete from public.conversation_sessions where id = tests.s(1);
select is(
  tests.error_of('select public.restore_session(tests.s(1))'), 'PT404 SESSION_NOT_FOUND',
  'restored first, it is'
);
select tests.start(1), public.delete_session(tests.s(1));
select tests.act_as('service_role');
delete from public.conversation_sessions where id = tests.s(1);
select is(
  tests.error_of('select public.restore_session(tests.s(1))'), 'PT404 SESSION_NOT_FOUND',
  'a server deletes from the trash'
);

select * from finish();
rollback;
