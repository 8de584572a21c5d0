-- A plan that is made while a table is empty reads it from end to end, and is kept while it fills: the
-- import of a project's old chats, in one transaction, would take time by the square of their number.
-- import_messages forbids it. Messages are written too often to pay for that in each write, so who writes
-- many in another way forbids it, too (docs/branches-and-streams.md).
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
\ir ../_fixtures/scans.psql
select plan(13);
set local jit = off;

truncate public.conversation_sessions cascade;
analyze;

-- %s: numbers from 1 to 100. How often a row was read by reading its table from end to end.
create function tests.reads_few(p_name text, p_sql text)
returns text
language plpgsql
as $$
declare
  v_before constant jsonb := tests.rows_scanned();
begin
  for i in 1 .. 100 loop
    execute format(p_sql, i);
  end loop;
  return cmp_ok(
    (
      select sum(s.rows_read - (v_before ->> s.id::text)::bigint)
      from tests.scans as s
      -- Tables of few rows.
      where s.name not in (
        'search_secrets', 'embedding_settings', 'data_columns', 'data_tables', 'users'
      )
    )::bigint,
    '<', 1000::bigint, p_name
  );
end
$$;

select tests.reads_few('sessions', $$
  insert into public.conversation_sessions (id, user_id, title, context)
  values (tests.s(%s), tests.id_of('owner'), 'T', jsonb_build_object('wide', repeat('x', 1500)))
$$);
select tests.reads_few('imports', $$
  select public.import_messages(tests.s(%1$s), jsonb_build_array(jsonb_build_object(
    'id', tests.m(2000 + %1$s), 'role', 'user', 'content', 'Hello', 'created_at', '2025-01-01T00:00:00Z'
  )))
$$);
select tests.reads_few('imports that come again', $$
  select public.import_messages(tests.s(%1$s), jsonb_build_array(jsonb_build_object(
    'id', tests.m(2000 + %1$s), 'role', 'user', 'content', 'Hello', 'created_at', '2025-01-01T00:00:00Z'
  )))
$$);
do $$
begin
  for i in 1 .. 100 loop
    delete from public.conversation_messages where id = tests.m(2000 + i);
  end loop;
end
$$;
select cmp_ok(
  (select s.rows_read from tests.scans as s where s.name = 'removed_usage'), '<', 1000::bigint,
  'the numbers of deleted messages'
);
set local enable_seqscan = off;
select tests.reads_few('messages', $$
  insert into public.conversation_messages (id, session_id, role, content)
  values (tests.m(%1$s), tests.s(%1$s), 'user', 'Hello')
$$);
select tests.reads_few('turns', $$
  select public.log_turn(tests.s(%1$s), tests.m(1000 + %1$s), 'Hello', 'Hello yourself')
$$);
reset enable_seqscan;
select tests.reads_few('runs', $$
  insert into public.tool_executions (id, session_id, message_id, tool_name, tokens_used)
  values (tests.t(%1$s), tests.s(%1$s), tests.m(%1$s), 'search', 3)
$$);
select tests.reads_few('files', $$
  insert into public.attachments (id, session_id, message_id, name, size_bytes, mime_type, sha256)
  values (
    tests.t(%1$s), tests.s(%1$s), tests.m(%1$s), 'a.txt', 3, 'text/plain',
    encode(sha256('%1$s'), 'hex')
  )
$$);
select tests.reads_few('ratings', $$
  insert into public.message_feedback (message_id, user_id, rating)
  values (tests.m(%1$s), tests.id_of('owner'), 'up')
$$);
select tests.reads_few('states', $$ select public.set_session_state(tests.s(%s), 'planning') $$);
select tests.reads_few('outcomes', $$
  select public.record_outcome(tests.s(%s), p_conversion_occurred => true)
$$);
select tests.reads_few('streams', $$
  select public.finish_message((public.begin_message(tests.s(%s))).id)
$$);
select tests.reads_few('usage', $$ select public.record_usage(p_usage_id => tests.m(%s), p_cost_usd => 0) $$);

select * from finish();
rollback;
