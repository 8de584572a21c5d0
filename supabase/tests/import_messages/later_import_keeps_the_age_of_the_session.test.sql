begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
update public.conversation_sessions set created_at = '2026-02-01', last_activity_at = '2026-02-02';
select tests.act_as('owner');
select public.import_messages(
  tests.s(1), jsonb_build_array(tests.msg(1, '{"created_at": "2026-02-03"}'))
);
select is(
  (public.get_session(tests.s(1))).created_at, '2026-02-01'::timestamptz, 'it began before that'
);
select public.import_messages(
  tests.s(1), jsonb_build_array(tests.msg(2, '{"created_at": "2026-01-01"}'))
);
select is(
  (public.get_session(tests.s(1))).created_at, '2026-02-01'::timestamptz,
  'messages before its time do not make it older'
);
select is(
  (public.get_session(tests.s(1))).last_activity_at, '2026-02-03'::timestamptz,
  'nor its last activity'
);

select * from finish();
rollback;
