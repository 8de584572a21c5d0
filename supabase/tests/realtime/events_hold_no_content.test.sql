begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
\ir ../_fixtures/realtime.psql
select plan(4);

-- Writes a mark into every text and JSON column that a row of a table may be given.
create function pg_temp.mark(p_table regclass, p_where text)
returns integer
language plpgsql
as $$
declare
  v_count integer;
  v_columns text[];
begin
  v_columns := array(
    select
      case
        when a.atttypid = 'jsonb'::regtype and a.attname ~ '(parts|calls|questions)$'
          then format('%I = ''[{"a": "MARK"}]''', a.attname)
        when a.atttypid = 'jsonb'::regtype then format('%I = ''{"a": "MARK"}''', a.attname)
        else format('%I = ''MARK''', a.attname)
      end
    from pg_attribute as a
    where a.attrelid = p_table and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      and a.atttypid in ('text'::regtype, 'jsonb'::regtype)
  );
  execute format('update %s set %s where %s', p_table, array_to_string(v_columns, ', '), p_where);
  get diagnostics v_count = row_count;
  return v_count * cardinality(v_columns);
end
$$;
select tests.set_budget('owner', 0.5);
select tests.fill(1, 3);
insert into public.tool_executions (id, session_id, message_id, tool_name, input)
values (tests.m(1), tests.s(1), tests.m(1), 'MARK', '{"a": "MARK"}');
insert into public.conversation_messages (id, session_id, role, content, metadata, parts)
values (tests.m(8), tests.s(1), 'user', 'MARK', '{"a": "MARK"}', '[{"text": "MARK"}]');
insert into public.conversation_sessions (user_id, title, description, metadata)
values (tests.id_of('owner'), 'MARK', 'MARK', '{"a": "MARK"}');
select cmp_ok(
  pg_temp.mark('public.conversation_messages', 'session_id = ' || quote_literal(tests.s(1))), '>=',
  50, 'every text of messages is marked'
);
select cmp_ok(
  pg_temp.mark('public.conversation_sessions', 'id = ' || quote_literal(tests.s(1)))
  + pg_temp.mark('public.tool_executions', 'true'), '>=', 12, 'and those of sessions and runs'
);
select tests.act_as('owner');
select count(*) from public.begin_message(tests.s(1), tests.m(9));
select tests.act_as('postgres');
update private.message_streams set last_delta_at = now() - interval '1 minute';
select tests.act_as('owner');
select public.append_message_delta(tests.m(9), 1, 'MARK');
select count(*)
from public.finish_message(tests.m(9), p_error_message => 'MARK', p_metadata => '{"a": "MARK"}');
select tests.did(tests.spend(1, 5, 1));
select count(*) from public.edit_message(tests.m(3), 'MARK', tests.m(10));
select count(*) from public.select_branch(tests.m(3));
delete from public.tool_executions;
delete from public.conversation_messages where id = tests.m(8);
delete from public.conversation_sessions;
select tests.act_as('postgres');

select is(
  (select count(*) from realtime.messages as m where m::text like '%MARK%'), 0::bigint,
  'none is in what was sent'
);
-- docs/realtime.md and types/index.ts say the same; test/api/realtime.test.ts compares them with this.
select results_eq(
  $$
    select m.event, array_agg(distinct k.key order by k.key)
    from realtime.messages as m
    cross join lateral jsonb_object_keys(m.payload - 'id') as k (key)
    group by m.event
    order by m.event collate "C"
  $$,
  $$
    values
      ('branch.selected', array['active_message_id', 'branch_count', 'session_id']),
      ('budget.alert', array['alert_count', 'budget_ids']),
      (
        'message.deleted',
        array['first_sequence', 'last_sequence', 'message_count', 'message_ids', 'session_id']
      ),
      (
        'message.inserted',
        array['first_sequence', 'last_sequence', 'message_count', 'message_ids', 'session_id']
      ),
      ('message.progress', array['message_id', 'next_seq', 'session_id']),
      (
        'message.updated',
        array['first_sequence', 'last_sequence', 'message_count', 'message_ids', 'session_id']
      ),
      ('session.active', array['last_message_at', 'session_count', 'session_ids']),
      ('session.created', array['session_count', 'session_ids']),
      ('session.deleted', array['session_count', 'session_ids']),
      ('session.updated', array['session_count', 'session_ids']),
      ('tool_execution.deleted', array['session_id', 'tool_execution_count', 'tool_execution_ids']),
      ('tool_execution.inserted', array['session_id', 'tool_execution_count', 'tool_execution_ids']),
      ('tool_execution.updated', array['session_id', 'tool_execution_count', 'tool_execution_ids'])
  $$,
  'every event was sent, each with its own keys'
);

select * from finish();
rollback;
