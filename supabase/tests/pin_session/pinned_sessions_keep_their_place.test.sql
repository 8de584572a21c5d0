begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
update public.conversation_sessions set last_activity_at = '2026-01-01', updated_at = '2026-01-01';
select tests.act_as('owner');
select is((public.pin_session(tests.s(1))).pinned_at, now(), 'pinned now');
select is(
  (select count(*) from public.list_sessions(p_pinned => true)), 1::bigint, 'listed as pinned'
);
select is(
  (public.get_session(tests.s(1))).last_activity_at, '2026-01-01'::timestamptz,
  'which is no activity of the conversation'
);
select tests.act_as('postgres');
update public.conversation_sessions set pinned_at = '2026-01-02';
select tests.act_as('owner');
select is(
  (public.pin_session(tests.s(1))).pinned_at, '2026-01-02'::timestamptz, 'again: it keeps its time'
);
select is((public.pin_session(tests.s(1), false)).pinned_at, null, 'unpinned');
select tests.act_as('service_role');
select is((public.pin_session(tests.s(1))).pinned_at, now(), 'by the server');

select * from finish();
rollback;
