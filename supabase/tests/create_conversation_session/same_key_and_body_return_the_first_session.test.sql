begin;
\ir ../_shared/setup.psql
select plan(6);

select tests.act_as('owner');
create temp table made as
select * from public.create_conversation_session(p_title => 'A', p_idempotency_key => 'key');
select is(
  (select (public.create_conversation_session(p_title => 'A', p_idempotency_key => 'key')).id),
  (select id from made), 'the same id'
);
select is(
  (select count(*) from public.conversation_sessions where title = 'A'), 1::bigint, 'one row'
);
select public.rename_session(id, 'B') from made;
select is(
  (select (public.create_conversation_session(p_title => 'A', p_idempotency_key => 'key')).title),
  'B', 'after a change the row as it is now'
);
select tests.act_as('postgres');
select public.wipe_session_content(id) from made;
select tests.act_as('owner');
select is(
  (select (public.create_conversation_session(p_title => 'A', p_idempotency_key => 'key')).id),
  (select id from made), 'after a wipe, too'
);
select isnt(
  (select (public.create_conversation_session(p_title => 'A', p_idempotency_key => 'key 2')).id),
  (select id from made), 'another key, another session'
);
select isnt(
  (select (public.create_conversation_session(p_title => 'A')).id),
  (select (public.create_conversation_session(p_title => 'A')).id),
  'without a key each call makes one'
);

select * from finish();
rollback;
