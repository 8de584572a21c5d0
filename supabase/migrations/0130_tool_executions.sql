-- 0130_tool_executions: what tools were run in a session, with what they took and gave.
-- Makes: public.tool_executions, update_tokens_on_tool, view tool_execution_stats,
--   get_messages_with_tools.
-- Needs: 0010, 0030, 0040, 0050. Locks: conversation_sessions, conversation_messages (foreign keys).
-- Breaking: no.

create type public.tool_execution_status as enum (
  'pending', 'running', 'completed', 'failed', 'cancelled'
);
comment on type public.tool_execution_status is
  'Where a run of a tool stands. completed, failed and cancelled are final.';

create table public.tool_executions (
  id                 uuid                          not null default gen_random_uuid()
    constraint tool_executions_pkey primary key,
  session_id         uuid                          not null
    constraint tool_executions_session_id_fkey
      references public.conversation_sessions (id) on delete cascade,
  message_id         uuid,
  user_id            uuid,
  tool_call_id       text,
  tool_name          text                          not null,
  tool_type          text,
  input              jsonb,
  output             jsonb,
  status             public.tool_execution_status  not null default 'pending',
  execution_time_ms  integer
    constraint tool_executions_execution_time_ms_range check (execution_time_ms >= 0),
  tokens_used        integer
    constraint tool_executions_tokens_used_range check (tokens_used >= 0),
  error              text,
  created_at         timestamptz                   not null default clock_timestamp(),
  started_at         timestamptz,
  completed_at       timestamptz,
  request_hash       bytea                         not null default '',
  -- The content of a run goes with the message that called it.
  constraint tool_executions_message_id_fkey
    foreign key (session_id, message_id)
    references public.conversation_messages (session_id, id)
    on delete cascade
);
comment on table public.tool_executions is
  E'One run of a tool in a session.\n\n'
  'Who: the session''s user, and service_role; anonymous users read theirs and leave the writing to '
  'their server. Writes: insert when it starts or once it is over, update as it goes on: pending, '
  'running, then completed, failed or cancelled, which are final. The id is the idempotency key, as for '
  'messages. Tokens count in the session, not in usage.';
comment on column public.tool_executions.id is 'Execution id and idempotency key of the insert.';
comment on column public.tool_executions.session_id is 'The session it belongs to.';
comment on column public.tool_executions.message_id is
  'The message that called the tool, in the same session; null: none, or not stored yet.';
comment on column public.tool_executions.user_id is
  'The session''s user, copied by the database. No foreign key: the session''s holds.';
comment on column public.tool_executions.tool_call_id is
  'The id of the call in tool_calls of the message.';
comment on column public.tool_executions.tool_name is 'Name of the tool.';
comment on column public.tool_executions.tool_type is 'Kind of tool, such as function or mcp.';
comment on column public.tool_executions.input is 'Arguments. JSON, at most 256 KiB.';
comment on column public.tool_executions.output is
  'What it gave. JSON, at most 256 KiB; kept once the run is over.';
comment on column public.tool_executions.status is 'Where it stands.';
comment on column public.tool_executions.execution_time_ms is
  'Milliseconds it ran: as given, else from started_at to completed_at.';
comment on column public.tool_executions.tokens_used is 'Tokens it spent; null: none known.';
comment on column public.tool_executions.error is 'What went wrong; kept once the run is over.';
comment on column public.tool_executions.created_at is 'When it was written.';
comment on column public.tool_executions.started_at is
  'When it began to run: as seen, else completed_at less execution_time_ms; null: not known.';
comment on column public.tool_executions.completed_at is 'When it ended; null: it has not.';
comment on column public.tool_executions.request_hash is
  'SHA-256 of the client-given columns as first sent.';

-- The runs of a message, those of a session, and the foreign key side of both.
create index tool_executions_session_id_message_id_idx
  on public.tool_executions (session_id, message_id);
-- A user's runs by time: tool_execution_stats under row level security.
create index tool_executions_user_id_created_at_idx on public.tool_executions (user_id, created_at);
-- Everybody's runs of a time window: tool_execution_stats for analysts and the server.
create index tool_executions_created_at_idx on public.tool_executions using brin (created_at);

alter table public.tool_executions enable row level security;
-- From analyst too, whom a project may give what comes by default: what follows is by column.
revoke all on table public.tool_executions from public, anon, authenticated, service_role, analyst;

create policy tool_executions_select_own on public.tool_executions
  for select to authenticated
  using (
    user_id = (select auth.uid())
    and coalesce(session_id <> all ((select private.my_deleted_session_ids())::uuid[]), true)
  );
create policy tool_executions_insert_own on public.tool_executions
  for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and coalesce(((select auth.jwt()) ->> 'is_anonymous')::boolean, false) = false
  );
create policy tool_executions_update_own on public.tool_executions
  for update to authenticated
  using (
    user_id = (select auth.uid())
    and coalesce(((select auth.jwt()) ->> 'is_anonymous')::boolean, false) = false
  )
  with check (user_id = (select auth.uid()));
create policy tool_executions_delete_own on public.tool_executions
  for delete to authenticated
  using (user_id = (select auth.uid()));
create policy tool_executions_select_analyst on public.tool_executions
  for select to analyst using (true);
comment on policy tool_executions_select_own on public.tool_executions is
  'Users read the runs of their own sessions, but not of those in the trash.';
comment on policy tool_executions_insert_own on public.tool_executions is
  'Signed-in users write into their own sessions; anonymous users write none.';
comment on policy tool_executions_update_own on public.tool_executions is
  'Signed-in users carry on the runs of their own sessions.';
comment on policy tool_executions_delete_own on public.tool_executions is
  'Users delete the runs of their own sessions for good.';
comment on policy tool_executions_select_analyst on public.tool_executions is
  'Analysts read the columns that they are granted: numbers and names of tools, no content.';

grant select, delete on table public.tool_executions to authenticated, service_role;
-- Not granted: what the database gives or keeps (user_id, the times, request_hash).
grant insert (
  id, session_id, message_id, tool_call_id, tool_name, tool_type, input, output, status,
  execution_time_ms, tokens_used, error
) on table public.tool_executions to authenticated, service_role;
-- Not granted: which tool was called with what.
grant update (message_id, output, status, execution_time_ms, tokens_used, error)
  on table public.tool_executions to authenticated, service_role;
-- Not granted: input, output and error are content, the ids tell whose.
grant select (tool_name, tool_type, status, execution_time_ms, tokens_used, created_at)
  on table public.tool_executions to analyst;

create function private.tool_execution_request_hash(p_execution public.tool_executions)
returns bytea
language plpgsql
immutable
set search_path = ''
as $$
begin
  return sha256(
    convert_to(
      row(
        p_execution.message_id, p_execution.tool_call_id, p_execution.tool_name,
        p_execution.tool_type, p_execution.input, p_execution.output, p_execution.status,
        p_execution.execution_time_ms, p_execution.tokens_used, p_execution.error
      )::text,
      'UTF8'
    )
  );
end
$$;
revoke all on function private.tool_execution_request_hash(public.tool_executions)
  from public, anon, authenticated, service_role;
comment on function private.tool_execution_request_hash(public.tool_executions) is
  'SHA-256 over the client-given columns of a run as sent; nulls and absent keys are the same.';

create trigger tool_executions_05_lock before update or delete on public.tool_executions
  for each statement execute function private.tg__share_messages_lock();

create function private.tg_tool_executions__limit()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Numbers first: before anything looks at the text of a value.
  if private.has_wide_number(new.input) or private.has_wide_number(new.output) then
    perform private.raise_error('TOO_LARGE');
  end if;
  if octet_length(new.tool_call_id) > 1024
    or octet_length(new.tool_name) > 1024
    or octet_length(new.tool_type) > 1024
    or octet_length(new.error) > 1048576
    or octet_length(new.input::text) > 262144
    or octet_length(new.output::text) > 262144
  then
    perform private.raise_error('TOO_LARGE');
  end if;
  return new;
end
$$;
revoke all on function private.tg_tool_executions__limit()
  from public, anon, authenticated, service_role;
comment on function private.tg_tool_executions__limit() is
  'Refuses a text, a JSON value or a number in it that is too large (PT413 TOO_LARGE).';

create trigger tool_executions_10_limit
  before insert or update of tool_call_id, tool_name, tool_type, input, output, error
  on public.tool_executions for each row
  execute function private.tg_tool_executions__limit();

create function private.tg_tool_executions__place()
returns trigger
language plpgsql
security definer
set search_path = ''
-- A plan of a table that is empty would read all of it, and is kept while a long import fills it.
set enable_seqscan = off
set jit = off
as $$
declare
  v_session private.locked_session;
  v_stored record;
begin
  new.request_hash := private.tool_execution_request_hash(new);
  v_session := private.lock_session(new.session_id);
  -- After the lock: before it, two writers of one id would both miss it.
  select t.session_id, t.request_hash into v_stored
  from public.tool_executions as t
  where t.id = new.id;
  if found then
    if v_stored.session_id <> new.session_id or v_stored.request_hash <> new.request_hash then
      perform private.raise_error('IDEMPOTENCY_MISMATCH');
    end if;
    return null;
  end if;
  -- What has been done already is always taken; a new run only to answer what was still asked.
  if v_session.is_closed and new.status in ('pending', 'running') then
    perform private.refuse_closed_session(new.session_id, 'tool', v_session.active_message_id);
  end if;
  new.user_id := v_session.user_id;
  return new;
end
$$;
revoke all on function private.tg_tool_executions__place()
  from public, anon, authenticated, service_role;
comment on function private.tg_tool_executions__place() is
  'Gives a new run its owner, under the lock of its session, and recognises a repeated id.';

create trigger tool_executions_20_place before insert on public.tool_executions
  for each row execute function private.tg_tool_executions__place();

create function private.tg_tool_executions__guard_end()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Wiping and retention write with the rights of the owner.
  if pg_has_role(
    current_user, (select c.relowner from pg_catalog.pg_class as c where c.oid = tg_relid), 'usage'
  ) then
    return new;
  end if;
  if (new.status <> old.status and new.status = 'pending')
    or (
      old.status not in ('pending', 'running')
      and (
        new.status <> old.status
        or (old.output is not null and new.output is distinct from old.output)
        or (old.error is not null and new.error is distinct from old.error)
      )
    )
  then
    perform private.raise_error(
      'ILLEGAL_TRANSITION',
      'A run goes from pending to running to completed, failed or cancelled; once it is over, its '
      'status, output and error stay.'
    );
  end if;
  return new;
end
$$;
revoke all on function private.tg_tool_executions__guard_end()
  from public, anon, authenticated, service_role;
comment on function private.tg_tool_executions__guard_end() is
  'Lets API roles only carry a run on, and keeps what it gave once it is over (PT409 ILLEGAL_TRANSITION).';

-- After the content mode: the same end sent again is compared as its session keeps it.
create trigger tool_executions_26_guard_end before update of status, output, error
  on public.tool_executions for each row
  execute function private.tg_tool_executions__guard_end();

create function private.tg_tool_executions__find_message()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not exists (
    select 1
    from public.conversation_messages as m
    where m.session_id = new.session_id and m.id = new.message_id
  ) then
    perform private.raise_error('MESSAGE_NOT_FOUND');
  end if;
  return new;
end
$$;
revoke all on function private.tg_tool_executions__find_message()
  from public, anon, authenticated, service_role;
comment on function private.tg_tool_executions__find_message() is
  'Refuses a message that is not of the session (PT404 MESSAGE_NOT_FOUND).';

create trigger tool_executions_30_find_message before insert or update of message_id
  on public.tool_executions for each row when (new.message_id is not null)
  execute function private.tg_tool_executions__find_message();

create function private.tg_tool_executions__keep_time()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  -- Not now(): a run may begin and end in one transaction.
  v_now constant timestamptz := clock_timestamp();
begin
  if new.status = 'running' then
    new.started_at := coalesce(new.started_at, v_now);
  elsif new.status <> 'pending' then
    new.completed_at := coalesce(new.completed_at, v_now);
    new.started_at := coalesce(
      new.started_at, new.completed_at - new.execution_time_ms * interval '1 millisecond'
    );
    if new.execution_time_ms is null and new.started_at is not null then
      new.execution_time_ms := least(
        greatest(round(extract(epoch from new.completed_at - new.started_at) * 1000), 0), 2147483647
      );
    end if;
  end if;
  return new;
end
$$;
revoke all on function private.tg_tool_executions__keep_time()
  from public, anon, authenticated, service_role;
comment on function private.tg_tool_executions__keep_time() is
  'Sets started_at when a run begins, completed_at and execution_time_ms when it ends.';

create trigger tool_executions_40_keep_time before insert or update of status, execution_time_ms
  on public.tool_executions for each row
  execute function private.tg_tool_executions__keep_time();

create function public.update_tokens_on_tool()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_session_ids uuid[];
  v_tokens bigint[];
begin
  if tg_op = 'INSERT' then
    select array_agg(d.session_id), array_agg(d.tokens) into v_session_ids, v_tokens
    from (
      select n.session_id, sum(n.tokens_used) as tokens
      from new_executions as n
      group by n.session_id
      having sum(n.tokens_used) > 0
    ) as d;
  elsif tg_op = 'UPDATE' then
    select array_agg(d.session_id), array_agg(d.tokens) into v_session_ids, v_tokens
    from (
      select c.session_id, sum(c.tokens)::bigint as tokens
      -- No join of the two: the plan of a one-row statement is kept, and would pair them row by row.
      from (
        select n.session_id, coalesce(n.tokens_used, 0)::bigint
        from new_executions as n
        union all
        select o.session_id, -coalesce(o.tokens_used, 0)::bigint
        from old_executions as o
      ) as c (session_id, tokens)
      group by c.session_id
      having sum(c.tokens) <> 0
    ) as d;
  else
    select array_agg(d.session_id), array_agg(-d.tokens) into v_session_ids, v_tokens
    from (
      select o.session_id, sum(o.tokens_used) as tokens
      from old_executions as o
      group by o.session_id
      having sum(o.tokens_used) > 0
    ) as d;
  end if;
  if v_session_ids is not null then
    perform private.add_to_sessions(v_session_ids, v_tokens);
  end if;
  return null;
end
$$;
revoke all on function public.update_tokens_on_tool() from public, anon, authenticated, service_role;
comment on function public.update_tokens_on_tool() is
  'Trigger: keeps the tokens of runs in the session''s total_tokens. A run is no activity of the '
  'conversation: its place in lists stays.';

create trigger tool_executions_80_count_added after insert on public.tool_executions
  referencing new table as new_executions
  for each statement execute function public.update_tokens_on_tool();
create trigger tool_executions_80_count_changed after update on public.tool_executions
  referencing old table as old_executions new table as new_executions
  for each statement execute function public.update_tokens_on_tool();
create trigger tool_executions_80_count_deleted after delete on public.tool_executions
  referencing old table as old_executions
  for each statement execute function public.update_tokens_on_tool();

create function private.tg_conversation_sessions__carry_tool_owner()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  update public.tool_executions as t set user_id = new.user_id
  where t.session_id = new.id;
  return null;
end
$$;
revoke all on function private.tg_conversation_sessions__carry_tool_owner()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__carry_tool_owner() is
  'Carries a change of a session''s user to its tool executions.';

create trigger conversation_sessions_70_carry_tool_owner after update of user_id
  on public.conversation_sessions for each row when (old.user_id is distinct from new.user_id)
  execute function private.tg_conversation_sessions__carry_tool_owner();

-- Called by log_turn, which has checked the caller and locked the session.
create function private.add_tool_executions(
  p_session_id uuid,
  p_message_id uuid,
  p_tool_executions jsonb
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_now constant timestamptz := clock_timestamp();
begin
  if coalesce((auth.jwt() ->> 'is_anonymous')::boolean, false) then
    perform private.raise_error(
      'FORBIDDEN', 'Tool executions of an anonymous user are written by the server.'
    );
  elsif jsonb_typeof(p_tool_executions) <> 'array' then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'p_tool_executions is an array of at most 100 objects.'
    );
  elsif jsonb_array_length(p_tool_executions) > 100 then
    perform private.raise_error('TOO_LARGE', 'At most 100 tool executions a turn.');
  elsif exists (
    select 1
    from jsonb_array_elements(p_tool_executions) as e (execution)
    where jsonb_typeof(e.execution) <> 'object'
  ) then
    perform private.raise_error('INVALID_ARGUMENT', 'Each tool execution is an object.');
  elsif exists (
    select 1
    from jsonb_array_elements(p_tool_executions) as e (execution)
    cross join jsonb_object_keys(e.execution) as k (name)
    where k.name <> all (array[
      'id', 'tool_call_id', 'tool_name', 'tool_type', 'input', 'output', 'status',
      'execution_time_ms', 'tokens_used', 'error'
    ])
  ) then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'The keys of a tool execution are the insertable columns but session_id and message_id.'
    );
  elsif exists (
    select 1
    from jsonb_array_elements(p_tool_executions) as e (execution)
    where e.execution ->> 'tool_name' is null
  ) then
    perform private.raise_error('INVALID_ARGUMENT', 'A tool execution has a tool_name.');
  end if;

  begin
    insert into public.tool_executions (
      id, session_id, message_id, tool_call_id, tool_name, tool_type, input, output, status,
      execution_time_ms, tokens_used, error, created_at
    )
    select
      coalesce(x.id, gen_random_uuid()), p_session_id, p_message_id, x.tool_call_id, x.tool_name,
      x.tool_type, x.input, x.output, coalesce(x.status, 'pending'), x.execution_time_ms,
      x.tokens_used, x.error,
      -- Their order, also where the clock is coarse.
      v_now + e.position * interval '1 microsecond'
    from jsonb_array_elements(p_tool_executions) with ordinality as e (execution, position)
    cross join lateral jsonb_populate_record(null::public.tool_executions, e.execution) as x
    order by e.position;
  exception
    when data_exception then
      perform private.raise_error('INVALID_ARGUMENT', 'A value does not fit the type of its column.');
  end;
end
$$;
revoke all on function private.add_tool_executions(uuid, uuid, jsonb)
  from public, anon, authenticated, service_role;
comment on function private.add_tool_executions(uuid, uuid, jsonb) is
  'Stores p_tool_executions of log_turn with the answer (PT400 INVALID_ARGUMENT, PT403 FORBIDDEN for '
  'anonymous users, PT413 TOO_LARGE).';

create view public.tool_execution_stats with (security_invoker = true) as
select
  t.tool_name,
  t.tool_type,
  count(*) as execution_count,
  count(*) filter (where t.status = 'completed') as completed_count,
  count(*) filter (where t.status = 'failed') as failed_count,
  count(*) filter (where t.status = 'cancelled') as cancelled_count,
  round(
    count(*) filter (where t.status = 'completed')::numeric
    / nullif(count(*) filter (where t.status in ('completed', 'failed', 'cancelled')), 0),
    4
  ) as success_rate,
  round(avg(t.execution_time_ms), 2) as avg_execution_ms,
  round(
    (percentile_cont(0.5) within group (order by t.execution_time_ms))::numeric, 2
  ) as p50_execution_ms,
  round(
    (percentile_cont(0.95) within group (order by t.execution_time_ms))::numeric, 2
  ) as p95_execution_ms,
  coalesce(sum(t.tokens_used), 0)::bigint as total_tokens,
  min(t.created_at) as first_used_at,
  max(t.created_at) as last_used_at
from public.tool_executions as t
where t.created_at
  >= ((now() at time zone 'utc')::date - 6)::timestamp at time zone 'utc'
group by t.tool_name, t.tool_type;
comment on view public.tool_execution_stats is
  E'Tools by name and type over the last 7 UTC days, today included.\n\n'
  'Who: each user sees their own, without the trash; analyst and service_role everybody''s. Runs that '
  'were deleted do not count.';
comment on column public.tool_execution_stats.tool_name is 'Name of the tool.';
comment on column public.tool_execution_stats.tool_type is 'Kind of tool; null: not named.';
comment on column public.tool_execution_stats.execution_count is 'Runs, ended or not.';
comment on column public.tool_execution_stats.completed_count is 'Runs that completed.';
comment on column public.tool_execution_stats.failed_count is 'Runs that failed.';
comment on column public.tool_execution_stats.cancelled_count is 'Runs that were cancelled.';
comment on column public.tool_execution_stats.success_rate is
  'Completed among those that ended, 0 to 1; null: none ended.';
comment on column public.tool_execution_stats.avg_execution_ms is
  'Mean time, milliseconds; null: none known.';
comment on column public.tool_execution_stats.p50_execution_ms is
  'Median time, milliseconds, exact.';
comment on column public.tool_execution_stats.p95_execution_ms is
  '95th percentile of the time, milliseconds, exact.';
comment on column public.tool_execution_stats.total_tokens is 'Tokens that the runs spent.';
comment on column public.tool_execution_stats.first_used_at is 'First run in the window.';
comment on column public.tool_execution_stats.last_used_at is 'Last run.';
revoke all on table public.tool_execution_stats from public, anon, authenticated, service_role;
grant select on table public.tool_execution_stats to authenticated, service_role, analyst;

create type public.message_with_tools as (
  id                       uuid,
  session_id               uuid,
  brand_id                 uuid,
  user_id                  uuid,
  role                     public.message_role,
  content                  text,
  tokens_used              integer,
  model_used               text,
  provider                 text,
  cost_usd                 numeric,
  latency_ms               integer,
  action_taken             text,
  questions_asked          jsonb,
  delegation_plan          jsonb,
  created_at               timestamptz,
  sequence_order           integer,
  parent_message_id        uuid,
  status                   public.message_status,
  content_type             public.message_content_type,
  parts                    jsonb,
  tool_calls               jsonb,
  tool_call_id             text,
  input_tokens             integer,
  output_tokens            integer,
  cached_input_tokens      integer,
  cache_write_tokens       integer,
  cache_write_1h_tokens    integer,
  reasoning_tokens         integer,
  service_tier             text,
  price_id                 uuid,
  time_to_first_token_ms   integer,
  finish_reason            text,
  error_message            text,
  mood                     text,
  metadata                 jsonb,
  cost_source              public.cost_source,
  reported_by              public.cost_reporter,
  request_hash             bytea,
  edited_at                timestamptz,
  imported_at              timestamptz,
  content_mode             public.content_mode,
  content_length           integer,
  content_sha256           bytea,
  tool_executions          jsonb,
  tool_results             jsonb
);
comment on type public.message_with_tools is
  'A row of conversation_messages, the runs of its tools, and the messages that answer its calls.';

create function public.get_messages_with_tools(
  p_session_id uuid,
  p_limit integer default 50,
  p_before_sequence integer default null
)
returns setof public.message_with_tools
language plpgsql
stable
security invoker
set search_path = ''
-- The planner expects a hundred calls in each message, and would compile for seconds.
set jit = off
rows 50
as $$
declare
  v_branch constant private.shown_branch := private.branch_of(p_session_id, p_limit);
  v_is_line constant boolean := v_branch.branch_count = 0 and v_branch.user_id is not null;
begin
  return query
    -- Of the branch, what has to do with tools, without its content.
    with tooling as materialized (
      select
        b.*, b.calls is not null or exists (
          select 1
          from public.tool_executions as t
          where t.session_id = p_session_id and t.message_id = b.id
        ) as has_tools
      from (
        select
          m.id, m.sequence_order, nullif(m.tool_calls, '[]') as calls,
          case m.role when 'tool' then m.tool_call_id end as answered_id
        from public.conversation_messages as m
        where v_is_line and m.session_id = p_session_id and m.user_id = v_branch.user_id
        union all
        select
          m.id, m.sequence_order, nullif(m.tool_calls, '[]'),
          case m.role when 'tool' then m.tool_call_id end
        from private.walk_branch(
          p_session_id, v_branch.active_message_id, 2147483647, 2147483647
        ) as m
        where not v_is_line
      ) as b
    ),
    page as (
      select g.id, g.sequence_order
      from tooling as g
      where g.has_tools and g.sequence_order < coalesce(p_before_sequence, 2147483647)
      order by g.sequence_order desc
      limit p_limit
    ),
    -- Some providers use the ids of calls again: an answer belongs to the last call before it. By a
    -- window and not by a join, which would pair all calls with all answers where it guesses few.
    answers as materialized (
      select e.answer_id, e.caller_sequence
      from (
        select
          w.answer_id, max(w.call_sequence) over (
            partition by w.call_id order by w.sequence_order
          ) as caller_sequence
        from (
          select
            c.call ->> 'id' as call_id, g.sequence_order, g.sequence_order as call_sequence,
            null::uuid as answer_id
          from tooling as g
          cross join jsonb_array_elements(g.calls) as c (call)
          union all
          select g.answered_id, g.sequence_order, null, g.id
          from tooling as g
          where g.answered_id is not null
        ) as w
        where w.sequence_order >= (select min(p.sequence_order) from page as p)
      ) as e
      where e.answer_id is not null
    )
    select
      m.*,
      coalesce(
        (
          select
            jsonb_agg(
              jsonb_build_object(
                'id', t.id, 'tool_call_id', t.tool_call_id, 'tool_name', t.tool_name,
                'tool_type', t.tool_type, 'input', t.input, 'output', t.output, 'status', t.status,
                'execution_time_ms', t.execution_time_ms, 'tokens_used', t.tokens_used,
                'error', t.error, 'started_at', t.started_at, 'completed_at', t.completed_at
              )
              order by t.created_at, t.id
            )
          from public.tool_executions as t
          where t.session_id = p_session_id and t.message_id = p.id
        ),
        '[]'
      ),
      coalesce(
        (
          select
            jsonb_agg(
              jsonb_build_object('id', r.id, 'tool_call_id', r.tool_call_id, 'content', r.content)
              order by r.sequence_order
            )
          from answers as a
          cross join lateral (
            select x.id, x.tool_call_id, x.content, x.sequence_order
            from public.conversation_messages as x
            where x.id = a.answer_id
            offset 0
          ) as r
          where a.caller_sequence = p.sequence_order
        ),
        '[]'
      )
    from page as p
    -- offset 0: each is looked up by its id. In a join, where most users have few messages, all of this
    -- user's would be read for each.
    cross join lateral (
      select x.* from public.conversation_messages as x where x.id = p.id offset 0
    ) as m
    order by p.sequence_order;
end
$$;
revoke all on function public.get_messages_with_tools(uuid, integer, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.get_messages_with_tools(uuid, integer, integer)
  to authenticated, service_role;
comment on function public.get_messages_with_tools(uuid, integer, integer) is
  E'The last messages of the shown branch that call tools or have tool executions, oldest first.\n\n'
  'Returns: each message with tool_executions, its runs in order, and tool_results, the tool messages '
  'of the branch that answer its calls. p_limit: 1 to 200, default 50. p_before_sequence: only '
  'messages before this sequence_order, for the page before. Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND.';
