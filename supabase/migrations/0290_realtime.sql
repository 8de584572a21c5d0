-- 0290_realtime: tells clients what changed, over Supabase Realtime. Events name rows and hold no content.
-- Makes: private.broadcast, triggers *_95_broadcast_*, policy turnbase_select_own_topics on
--   realtime.messages.
-- Needs: 0010, 0030, 0050; of 0100, 0120 and 0130 what is there. Without schema realtime nothing is sent;
--   where it came later, run the last block again.
-- Locks: conversation_sessions, conversation_messages, tool_executions, budget_alerts (triggers).
-- Breaking: no.

-- Callable by definer functions only: API roles may call realtime.send, and its insert would fail on row
-- level security.
create function private.broadcast(p_topics text[], p_events text[], p_payloads jsonb[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if p_topics is null or to_regnamespace('realtime') is null then
    return;
  end if;
  -- One subtransaction, whatever is sent. A cancel, a statement timeout among them, is not among "others"
  -- and ends the write. A deadlock or a lock timeout met here lets go of what was locked here.
  begin
    for v_place in 1 .. cardinality(p_topics) loop
      perform realtime.send(p_payloads[v_place], p_events[v_place], p_topics[v_place], true);
    end loop;
  exception
    when others then
      raise warning 'Turnbase sent no broadcast: % (%)', sqlerrm, sqlstate;
  end;
end
$$;
revoke all on function private.broadcast(text[], text[], jsonb[])
  from public, anon, authenticated, service_role;
comment on function private.broadcast(text[], text[], jsonb[]) is
  'Sends events to private topics of Supabase Realtime; one that fails is a warning and fails nothing. '
  'Payloads hold ids, numbers, enums and times: realtime.messages keeps copies that no erasure reaches.';

-- Definer: realtime.messages takes no row from an API role.
create function private.tg_conversation_messages__broadcast()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_topics text[];
  v_events text[];
  v_payloads jsonb[];
begin
  -- What a stream appends is told by tg_message_streams__broadcast.
  if tg_op = 'UPDATE' then
    if not exists (
      select 1 from changed_messages as c where c.status <> 'streaming'
      union all
      select 1 from old_messages as o where o.status <> 'streaming'
    ) then
      return null;
    end if;
  end if;
  -- None of a visitor, whom no token lets in.
  with written as (
    select
      c.session_id, c.user_id, (array_agg(c.id))[1:100] as message_ids, count(*) as message_count,
      min(c.sequence_order) as first_sequence, max(c.sequence_order) as last_sequence,
      max(c.created_at) as last_message_at
    from changed_messages as c
    where c.user_id is not null
    group by c.session_id, c.user_id
  )
  select array_agg(e.topic), array_agg(e.event), array_agg(e.payload)
  into v_topics, v_events, v_payloads
  from (
    select
      'session:' || w.session_id,
      case tg_op
        when 'INSERT' then 'message.inserted' when 'UPDATE' then 'message.updated'
        else 'message.deleted'
      end,
      jsonb_build_object(
        'session_id', w.session_id, 'message_ids', w.message_ids,
        'message_count', w.message_count, 'first_sequence', w.first_sequence,
        'last_sequence', w.last_sequence
      )
    from written as w
    -- A session that is deleted says so itself.
    -- Neither "exists" nor, below, a join: the plan is kept, and one for many rows reads a table for one.
    where tg_op = 'INSERT'
      or (select true from public.conversation_sessions as s where s.id = w.session_id)
    union all
    select
      'user:' || w.user_id,
      'session.active',
      jsonb_build_object(
        'session_ids', (array_agg(w.session_id))[1:100], 'session_count', count(*),
        'last_message_at', max(w.last_message_at)
      )
    from written as w
    where tg_op = 'INSERT'
    group by w.user_id
  ) as e (topic, event, payload);
  perform private.broadcast(v_topics, v_events, v_payloads);
  return null;
end
$$;
revoke all on function private.tg_conversation_messages__broadcast()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_messages__broadcast() is
  'Tells a session''s topic of the messages that a statement wrote, as one event, and its user''s of the '
  'activity.';

create trigger conversation_messages_95_broadcast_added after insert
  on public.conversation_messages referencing new table as changed_messages
  for each statement execute function private.tg_conversation_messages__broadcast();
create trigger conversation_messages_95_broadcast_changed after update
  on public.conversation_messages
  referencing old table as old_messages new table as changed_messages
  for each statement execute function private.tg_conversation_messages__broadcast();
create trigger conversation_messages_95_broadcast_deleted after delete
  on public.conversation_messages referencing old table as changed_messages
  for each statement execute function private.tg_conversation_messages__broadcast();

-- Definer: realtime.messages takes no row from an API role.
create function private.tg_conversation_sessions__broadcast()
returns trigger
language plpgsql
security definer
set search_path = ''
-- The plan of a one-row statement is kept, and would pair many row by row.
set enable_nestloop = off
set jit = off
as $$
declare
  v_topics text[];
  v_events text[];
  v_payloads jsonb[];
begin
  if tg_op = 'UPDATE' then
    -- Whoever gives out places in a session changes nothing else that is told here.
    if not exists (
      select 1
      from changed_sessions as n
      join old_sessions as o on o.id = n.id
      where n.last_sequence = o.last_sequence
    ) then
      return null;
    end if;
    with changed as (
      select
        n.id, n.user_id, o.user_id as old_user_id, n.active_message_id, n.branch_count,
        (
          n.user_id, n.brand_id, n.title, n.description, n.agent_type, n.language, n.content_mode,
          n.state, n.pinned_at, n.archived_at, n.deleted_at, n.parsed_intent, n.answered_questions,
          n.pending_questions, n.selected_kb_ids, n.active_task_plan_id, n.context, n.settings,
          n.metadata
        ) is distinct from (
          o.user_id, o.brand_id, o.title, o.description, o.agent_type, o.language, o.content_mode,
          o.state, o.pinned_at, o.archived_at, o.deleted_at, o.parsed_intent, o.answered_questions,
          o.pending_questions, o.selected_kb_ids, o.active_task_plan_id, o.context, o.settings,
          o.metadata
        ) as is_changed,
        n.last_sequence = o.last_sequence
          and n.active_message_id is distinct from o.active_message_id as is_selected
      from changed_sessions as n
      join old_sessions as o on o.id = n.id
    ),
    told (topic, event, id) as (
      select 'user:' || c.user_id, 'session.updated', c.id
      from changed as c
      where c.is_changed and c.user_id = c.old_user_id
      union all
      select 'user:' || c.user_id, 'session.created', c.id
      from changed as c
      where c.user_id is distinct from c.old_user_id
      union all
      select 'user:' || c.old_user_id, 'session.deleted', c.id
      from changed as c
      where c.user_id is distinct from c.old_user_id
      union all
      select 'session:' || c.id, 'session.updated', c.id
      from changed as c
      where c.is_changed and c.user_id is not null
    )
    select array_agg(e.topic), array_agg(e.event), array_agg(e.payload)
    into v_topics, v_events, v_payloads
    from (
      select
        t.topic, t.event,
        jsonb_build_object('session_ids', (array_agg(t.id))[1:100], 'session_count', count(*))
      from told as t
      where t.topic is not null
      group by t.topic, t.event
      union all
      select
        'session:' || c.id, 'branch.selected',
        jsonb_build_object(
          'session_id', c.id, 'active_message_id', c.active_message_id,
          'branch_count', c.branch_count
        )
      from changed as c
      where c.is_selected and c.user_id is not null
    ) as e (topic, event, payload);
  else
    select array_agg(e.topic), array_agg(e.event), array_agg(e.payload)
    into v_topics, v_events, v_payloads
    from (
      select
        t.topic, case tg_op when 'INSERT' then 'session.created' else 'session.deleted' end,
        jsonb_build_object('session_ids', (array_agg(t.id))[1:100], 'session_count', count(*))
      from (
        select 'user:' || c.user_id, c.id, c.user_id
        from changed_sessions as c
        union all
        select 'session:' || c.id, c.id, c.user_id
        from changed_sessions as c
        where tg_op = 'DELETE'
      ) as t (topic, id, user_id)
      -- No topic is left of a user who goes.
      where (select true from auth.users as u where u.id = t.user_id)
      group by t.topic
    ) as e (topic, event, payload);
  end if;
  perform private.broadcast(v_topics, v_events, v_payloads);
  return null;
end
$$;
revoke all on function private.tg_conversation_sessions__broadcast()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__broadcast() is
  'Tells users'' topics which sessions came, changed and went, and a session''s topic what it is now.';

create trigger conversation_sessions_95_broadcast_added after insert
  on public.conversation_sessions referencing new table as changed_sessions
  for each statement execute function private.tg_conversation_sessions__broadcast();
create trigger conversation_sessions_95_broadcast_changed after update
  on public.conversation_sessions
  referencing old table as old_sessions new table as changed_sessions
  for each statement execute function private.tg_conversation_sessions__broadcast();
create trigger conversation_sessions_95_broadcast_deleted after delete
  on public.conversation_sessions referencing old table as changed_sessions
  for each statement execute function private.tg_conversation_sessions__broadcast();

-- Definer: realtime.messages takes no row from an API role.
create function private.tg_message_streams__broadcast()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if exists (
    select 1
    from public.conversation_sessions as s
    where s.id = new.session_id and s.user_id is not null
  ) then
    perform private.broadcast(
      array['session:' || new.session_id],
      array['message.progress'],
      array[
        jsonb_build_object(
          'session_id', new.session_id, 'message_id', new.message_id, 'next_seq', new.next_seq
        )
      ]
    );
  end if;
  return null;
end
$$;
revoke all on function private.tg_message_streams__broadcast()
  from public, anon, authenticated, service_role;
comment on function private.tg_message_streams__broadcast() is
  'Tells a session''s topic that a running answer has grown.';

-- Definer: realtime.messages takes no row from an API role.
create function private.tg_tool_executions__broadcast()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_topics text[];
  v_events text[];
  v_payloads jsonb[];
begin
  select array_agg(e.topic), array_agg(e.event), array_agg(e.payload)
  into v_topics, v_events, v_payloads
  from (
    select
      'session:' || c.session_id,
      case tg_op
        when 'INSERT' then 'tool_execution.inserted' when 'UPDATE' then 'tool_execution.updated'
        else 'tool_execution.deleted'
      end,
      jsonb_build_object(
        'session_id', c.session_id, 'tool_execution_ids', (array_agg(c.id))[1:100],
        'tool_execution_count', count(*)
      )
    from changed_executions as c
    where (select s.user_id is not null from public.conversation_sessions as s where s.id = c.session_id)
    group by c.session_id
  ) as e (topic, event, payload);
  perform private.broadcast(v_topics, v_events, v_payloads);
  return null;
end
$$;
revoke all on function private.tg_tool_executions__broadcast()
  from public, anon, authenticated, service_role;
comment on function private.tg_tool_executions__broadcast() is
  'Tells a session''s topic of the runs of tools that a statement wrote, as one event.';

-- Definer: realtime.messages takes no row from an API role.
create function private.tg_budget_alerts__broadcast()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_topics text[];
  v_events text[];
  v_payloads jsonb[];
begin
  select array_agg('user:' || g.user_id), array_agg('budget.alert'::text), array_agg(g.payload)
  into v_topics, v_events, v_payloads
  from (
    select
      b.user_id,
      jsonb_build_object('budget_ids', array_agg(distinct b.id), 'alert_count', count(*))
    from new_alerts as n
    cross join lateral (select a.* from public.budgets as a where a.id = n.budget_id limit 1) as b
    where b.user_id is not null
    group by b.user_id
  ) as g (user_id, payload);
  perform private.broadcast(v_topics, v_events, v_payloads);
  return null;
end
$$;
revoke all on function private.tg_budget_alerts__broadcast()
  from public, anon, authenticated, service_role;
comment on function private.tg_budget_alerts__broadcast() is
  'Tells a user''s topic that a limit of the user''s budgets was reached. Brands have no topic.';

-- Files may be left out.
do $$
begin
  if to_regclass('private.message_streams') is not null then
    -- Where the clock's second is another than at the delta before: at most one event a second, and for
    -- nobody a moment to keep.
    create trigger message_streams_95_broadcast_progress after update of last_delta_at
      on private.message_streams for each row
      when (date_trunc('second', old.last_delta_at) <> date_trunc('second', new.last_delta_at))
      execute function private.tg_message_streams__broadcast();
  end if;
  if to_regproc('private.add_tool_executions') is not null then
    create trigger tool_executions_95_broadcast_added after insert on public.tool_executions
      referencing new table as changed_executions
      for each statement execute function private.tg_tool_executions__broadcast();
    create trigger tool_executions_95_broadcast_changed after update on public.tool_executions
      referencing new table as changed_executions
      for each statement execute function private.tg_tool_executions__broadcast();
    create trigger tool_executions_95_broadcast_deleted after delete on public.tool_executions
      referencing old table as changed_executions
      for each statement execute function private.tg_tool_executions__broadcast();
  end if;
  if to_regproc('private.note_budget_alerts') is not null then
    create trigger budget_alerts_95_broadcast_added after insert on public.budget_alerts
      referencing new table as new_alerts
      for each statement execute function private.tg_budget_alerts__broadcast();
  end if;
end
$$;

-- Who may join a topic. The Realtime server asks once, when a client joins and with each new token, with
-- the topic in a setting and a row of that topic to be read. No policy lets a client send.
do $$
begin
  if to_regclass('realtime.messages') is null or to_regprocedure('realtime.topic()') is null then
    return;
  end if;
  -- The schema is the platform's and stays when a project is reset, and so do policies in it.
  drop policy if exists turnbase_select_own_topics on realtime.messages;
  -- The topic of the row is compared as well: whoever sets the setting reads no other topic by it.
  create policy turnbase_select_own_topics on realtime.messages for select to authenticated
    using (
      extension in ('broadcast', 'presence')
      and topic = (select realtime.topic())
      and (
        topic = 'user:' || (select auth.uid())::text
        or exists (
          select 1
          from public.conversation_sessions as s
          where s.user_id = (select auth.uid())
            and s.deleted_at is null
            -- Any other text is no topic of a session, and no error.
            and s.id = (
              select
                case
                  when realtime.topic() ~ '^session:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                    then right(realtime.topic(), 36)::uuid
                end
            )
        )
      )
    );
end
$$;
