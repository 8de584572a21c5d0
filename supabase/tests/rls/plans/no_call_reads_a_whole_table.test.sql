-- Every call about a session and every list of one's own, beside 5,000 people who have the same: what others
-- have is not read.
begin;
\ir ../../_shared/setup.psql
\ir ../../_fixtures/conversation.psql
\ir ../../_fixtures/scans.psql
\ir ../calls.psql
select plan(3);
set local jit = off;

create function tests.p(p_n integer)
returns uuid
language sql
immutable
as $$ select ('70000000-0000-4000-8000-' || lpad(p_n::text, 12, '0'))::uuid $$;

-- Their rows are written as their triggers would leave them.
create function tests.set_triggers(p_action text)
returns void
language plpgsql
as $$
declare
  v_table regclass;
begin
  for v_table in
    select c.oid::regclass
    from pg_class as c
    where c.relkind in ('r', 'p') and not c.relispartition
      and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
  loop
    execute format('alter table %s %s trigger user', v_table, p_action);
  end loop;
end
$$;
select tests.set_triggers('disable');
create table tests.people as
select tests.p(n) as id, 'p' || n as name from generate_series(1, 5000) as n;
insert into auth.users (instance_id, id, aud, role, created_at, updated_at)
select
  '00000000-0000-0000-0000-000000000000', p.id, 'authenticated', 'authenticated', now(), now()
from tests.people as p;
insert into public.brands (id, slug, name, created_by)
select p.id, p.name, p.name, p.id from tests.people as p;
insert into public.brand_members (brand_id, user_id, role) select p.id, p.id, 'owner' from tests.people as p;
insert into public.conversation_sessions (id, user_id, title)
select p.id, p.id, p.name from tests.people as p;
insert into public.conversation_messages (id, session_id, user_id, role, content, sequence_order)
select p.id, p.id, p.id, 'user', p.name, 1 from tests.people as p;
insert into public.message_search (user_id, created_at, message_id, session_id, role, words)
select p.id, now(), p.id, p.id, 'user', 'm' from tests.people as p;
insert into private.session_search (session_id, user_id, words)
select p.id, p.id, 'm' from tests.people as p;
insert into private.search_languages (user_id, language) select p.id, 'english' from tests.people as p;
insert into public.session_events (session_id, user_id, from_state, to_state)
select p.id, p.id, 'initial', 'gathering' from tests.people as p;
insert into private.message_streams (message_id, session_id) select p.id, p.id from tests.people as p;
insert into public.tool_executions (id, session_id, message_id, user_id, tool_name)
select p.id, p.id, p.id, p.id, 'search' from tests.people as p;
insert into public.attachments (
  id, session_id, message_id, user_id, storage_path, name, size_bytes, mime_type, sha256
)
select p.id, p.id, p.id, p.id, p.name, 'a.txt', 1, 'text/plain', repeat('a', 64) from tests.people as p;
insert into public.message_feedback (message_id, user_id, session_id, rating)
select p.id, p.id, p.id, 'up' from tests.people as p;
insert into public.message_retrievals (message_id, session_id, user_id)
select p.id, p.id, p.id from tests.people as p;
insert into public.session_outcomes (session_id, user_id) select p.id, p.id from tests.people as p;
insert into public.session_clients (session_id, user_id, session_token, secret_hash)
select p.id, p.id, p.name, sha256(uuid_send(p.id)) from tests.people as p;
insert into public.budgets (id, user_id, period, hard_limit_usd)
select p.id, p.id, 'day', 5 from tests.people as p;
insert into public.budget_alerts (budget_id, period_start, limit_kind, limit_usd, spent_usd)
select p.id, '2026-01-01', 'hard', 5, 6 from tests.people as p;
insert into public.budget_reservations (id, session_id, user_id, amount_usd, reserved_by, expires_at)
select p.id, p.id, p.id, 1, 'service_role', now() + interval '1 hour' from tests.people as p;
insert into public.agent_logs (session_id, user_id, log_type)
select p.id, p.id, 'trace' from tests.people as p;
insert into private.usage_tail (
  sign, created_at, user_id, provider, reported_by, is_error, cost_source, latency_ms
)
select 1, now(), p.id, 'acme', 'authenticated', false, 'unpriced', 100 from tests.people as p;
select public.merge_usage();
insert into private.removed_usage (sign, created_at, user_id, reported_by, is_error, cost_source)
select 1, now(), p.id, 'authenticated', false, 'none' from tests.people as p;
insert into private.recorded_usage (id, request_hash, cost_source)
select p.id, '', 'none' from tests.people as p;
insert into public.legal_holds (user_id, reason, released_at, release_reason)
select p.id, 'fixture', now(), 'fixture' from tests.people as p;
insert into public.audit_log (id, action, actor, previous_hash, hash)
select 1000000 + n, 'session_read', 'fixture', '', '' from generate_series(1, 5000) as n;
insert into private.audit_reasons (audit_id, user_id, session_id, reason)
select 1000000 + n, tests.p(n), tests.p(n), 'fixture' from generate_series(1, 5000) as n;
create table public.unindexed as select p.id as user_id from tests.people as p;
alter table public.unindexed enable row level security;
create policy unindexed_select_own on public.unindexed for select to authenticated
  using (user_id = (select auth.uid()));
grant select on public.unindexed to authenticated;
set constraints all immediate;
set constraints all deferred;
select tests.set_triggers('enable');
analyze;

-- Which tables a statement reads from end to end, as the user; nothing of it stays.
create function tests.tables_read_by(p_sql text)
returns text
language plpgsql
as $$
declare
  v_before constant jsonb := tests.rows_scanned();
begin
  begin
    perform tests.act_as('owner');
    execute p_sql;
    perform tests.act_as('postgres');
    set constraints all immediate;
    raise exception using errcode = 'UNDO0';
  exception
    when others then
      -- Refused is as good as done; broken is not.
      if sqlstate <> 'UNDO0' and sqlstate not like 'PT%' and sqlstate <> '42501' then
        raise;
      end if;
      set constraints all deferred;
  end;
  return string_agg(s.name, ', ' order by s.name)
  from tests.scans as s
  where s.reltuples >= 5000 and s.rows_read - (v_before ->> s.id::text)::bigint >= 1000;
end
$$;

select tests.start(1);
select tests.fill(1, 20);
create table tests.calls as
select format(c.statement, tests.s(1)) as statement from tests.session_calls as c
union all
select format('select * from public.%I', v.name)
from unnest(
  '{brands,brand_members,conversation_sessions,conversation_messages,session_events,tool_executions,
    attachments,message_feedback,message_retrievals,session_outcomes,budgets,budget_alerts,
    budget_reservations,usage_daily,provider_usage_stats,daily_message_volume,response_time_stats,
    unpriced_usage,user_activity_summary,active_sessions_summary,tool_execution_stats,
    message_feedback_stats,conversation_turns,common_questions,chat_sessions,chat_messages}'::text[]
) as v (name)
union all
select format('delete from public.conversation_sessions where id = %L', tests.s(1))
union all
select format(m.statement, tests.m(2))
from unnest(
  array[
    'delete from public.conversation_messages where id = %L',
    'update public.conversation_messages set mood = ''x'' where id = %L',
    'insert into public.message_feedback (message_id, rating) values (%L, ''up'')',
    'select public.edit_message(%L, ''x'')', 'select public.select_branch(%L)',
    'select public.get_message_thread(%L)'
  ]
) as m (statement)
union all
select f.statement
from unnest(
  array[
    'select public.list_sessions()', 'select public.count_sessions()', 'select public.get_budget_status()',
    'select public.create_conversation_session(p_title => ''x'')', 'select public.search_messages(''m1'')',
    'select public.search_sessions(''x'')', 'select public.export_user_data()',
    'select public.erase_user_data()'
  ]
) as f (statement);

select cmp_ok(count(*), '>=', 23::bigint, 'other people have rows in every table')
from tests.scans as s
where s.reltuples >= 5000;
select is(
  tests.tables_read_by('select * from public.unindexed'), 'unindexed', 'what is read past them is seen'
);
select is_empty(
  $$
    select r.statement, r.tables
    from (select c.statement, tests.tables_read_by(c.statement) as tables from tests.calls as c) as r
    where r.tables is not null
  $$,
  'no call does it'
);

select * from finish();
rollback;
