-- 0150_logs: what agents did and what apps measure, kept by month.
-- Makes: public.agent_logs, public.performance_metrics, their partitions in schema private;
--   make_log_partitions, cleanup_old_logs.
-- Needs: 0010, 0030, 0040 (role analyst). Locks: auth.users, conversation_sessions (foreign keys).
--   Breaking: no.

create type public.log_level as enum ('debug', 'info', 'warn', 'error', 'critical');
comment on type public.log_level is 'How bad it is.';
create type public.agent_log_type as enum (
  'agent_request', 'agent_response', 'tool_execution', 'error', 'metric', 'trace'
);
comment on type public.agent_log_type is 'What a log row tells of.';
create type public.metric_type as enum ('counter', 'gauge', 'histogram', 'summary');
comment on type public.metric_type is
  'counter: only grows. gauge: goes up and down. histogram, summary: one observation of many.';

create table public.agent_logs (
  id          uuid                   not null default gen_random_uuid(),
  session_id  uuid                   constraint agent_logs_session_id_fkey
    references public.conversation_sessions (id) on delete cascade,
  user_id     uuid                   constraint agent_logs_user_id_fkey
    references auth.users (id) on delete cascade,
  level       public.log_level       not null default 'info',
  log_type    public.agent_log_type  not null,
  details     jsonb                  not null default '{}'
    constraint agent_logs_details_shape
      check (
        jsonb_typeof(details) = 'object'
        and case
          when private.has_wide_number(details) then false
          else octet_length(details::text) <= 262144
        end
      ),
  created_at  timestamptz            not null default now()
    constraint agent_logs_created_at_finite check (isfinite(created_at)),
  constraint agent_logs_pkey primary key (id, created_at)
) partition by range (created_at);
comment on table public.agent_logs is
  E'What agents did, by month (UTC).\n\n'
  'Details are content: they go with their session and their user. '
  'Who: service_role writes and reads. Partitions: private.agent_logs_<year>_<month>.';
comment on column public.agent_logs.id is
  'Log id; given together with created_at it makes a retry safe.';
comment on column public.agent_logs.session_id is 'The session it is about; null: none.';
comment on column public.agent_logs.user_id is 'The user it is about; null: none.';
comment on column public.agent_logs.level is 'How bad it is.';
comment on column public.agent_logs.log_type is 'What it tells of.';
comment on column public.agent_logs.details is
  'What happened, as the server puts it. JSON object, at most 256 KiB.';
comment on column public.agent_logs.created_at is 'When it happened; chooses the partition.';

create table public.performance_metrics (
  id          uuid                not null default gen_random_uuid(),
  name        text                not null
    constraint performance_metrics_name_length check (char_length(name) between 1 and 200),
  type        public.metric_type  not null,
  -- NaN is above Infinity.
  value       double precision    not null
    constraint performance_metrics_value_finite check (value > '-Infinity' and value < 'Infinity'),
  unit        text
    constraint performance_metrics_unit_length check (char_length(unit) between 1 and 50),
  tags        jsonb               not null default '{}'
    constraint performance_metrics_tags_shape
      check (
        jsonb_typeof(tags) = 'object'
        and case
          when private.has_wide_number(tags) then false
          else octet_length(tags::text) <= 262144
        end
      ),
  created_at  timestamptz         not null default now()
    constraint performance_metrics_created_at_finite check (isfinite(created_at)),
  constraint performance_metrics_pkey primary key (id, created_at)
) partition by range (created_at);
comment on table public.performance_metrics is
  E'What apps measure, by month (UTC). Numbers and labels, never content.\n\n'
  'Who: service_role writes and reads, analyst reads. '
  'Partitions: private.performance_metrics_<year>_<month>.';
comment on column public.performance_metrics.id is
  'Metric id; given together with created_at it makes a retry safe.';
comment on column public.performance_metrics.name is 'What is measured, 1 to 200 characters.';
comment on column public.performance_metrics.type is 'How to read the value.';
comment on column public.performance_metrics.value is 'The value, in units of unit.';
comment on column public.performance_metrics.unit is 'Unit of the value, such as ms; null: a count.';
comment on column public.performance_metrics.tags is
  'Labels, such as model or region, which analysts read: no content. JSON object, at most 256 KiB.';
comment on column public.performance_metrics.created_at is
  'When it was measured; chooses the partition.';

-- The logs of one session in order; foreign key side of a session's deletion.
create index agent_logs_session_id_created_at_idx on public.agent_logs (session_id, created_at)
  where session_id is not null;
-- The logs about one user; foreign key side of a user's deletion.
create index agent_logs_user_id_created_at_idx on public.agent_logs (user_id, created_at)
  where user_id is not null;
-- What went wrong lately, over everybody.
create index agent_logs_level_created_at_idx on public.agent_logs (level, created_at)
  where level in ('error', 'critical');
-- A window of time within a month, and what cleanup_old_logs deletes row by row.
create index agent_logs_created_at_idx on public.agent_logs using brin (created_at);
-- One metric over a window of time.
create index performance_metrics_name_created_at_idx
  on public.performance_metrics (name, created_at);
-- All metrics of a window of time, and what cleanup_old_logs deletes row by row.
create index performance_metrics_created_at_idx
  on public.performance_metrics using brin (created_at);

alter table public.agent_logs enable row level security;
alter table public.performance_metrics enable row level security;
revoke all on table public.agent_logs, public.performance_metrics
  from public, anon, authenticated, service_role;

create policy performance_metrics_select_analyst on public.performance_metrics
  for select to analyst using (true);
comment on policy performance_metrics_select_analyst on public.performance_metrics is
  'Analysts read all metrics.';

-- Not granted: update and delete. Logs are not rewritten; they go with their session, their user, or
-- by cleanup_old_logs.
grant select on table public.agent_logs to service_role;
grant insert (id, session_id, user_id, level, log_type, details, created_at)
  on table public.agent_logs to service_role;
grant select on table public.performance_metrics to service_role, analyst;
grant insert (id, name, type, value, unit, tags, created_at)
  on table public.performance_metrics to service_role;

create function private.log_partitions()
returns table (
  parent text,
  partition regclass,
  starts_at timestamptz,
  ends_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select
    p.relname::text, c.oid::regclass, m.month at time zone 'utc',
    (m.month + interval '1 month') at time zone 'utc'
  from pg_catalog.pg_inherits as i
  join pg_catalog.pg_class as p on p.oid = i.inhparent
  join pg_catalog.pg_class as c on c.oid = i.inhrelid
  cross join lateral (
    select
      to_date(substring(c.relname from '_([0-9]{4}_(?:0[1-9]|1[0-2]))$'), 'YYYY_MM')::timestamp
        as month
  ) as m
  where p.oid in ('public.agent_logs'::regclass, 'public.performance_metrics'::regclass)
$$;
revoke all on function private.log_partitions() from public, anon, authenticated, service_role;
comment on function private.log_partitions() is
  'The partitions of logs and metrics; no times: a default partition, or one that is not by month.';

-- A month with nothing but held rows was left by cleanup_old_logs, which dropped those behind it: they are
-- not missing.
create function private.first_log_month(p_table text)
returns timestamp
language plpgsql
stable
set search_path = ''
as $$
declare
  v_can_be_held constant boolean := p_table = 'agent_logs' and private.has_holds();
  v_partition record;
  v_is_left boolean;
begin
  for v_partition in
    select
      p.partition, p.starts_at,
      p.starts_at <= max(p.starts_at) filter (where p.next_starts_at > p.starts_at + interval '32 days')
        over () as is_before_gap
    from (
      select l.partition, l.starts_at, lead(l.starts_at) over (order by l.starts_at) as next_starts_at
      from private.log_partitions() as l
      where l.parent = p_table and l.starts_at is not null
    ) as p
    order by p.starts_at
  loop
    v_is_left := false;
    -- Without a gap behind it, nothing was dropped there.
    if v_can_be_held and v_partition.is_before_gap then
      execute format(
        'select exists (select 1 from %1$s) and not exists (
           select 1 from %1$s as l where not private.is_held(l.user_id, l.session_id, null, false)
         )',
        v_partition.partition
      ) into v_is_left;
    end if;
    if not v_is_left then
      return v_partition.starts_at at time zone 'utc';
    end if;
  end loop;
  return null;
end
$$;
revoke all on function private.first_log_month(text)
  from public, anon, authenticated, service_role;
comment on function private.first_log_month(text) is
  'The first UTC month with a partition that is not there for held rows alone; null: none.';

-- An insert looks for its partition under a lock of the table. While writers wait for that lock, rows
-- move from the default partition into the new one: who waited finds the new one, and none is refused.
-- The referenced tables first: a delete of a session locks in that order too.
create function private.make_log_partition(p_table text, p_month date)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_name constant text := p_table || coalesce(to_char(p_month, '_YYYY_MM'), '_default');
  v_from constant timestamptz := p_month::timestamp at time zone 'utc';
  v_to constant timestamptz := (p_month + interval '1 month') at time zone 'utc';
  v_default regclass;
begin
  if exists (
    select 1
    from private.log_partitions() as l
    where l.parent = p_table and l.partition = to_regclass(format('private.%I', v_name))
  ) then
    return false;
  end if;
  if p_table = 'agent_logs' then
    lock table only auth.users in share row exclusive mode;
    lock table only public.conversation_sessions in share row exclusive mode;
  end if;
  execute format('lock table only public.%I in share row exclusive mode', p_table);

  execute format(
    'create table private.%I (like public.%I including all excluding indexes)', v_name, p_table
  );
  execute format('alter table private.%I enable row level security', v_name);
  execute format(
    'revoke all on table private.%I from public, anon, authenticated, service_role, analyst', v_name
  );
  execute format(
    'comment on table private.%I is %L', v_name,
    format(
      'Rows of public.%s %s. Reached through that table alone.', p_table,
      coalesce(to_char(p_month, '"of" YYYY-MM, UTC'), 'of months without a partition')
    )
  );
  if p_month is null then
    execute format('alter table public.%I attach partition private.%I default', p_table, v_name);
    return true;
  end if;

  v_default := to_regclass(format('private.%I', p_table || '_default'));
  if v_default is not null then
    execute format(
      'with moved as (delete from %s where created_at >= %L and created_at < %L returning *)
       insert into private.%I select * from moved',
      v_default, v_from, v_to, v_name
    );
  end if;
  execute format(
    'alter table public.%I attach partition private.%I for values from (%L) to (%L)',
    p_table, v_name, v_from, v_to
  );
  return true;
end
$$;
revoke all on function private.make_log_partition(text, date)
  from public, anon, authenticated, service_role;
comment on function private.make_log_partition(text, date) is
  'Makes the partition of a month (its first day), or the default one for null, and moves the rows '
  'that wait for it. False: it was there. Under the advisory lock of make_log_partitions.';

create function public.make_log_partitions(p_months_ahead integer default 3)
returns integer
language plpgsql
volatile
security definer
set search_path = ''
-- Whoever waits for a lock makes later writers wait behind: after a while, try again later instead. Long
-- enough to outlast deadlock_timeout, after which an autovacuum gives way.
set lock_timeout = '3s'
as $$
declare
  v_this_month constant timestamp := date_trunc('month', now() at time zone 'utc');
  v_missing record;
  v_made integer := 0;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Partitions are made by service_role.');
  end if;
  if p_months_ahead is null or p_months_ahead not between 0 and 24 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_months_ahead is 0 to 24.');
  end if;
  perform pg_advisory_xact_lock(1953854150, 0);
  -- From the first month that a table has, so that those are made too that nobody asked for in time.
  for v_missing in
    select t.name, m.month::date as month
    from unnest('{agent_logs,performance_metrics}'::text[]) as t (name)
    cross join lateral generate_series(
      least(v_this_month, private.first_log_month(t.name)),
      v_this_month + make_interval(months => p_months_ahead),
      interval '1 month'
    ) as m (month)
    where not exists (
      select 1
      from private.log_partitions() as l
      where l.parent = t.name and l.starts_at = m.month at time zone 'utc'
    )
    order by t.name, m.month
  loop
    if private.make_log_partition(v_missing.name, v_missing.month) then
      v_made := v_made + 1;
    end if;
  end loop;
  return v_made;
end
$$;
revoke all on function public.make_log_partitions(integer)
  from public, anon, authenticated, service_role;
grant execute on function public.make_log_partitions(integer) to service_role;
comment on function public.make_log_partitions(integer) is
  E'Makes the partitions of agent_logs and performance_metrics for this month and months ahead.\n\n'
  'Run it daily. Rows that came before their partition did wait in a default one and are moved; months '
  'that were missed are made too. '
  'p_months_ahead: 0 to 24, default 3. Returns: how many were made; 0: all are there. '
  'Who: service_role. Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN; 55P03 when a lock is not '
  'had within 3 seconds: nothing is made, run it again.';

create type public.logs_cleanup as (
  rows_deleted        bigint,
  partitions_dropped  integer,
  is_complete         boolean
);
comment on type public.logs_cleanup is
  'What cleanup_old_logs did. rows_deleted: those deleted one by one; the rows of a dropped partition '
  'are not counted. is_complete: false while something older is left.';

-- Callable by definer functions only, under the advisory lock of make_log_partitions.
create function private.remove_log_rows(p_table text, p_before timestamptz, p_limit bigint)
returns public.logs_cleanup
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_is_kept constant boolean := p_table = 'agent_logs' and private.has_holds();
  v_partition record;
  v_has_held boolean;
  v_whole regclass[] := array[]::regclass[];
  v_rows bigint;
  v_result public.logs_cleanup := row(0, 0, true);
begin
  for v_partition in
    select l.partition, l.ends_at <= p_before as is_whole
    from private.log_partitions() as l
    where l.parent = p_table and (l.ends_at is null or l.starts_at < p_before)
    order by l.partition::text
  loop
    if v_partition.is_whole then
      v_has_held := false;
      if v_is_kept then
        execute format(
          'select exists (select 1 from %s as l where private.is_held(l.user_id, l.session_id, null, false))',
          v_partition.partition
        ) into v_has_held;
      end if;
      if not v_has_held then
        v_whole := v_whole || v_partition.partition;
        continue;
      end if;
    end if;
    execute format(
      'delete from %1$s as l
       where l.ctid = any (array(select o.ctid from %1$s as o where o.created_at < $1%2$s limit $2))',
      v_partition.partition,
      case when v_is_kept then ' and not private.is_held(o.user_id, o.session_id, null, false)' else '' end
    ) using p_before, p_limit - v_result.rows_deleted;
    get diagnostics v_rows = row_count;
    v_result.rows_deleted := v_result.rows_deleted + v_rows;
  end loop;
  if v_result.rows_deleted >= p_limit then
    v_result.is_complete := false;
  end if;

  -- Last, because a drop locks out readers and writers until the end of the transaction.
  for v_partition in select p.name from unnest(v_whole) as p (name) loop
    begin
      execute format('drop table %s', v_partition.name);
      v_result.partitions_dropped := v_result.partitions_dropped + 1;
    exception
      when lock_not_available then
        v_result.is_complete := false;
        exit;
    end;
  end loop;
  return v_result;
end
$$;
revoke all on function private.remove_log_rows(text, timestamptz, bigint)
  from public, anon, authenticated, service_role;
comment on function private.remove_log_rows(text, timestamptz, bigint) is
  'Drops the months of agent_logs or performance_metrics that are older as a whole, and deletes at most '
  'p_limit older rows of the others. What a legal hold keeps stays.';

create function public.cleanup_old_logs(p_days integer, p_limit integer default 10000)
returns public.logs_cleanup
language plpgsql
volatile
security definer
set search_path = ''
-- A drop waits for readers, and later writers behind it: after a while it is left for the next call.
set lock_timeout = '3s'
as $$
declare
  v_table text;
  v_one public.logs_cleanup;
  v_result public.logs_cleanup := row(0, 0, true);
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Logs are cleaned up by service_role.');
  end if;
  if p_days is null or p_days not between 1 and 36500 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_days is 1 to 36500.');
  end if;
  if p_limit is null or p_limit not between 1 and 1000000 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_limit is 1 to 1000000.');
  end if;
  -- Who makes partitions or cleans up at this moment goes on alone, and so does who sets a legal hold.
  if not pg_try_advisory_xact_lock(1953854150, 0) or not pg_try_advisory_xact_lock_shared(1953854145, 0) then
    v_result.is_complete := false;
    return v_result;
  end if;
  foreach v_table in array array['agent_logs', 'performance_metrics'] loop
    v_one := private.remove_log_rows(
      v_table, now() - make_interval(days => p_days), p_limit - v_result.rows_deleted
    );
    v_result.rows_deleted := v_result.rows_deleted + v_one.rows_deleted;
    v_result.partitions_dropped := v_result.partitions_dropped + v_one.partitions_dropped;
    v_result.is_complete := v_result.is_complete and v_one.is_complete;
  end loop;
  return v_result;
end
$$;
revoke all on function public.cleanup_old_logs(integer, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.cleanup_old_logs(integer, integer) to service_role;
comment on function public.cleanup_old_logs(integer, integer) is
  E'Removes logs and metrics that are older than p_days days, counted from now.\n\n'
  'Partitions that are older as a whole are dropped, the rest is deleted, at most p_limit rows a call '
  '(1 to 1,000,000, default 10,000). What a legal hold keeps stays. Call it again until is_complete. p_days: 1 to 36500. '
  'Who: service_role. Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN.';

-- The default ones, and the month before, so that the last week lies in months of its own.
select private.make_log_partition(t.name, m.month)
from unnest('{agent_logs,performance_metrics}'::text[]) as t (name)
cross join (
  values (null::date), ((date_trunc('month', now() at time zone 'utc') - interval '1 month')::date)
) as m (month);
select public.make_log_partitions();
