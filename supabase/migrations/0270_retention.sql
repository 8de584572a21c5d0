-- 0270_retention: how long what is kept.
-- Makes: public.retention_policies, public.retention_runs, run_retention; private.retention_query,
--   private.apply_retention.
-- Needs: 0010, 0030, 0050, 0240, 0250, 0260. Locks: none. Breaking: no.

create type public.retention_class as enum (
  'content', 'tool_payloads', 'attachments', 'logs', 'metrics', 'visitor_sessions', 'trash'
);
comment on type public.retention_class is
  'content: texts of sessions without activity. tool_payloads: input, output and errors of tool runs. '
  'attachments: files. logs, metrics: rows of agent_logs and performance_metrics. visitor_sessions: '
  'chats of visitors without activity. trash: sessions that were deleted by their user.';
create type public.retention_action as enum ('wipe', 'delete');
comment on type public.retention_action is
  'wipe: content goes, numbers stay. delete: the rows go; what they cost stays counted.';

create table public.retention_policies (
  id           uuid                     not null default gen_random_uuid()
    constraint retention_policies_pkey primary key,
  brand_id     uuid,
  data_class   public.retention_class   not null,
  keep_days    integer                  not null
    constraint retention_policies_keep_days_range check (keep_days between 1 and 36500),
  action       public.retention_action  not null,
  keep_pinned  boolean                  not null default true,
  is_enabled   boolean                  not null default true,
  created_at   timestamptz              not null default now(),
  updated_at   timestamptz              not null default now(),
  constraint retention_policies_brand_id_data_class_key
    unique nulls not distinct (brand_id, data_class),
  constraint retention_policies_action_fits
    check (
      case data_class
        when 'content' then true
        when 'tool_payloads' then action = 'wipe'
        else action = 'delete'
      end
    ),
  -- The others know no brand.
  constraint retention_policies_brand_fits
    check (brand_id is null or data_class in ('content', 'tool_payloads', 'attachments', 'trash'))
);
comment on table public.retention_policies is
  E'How long what is kept. Without a row, nothing goes but expired visitor sessions.\n\n'
  'A brand''s row holds for its sessions instead of the one without a brand; one that is not enabled keeps '
  'everything of its class. Nothing under a legal hold goes. '
  'Who: owners and admins read those of their brands; service_role writes.';
comment on column public.retention_policies.id is 'Policy id.';
comment on column public.retention_policies.brand_id is
  'The brand whose sessions it is for; null: all others.';
comment on column public.retention_policies.data_class is 'What it is about.';
comment on column public.retention_policies.keep_days is
  'Days since the last activity of the session, or since the row was written; 1 to 36,500.';
comment on column public.retention_policies.action is
  'What becomes of it: content is wiped or deleted with its session, tool payloads are wiped, the rest '
  'is deleted.';
comment on column public.retention_policies.keep_pinned is 'Whether pinned sessions are passed by; those in the trash never are.';
comment on column public.retention_policies.is_enabled is 'Whether it is applied.';
comment on column public.retention_policies.created_at is 'When it was made.';
comment on column public.retention_policies.updated_at is 'Last change of the row.';

create trigger retention_policies_30_touch before update on public.retention_policies
  for each row when (old.* is distinct from new.*)
  execute function private.tg__touch_updated_at();

create table public.retention_runs (
  id            bigint                   generated always as identity
    constraint retention_runs_pkey primary key,
  policy_id     uuid                     not null,
  brand_id      uuid,
  data_class    public.retention_class   not null,
  action        public.retention_action  not null,
  is_dry_run    boolean                  not null,
  cutoff        timestamptz              not null,
  items         bigint                   not null,
  is_complete   boolean                  not null,
  started_at    timestamptz,
  ended_at      timestamptz              not null default clock_timestamp()
);
comment on table public.retention_runs is
  E'What retention did, a row a policy and run; of runs one after the other with nothing to do, the last.\n\n'
  'Who: service_role reads. Writes: run_retention only. No foreign keys: policies and brands may go.';
comment on column public.retention_runs.id is 'Order of the runs.';
comment on column public.retention_runs.policy_id is 'The policy that was applied.';
comment on column public.retention_runs.brand_id is 'Its brand; null: all others.';
comment on column public.retention_runs.data_class is 'What it is about.';
comment on column public.retention_runs.action is 'What became of it.';
comment on column public.retention_runs.is_dry_run is 'True: nothing was changed, only counted.';
comment on column public.retention_runs.cutoff is 'What is older went.';
comment on column public.retention_runs.items is
  'How many: sessions for content, visitor_sessions and trash; rows for the others.';
comment on column public.retention_runs.is_complete is
  'False: the time was over, or something is locked at the moment; the next run goes on.';
comment on column public.retention_runs.started_at is
  'When it began; null: time or room was used up before its turn.';
comment on column public.retention_runs.ended_at is 'When it ended.';

-- The last run of a policy.
create index retention_runs_policy_id_id_idx on public.retention_runs (policy_id, id);

alter table public.retention_policies enable row level security;
alter table public.retention_runs enable row level security;
revoke all on table public.retention_policies, public.retention_runs
  from public, anon, authenticated, service_role;
revoke all on sequence public.retention_runs_id_seq from public, anon, authenticated, service_role;
create policy retention_policies_select_admin on public.retention_policies for select to authenticated
  using (brand_id = any (array(select private.my_brand_ids('{owner,admin}'))));
comment on policy retention_policies_select_admin on public.retention_policies is
  'Owners and admins read the policies of their brands.';
grant select on table public.retention_policies to authenticated;
grant select, delete on table public.retention_policies to service_role;
grant insert (id, brand_id, data_class, keep_days, action, keep_pinned, is_enabled)
  on table public.retention_policies to service_role;
grant update (keep_days, action, keep_pinned, is_enabled)
  on table public.retention_policies to service_role;
grant select on table public.retention_runs to service_role;

create function private.retention_query(p_policy public.retention_policies)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  -- Sessions that the policy is for, and nothing keeps.
  v_sessions constant text :=
    case
      when p_policy.brand_id is not null then format('s.brand_id = %L', p_policy.brand_id)
      else format(
        '(s.brand_id is null or not exists (
           select 1
           from public.retention_policies as b
           where b.brand_id = s.brand_id and b.data_class = %L
         ))', p_policy.data_class
      )
    end
    || case
      -- Who deleted it did not want it pinned.
      when p_policy.keep_pinned and p_policy.data_class <> 'trash' then ' and s.pinned_at is null'
      else ''
    end
    || case
      when private.has_holds() then ' and not private.is_held(s.user_id, s.id, s.brand_id)'
      else ''
    end;
  v_rows constant text :=
    'select %1$s from %2$s as r
     join public.conversation_sessions as s on s.id = r.session_id
     where r.created_at < $1 and %3$s and ' || v_sessions;
begin
  return case p_policy.data_class
    when 'content' then
      'select s.id from public.conversation_sessions as s
       where s.last_activity_at < $1 and ' || v_sessions || case p_policy.action
        -- What came after a wipe is new.
        when 'wipe' then
          ' and (s.wiped_at is null or s.wiped_at < s.last_activity_at)'
        else ''
      end
    when 'visitor_sessions' then
      'select s.id from public.conversation_sessions as s
       where s.user_id is null and s.last_activity_at < $1 and ' || v_sessions
    when 'trash' then
      'select s.id from public.conversation_sessions as s where s.deleted_at < $1 and ' || v_sessions
    when 'tool_payloads' then format(
      v_rows, 'r.id', 'public.tool_executions',
      '(r.input not in (''{}'', ''[]'', ''null'') or r.output not in (''{}'', ''[]'', ''null'')
        or r.error <> '''')'
    )
    when 'attachments' then format(v_rows, 'r.id', 'public.attachments', 'true')
  end;
end
$$;
revoke all on function private.retention_query(public.retention_policies)
  from public, anon, authenticated, service_role;
comment on function private.retention_query(public.retention_policies) is
  'SQL for the ids of what a policy is about and is older than $1; null for logs and metrics.';

create function private.is_pinned(p_session_id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select s.pinned_at is not null from public.conversation_sessions as s where s.id = p_session_id
  );
end
$$;
revoke all on function private.is_pinned(uuid) from public, anon, authenticated, service_role;
comment on function private.is_pinned(uuid) is 'Whether a session is pinned.';

-- What changed since the ids were read is left: the session came to life, was restored, claimed or pinned.
create function private.apply_retention(
  p_policy public.retention_policies,
  p_cutoff timestamptz,
  p_ids uuid[]
)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_count integer;
begin
  if p_policy.data_class = 'content' and p_policy.action = 'wipe' then
    perform private.wipe_sessions(p_ids, p_cutoff, p_policy.keep_pinned);
    select count(*) into v_count
    from public.conversation_sessions as s
    where s.id = any (p_ids) and s.wiped_at >= s.last_activity_at;
    return v_count;
  elsif p_policy.data_class = 'tool_payloads' then
    execute (
      select format(
        'update public.tool_executions set request_hash = '''', %s
         where id = any ($1) and not ($2 and private.is_pinned(session_id))',
        string_agg(
          format(
            '%I = %s', c.column_name,
            private.kept_expression(quote_ident(c.column_name), c.column_type, 'none')
          ),
          ', '
        )
      )
      from private.content_columns('public.tool_executions') as c
    ) using p_ids, p_policy.keep_pinned;
  elsif p_policy.data_class = 'attachments' then
    delete from public.attachments as a
    where a.id = any (p_ids) and not (p_policy.keep_pinned and private.is_pinned(a.session_id));
  else
    delete from public.conversation_sessions as s
    where s.id = any (array(
      select l.id
      from public.conversation_sessions as l
      where l.id = any (p_ids)
        and case p_policy.data_class
          when 'trash' then l.deleted_at < p_cutoff
          when 'visitor_sessions' then l.user_id is null and l.last_activity_at < p_cutoff
          else l.last_activity_at < p_cutoff
        end
        and (p_policy.data_class = 'trash' or l.pinned_at is null or not p_policy.keep_pinned)
        -- As wipe_sessions: who is deleting is left alone.
        and (
          l.user_id is null
          or pg_try_advisory_xact_lock_shared(1953854049, hashtext(l.user_id::text))
        )
      order by l.id
      for update skip locked
    ));
  end if;
  get diagnostics v_count = row_count;
  return v_count;
exception
  when lock_not_available or deadlock_detected then
    return 0;
end
$$;
revoke all on function private.apply_retention(public.retention_policies, timestamptz, uuid[])
  from public, anon, authenticated, service_role;
comment on function private.apply_retention(public.retention_policies, timestamptz, uuid[]) is
  'Applies a policy to ids of retention_query. Returns: to how many; those in use at this moment are left '
  'for the next run.';

-- Definer: deletes and wipes what no caller may; service_role alone.
create function public.run_retention(
  p_budget_seconds numeric default 5,
  p_dry_run boolean default false
)
returns setof public.retention_runs
language plpgsql
volatile
security definer
set search_path = ''
-- A drop of old logs waits for readers: after a while it is left for the next run.
set lock_timeout = '3s'
rows 10
as $$
declare
  v_until timestamptz;
  v_policy public.retention_policies;
  v_run public.retention_runs;
  -- A logs_cleanup, of a file that may be left out.
  v_logs record;
  v_table text;
  v_older text;
  v_left bigint;
  v_id uuid;
  v_batch uuid[];
  v_size integer;
  v_began timestamptz;
  -- Locks, of which a transaction has room for some thousands.
  v_room integer := 2000;
  v_seen bigint;
  v_applied bigint;
  v_done bigint := 0;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Retention is run by service_role.');
  elsif p_budget_seconds is null or not p_budget_seconds between 0.1 and 3600 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_budget_seconds is 0.1 to 3600.');
  elsif p_dry_run is null then
    perform private.raise_error('INVALID_ARGUMENT', 'p_dry_run is true or false.');
  end if;
  v_until := clock_timestamp() + p_budget_seconds * interval '1 second';
  -- One run at a time; the other one goes on. A legal hold waits for the end of a run, and keeps it from
  -- beginning.
  if not p_dry_run and not (
    pg_try_advisory_xact_lock(1953854260, 0) and pg_try_advisory_xact_lock_shared(1953854145, 0)
  ) then
    return;
  end if;
  for v_policy in
    select p.*
    from public.retention_policies as p
    where p.is_enabled
    -- Whose turn was longest ago, so that what fills each run keeps no other from its own.
    order by
      (
        select r.id
        from public.retention_runs as r
        where r.policy_id = p.id and not r.is_dry_run and r.started_at is not null
        order by r.id desc
        limit 1
      ) nulls first, p.data_class, p.brand_id nulls last, p.id
  loop
    v_run := null;
    v_run.started_at := clock_timestamp();
    v_run.cutoff := now() - make_interval(days => v_policy.keep_days);
    v_run.items := 0;
    v_run.is_complete := true;
    -- Logs and metrics need no room: what fills it each time must not keep them.
    if not p_dry_run and (
      clock_timestamp() >= v_until or (v_room = 0 and v_policy.data_class not in ('logs', 'metrics'))
    ) then
      v_run.started_at := null;
      v_run.is_complete := false;
    elsif v_policy.data_class in ('logs', 'metrics') then
      if to_regproc('private.make_log_partition') is null then
        continue;
      end if;
      if not p_dry_run and not pg_try_advisory_xact_lock(1953854150, 0) then
        v_run.is_complete := false;
      else
        v_table := case v_policy.data_class when 'logs' then 'agent_logs' else 'performance_metrics' end;
        v_older := format(
          'select count(*) from public.%I as l where l.created_at < $1%s',
          v_table,
          case
            when v_policy.data_class = 'logs' and private.has_holds()
              then ' and not private.is_held(l.user_id, l.session_id, p_by_logs => false)'
            else ''
          end
        );
        execute v_older into v_run.items using v_run.cutoff;
        if not p_dry_run then
          v_logs := private.remove_log_rows(v_table, v_run.cutoff, 1000000);
          if not v_logs.is_complete then
            execute v_older into v_left using v_run.cutoff;
            v_run.items := v_run.items - v_left;
          end if;
          v_run.is_complete := v_logs.is_complete;
        end if;
      end if;
    elsif v_policy.data_class = 'tool_payloads' and to_regproc('private.add_tool_executions') is null
      or v_policy.data_class = 'attachments' and to_regproc('private.tg_attachments__place') is null
    then
      continue;
    elsif p_dry_run then
      execute format('select count(*) from (%s) as q', private.retention_query(v_policy))
      into v_run.items using v_run.cutoff;
    else
      v_batch := '{}';
      v_size := 1;
      v_seen := 0;
      v_applied := 0;
      for v_id in execute private.retention_query(v_policy) using v_run.cutoff loop
        v_seen := v_seen + 1;
        v_batch := v_batch || v_id;
        if cardinality(v_batch) = v_size then
          v_began := clock_timestamp();
          v_applied := v_applied + private.apply_retention(v_policy, v_run.cutoff, v_batch);
          v_batch := '{}';
          if clock_timestamp() >= v_until or v_seen = v_room then
            v_run.is_complete := false;
            exit;
          end if;
          -- Large sessions by few, so that the time is kept.
          v_size := least(
            case
              when clock_timestamp() < v_began + interval '0.1 s' then least(2 * v_size, 100)
              else greatest(v_size / 2, 1)
            end, v_room - v_seen
          );
        end if;
      end loop;
      if v_batch <> '{}' then
        v_applied := v_applied + private.apply_retention(v_policy, v_run.cutoff, v_batch);
      end if;
      v_room := v_room - v_seen;
      v_run.items := v_applied;
      v_run.is_complete := v_run.is_complete and v_applied = v_seen;
    end if;
    v_done := v_done + case when p_dry_run then 0 else v_run.items end;
    if not p_dry_run and v_run.items = 0 and v_run.is_complete then
      delete from public.retention_runs as r
      where r.items = 0 and r.is_complete
        and r.id = (
          select l.id
          from public.retention_runs as l
          where l.policy_id = v_policy.id and not l.is_dry_run
          order by l.id desc
          limit 1
        );
    end if;
    return query
      insert into public.retention_runs (
        policy_id, brand_id, data_class, action, is_dry_run, cutoff, items, is_complete, started_at
      )
      values (
        v_policy.id, v_policy.brand_id, v_policy.data_class, v_policy.action, p_dry_run,
        v_run.cutoff, v_run.items, v_run.is_complete, v_run.started_at
      )
      returning *;
  end loop;
  if v_done > 0 then
    perform private.write_audit('retention_run', null, jsonb_build_object('items', v_done));
  end if;
end
$$;
revoke all on function public.run_retention(numeric, boolean)
  from public, anon, authenticated, service_role;
grant execute on function public.run_retention(numeric, boolean) to service_role;
comment on function public.run_retention(numeric, boolean) is
  E'Applies the retention policies in batches until the time is over, or 2,000 sessions, tool runs or files are done.\n\n'
  'One transaction a call: a run that is killed has done nothing, and the next one starts where the last '
  'ended. p_budget_seconds: 0.1 to 3,600, default 5; what has begun is ended, so a call takes a little '
  'longer. The policy whose turn was longest ago comes first. p_dry_run: count what would go. '
  'Returns: a row a policy; none while another run is on or a legal hold is being set. '
  'Who: service_role. Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN.';
