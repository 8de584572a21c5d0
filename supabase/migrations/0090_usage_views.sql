-- 0090_usage_views: usage by model, by day and by user; the numbers of a session and of a brand.
-- Makes: views provider_usage_stats, daily_message_volume, response_time_stats, unpriced_usage,
--   user_activity_summary, active_sessions_summary; get_session_stats, get_brand_usage.
-- Needs: 0010, 0030, 0050, 0080. Locks: none. Breaking: no.

create function private.usage_window_start()
returns date
language sql
stable
begin atomic
  select (now() at time zone 'utc')::date - 29;
end;
revoke all on function private.usage_window_start()
  from public, anon, authenticated, service_role;
grant execute on function private.usage_window_start() to authenticated, service_role, analyst;
comment on function private.usage_window_start() is 'First of the last 30 UTC days, today included.';

create function private.reads_usage_of()
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  -- Analysts may have no right to auth.uid().
  if private.reads_all_usage() then
    return null;
  end if;
  return auth.uid();
end
$$;
revoke all on function private.reads_usage_of() from public, anon, authenticated, service_role;
grant execute on function private.reads_usage_of() to authenticated, service_role, analyst;
comment on function private.reads_usage_of() is
  'The user whose numbers alone the role reads; null for who reads everybody''s.';

-- By day, provider and model: of everybody for who reads everybody's numbers, else one's own. Each
-- branch is either run or finds nothing at once, so everybody's numbers never read a row of a user. The
-- user is named, although row level security does: without, the planner expects all users' rows of an
-- analyst's query, and compiles a plan that is never run.
create view private.usage_by_model with (security_invoker = true) as
select
  r.day, r.provider, r.model, r.requests, r.errors, r.unpriced_requests, r.unpriced_tokens,
  r.total_tokens, r.cost_usd, r.latency_ms_sum, r.latency_count, r.latency_histogram,
  r.first_used_at, r.last_used_at
from private.usage_rollups as r
where r.scope = 'all' and r.user_id is null and r.brand_id is null and private.reads_all_usage()
union all
select
  r.day, r.provider, r.model, r.requests, r.errors, r.unpriced_requests, r.unpriced_tokens,
  r.total_tokens, r.cost_usd, r.latency_ms_sum, r.latency_count, r.latency_histogram,
  r.first_used_at, r.last_used_at
from private.usage_rollups as r
where r.scope = 'user' and r.user_id = (select private.reads_usage_of())
union all
select
  t.day, t.provider, t.model, t.requests, t.errors, t.unpriced_requests, t.unpriced_tokens,
  t.total_tokens, t.cost_usd, t.latency_ms_sum, t.latency_count, t.latency_histogram,
  t.first_used_at, t.last_used_at
from private.usage_tail_numbers as t;
comment on view private.usage_by_model is
  'Usage by day, provider and model, of whom the caller may read, in several rows a key.';
revoke all on table private.usage_by_model from public, anon, authenticated, service_role;
grant select on table private.usage_by_model to authenticated, service_role, analyst;

create view public.provider_usage_stats with (security_invoker = true) as
select
  u.provider,
  u.model as model_used,
  sum(u.requests)::bigint as request_count,
  sum(u.total_tokens)::bigint as total_tokens,
  sum(u.cost_usd) as total_cost_usd,
  round(sum(u.latency_ms_sum) / nullif(sum(u.latency_count), 0), 2) as avg_latency_ms,
  private.latency_percentile(private.merge_histograms(u.latency_histogram), 0.95) as p95_latency_ms,
  -- On a day of copies alone, as a fork makes them, the model was not used.
  min(u.first_used_at) filter (where u.requests > 0) as first_used_at,
  max(u.last_used_at) filter (where u.requests > 0) as last_used_at
from private.usage_by_model as u
where u.provider <> '' and u.day >= private.usage_window_start()
group by u.provider, u.model
having sum(u.requests) > 0;
comment on view public.provider_usage_stats is
  E'Usage by provider and model over the last 30 UTC days, today included.\n\n'
  'Who: each user sees their own; analyst and service_role everybody''s. Deleted messages count.';
comment on column public.provider_usage_stats.provider is 'Who ran the model.';
comment on column public.provider_usage_stats.model_used is
  'Model, as the provider names it; empty: not named.';
comment on column public.provider_usage_stats.request_count is
  'Messages that name the provider, but no copies of a fork, and recorded usage.';
comment on column public.provider_usage_stats.total_tokens is 'Tokens of all kinds.';
comment on column public.provider_usage_stats.total_cost_usd is 'US dollars; unpriced calls count 0.';
comment on column public.provider_usage_stats.avg_latency_ms is 'Mean latency, milliseconds.';
comment on column public.provider_usage_stats.p95_latency_ms is
  '95th percentile, milliseconds, within 4.4 % and half a millisecond.';
comment on column public.provider_usage_stats.first_used_at is 'First use in the window.';
comment on column public.provider_usage_stats.last_used_at is 'Last use.';
revoke all on table public.provider_usage_stats from public, anon, authenticated, service_role;
grant select on table public.provider_usage_stats to authenticated, service_role, analyst;

create view public.daily_message_volume with (security_invoker = true) as
select
  u.day,
  u.user_id,
  sum(
    u.user_messages + u.assistant_messages + u.system_messages + u.tool_messages
  )::bigint as message_count,
  sum(u.user_messages)::bigint as user_messages,
  sum(u.assistant_messages)::bigint as assistant_messages,
  sum(u.total_tokens)::bigint as total_tokens,
  sum(u.cost_usd) as total_cost_usd
from public.usage_daily as u
group by u.day, u.user_id;
comment on view public.daily_message_volume is
  E'Messages, tokens and cost by UTC day and user.\n\n'
  'Who: each user sees their own days; analyst and service_role everybody''s. Deleted messages count.';
comment on column public.daily_message_volume.day is 'UTC day.';
comment on column public.daily_message_volume.user_id is
  'The user; null: visitors, and users who are gone.';
comment on column public.daily_message_volume.message_count is 'Messages of every role.';
comment on column public.daily_message_volume.user_messages is 'Messages of role user.';
comment on column public.daily_message_volume.assistant_messages is 'Messages of role assistant.';
comment on column public.daily_message_volume.total_tokens is 'Tokens of all kinds.';
comment on column public.daily_message_volume.total_cost_usd is 'US dollars; unpriced calls count 0.';
revoke all on table public.daily_message_volume from public, anon, authenticated, service_role;
grant select on table public.daily_message_volume to authenticated, service_role, analyst;

create view public.response_time_stats with (security_invoker = true) as
select
  s.day,
  s.provider,
  s.response_count,
  s.avg_latency_ms,
  private.latency_percentile(s.latency_histogram, 0.5) as p50_latency_ms,
  private.latency_percentile(s.latency_histogram, 0.95) as p95_latency_ms,
  private.latency_percentile(s.latency_histogram, 0.99) as p99_latency_ms
from (
  select
    u.day,
    u.provider,
    sum(u.latency_count)::bigint as response_count,
    round(sum(u.latency_ms_sum) / nullif(sum(u.latency_count), 0), 2) as avg_latency_ms,
    private.merge_histograms(u.latency_histogram) as latency_histogram
  from private.usage_by_model as u
  where u.day >= private.usage_window_start()
  group by u.day, u.provider
  having sum(u.latency_count) > 0
) as s;
comment on view public.response_time_stats is
  E'Latency by UTC day and provider over the last 30 days, today included.\n\n'
  'Percentiles come from histograms: within 4.4 % (and half a millisecond) of the latency at that '
  'rank. Who: each user sees their own; analyst and service_role everybody''s.';
comment on column public.response_time_stats.day is 'UTC day.';
comment on column public.response_time_stats.provider is 'Who ran the model; empty: none named.';
comment on column public.response_time_stats.response_count is 'Messages with a latency.';
comment on column public.response_time_stats.avg_latency_ms is 'Mean, milliseconds, exact.';
comment on column public.response_time_stats.p50_latency_ms is 'Median, milliseconds.';
comment on column public.response_time_stats.p95_latency_ms is '95th percentile, milliseconds.';
comment on column public.response_time_stats.p99_latency_ms is '99th percentile, milliseconds.';
revoke all on table public.response_time_stats from public, anon, authenticated, service_role;
grant select on table public.response_time_stats to authenticated, service_role, analyst;

create view public.unpriced_usage with (security_invoker = true) as
select
  d.provider,
  d.model as model_used,
  sum(d.requests)::bigint as request_count,
  sum(d.tokens)::bigint as total_tokens,
  min(d.day) as first_day,
  max(d.day) as last_day
from (
  select
    u.day, u.provider, u.model, sum(u.unpriced_requests) as requests,
    sum(u.unpriced_tokens) as tokens
  from private.usage_by_model as u
  group by u.day, u.provider, u.model
  having sum(u.unpriced_requests) > 0
) as d
group by d.provider, d.model;
comment on view public.unpriced_usage is
  E'Calls whose cost is not known: nobody reported it and the price book has no price.\n\n'
  'Add the price to model_prices with a validity that begins before these calls: left out, it begins now. '
  'Then call reprice_messages. '
  'Who: each user sees their own; analyst and service_role everybody''s.';
comment on column public.unpriced_usage.provider is 'Who ran the model; empty: not named.';
comment on column public.unpriced_usage.model_used is 'Model as named; empty: not named.';
comment on column public.unpriced_usage.request_count is 'Calls without a cost.';
comment on column public.unpriced_usage.total_tokens is 'Their tokens.';
comment on column public.unpriced_usage.first_day is 'First UTC day with such a call.';
comment on column public.unpriced_usage.last_day is 'Last UTC day with such a call.';
revoke all on table public.unpriced_usage from public, anon, authenticated, service_role;
grant select on table public.unpriced_usage to authenticated, service_role, analyst;

create view public.user_activity_summary with (security_invoker = true) as
select
  u.user_id,
  -- A call that a server made for them is no day of theirs.
  count(distinct u.day) filter (
    where u.user_messages + u.assistant_messages + u.system_messages + u.tool_messages > 0
  ) as active_days,
  sum(
    u.user_messages + u.assistant_messages + u.system_messages + u.tool_messages
  )::bigint as message_count,
  sum(u.user_messages)::bigint as user_messages,
  sum(u.requests)::bigint as request_count,
  sum(u.total_tokens)::bigint as total_tokens,
  sum(u.cost_usd) as total_cost_usd,
  min(u.first_used_at) as first_active_at,
  max(u.last_used_at) as last_active_at
from public.usage_daily as u
group by u.user_id;
comment on view public.user_activity_summary is
  E'How much each user did, ever.\n\n'
  'Who: each user sees one row, their own; analyst and service_role everybody''s.';
comment on column public.user_activity_summary.user_id is
  'The user; null: visitors, and users who are gone.';
comment on column public.user_activity_summary.active_days is 'UTC days with a message.';
comment on column public.user_activity_summary.message_count is 'Messages of every role.';
comment on column public.user_activity_summary.user_messages is 'Messages of role user.';
comment on column public.user_activity_summary.request_count is 'Model calls.';
comment on column public.user_activity_summary.total_tokens is 'Tokens of all kinds.';
comment on column public.user_activity_summary.total_cost_usd is 'US dollars; unpriced calls count 0.';
comment on column public.user_activity_summary.first_active_at is 'First message or recorded usage.';
comment on column public.user_activity_summary.last_active_at is 'Last message or recorded usage.';
revoke all on table public.user_activity_summary from public, anon, authenticated, service_role;
grant select on table public.user_activity_summary to authenticated, service_role, analyst;

-- Not for analysts: titles and last messages are content.
create view public.active_sessions_summary with (security_invoker = true) as
select
  s.id as session_id,
  s.user_id,
  s.brand_id,
  s.title,
  s.agent_type,
  s.state,
  s.message_count,
  s.total_tokens,
  s.total_cost_usd,
  s.created_at,
  s.last_activity_at,
  m.role as last_message_role,
  m.content as last_message
from public.conversation_sessions as s
left join public.conversation_messages as m
  on m.session_id = s.id and m.id = s.active_message_id
where s.status = 'active' and s.completed_at is null;
comment on view public.active_sessions_summary is
  E'Open sessions with their last message and numbers.\n\n'
  'Who: each user sees their own; service_role everybody''s. '
  'For the newest first: order by last_activity_at desc.';
comment on column public.active_sessions_summary.session_id is 'The session.';
comment on column public.active_sessions_summary.user_id is 'Its user.';
comment on column public.active_sessions_summary.brand_id is 'Its brand; null: personal.';
comment on column public.active_sessions_summary.title is 'Its title.';
comment on column public.active_sessions_summary.agent_type is 'Which kind of agent answers.';
comment on column public.active_sessions_summary.state is 'Where it stands.';
comment on column public.active_sessions_summary.message_count is 'Messages that exist.';
comment on column public.active_sessions_summary.total_tokens is 'Their tokens, and those of tools.';
comment on column public.active_sessions_summary.total_cost_usd is 'Their cost, US dollars, exact.';
comment on column public.active_sessions_summary.created_at is 'When it began.';
comment on column public.active_sessions_summary.last_activity_at is 'Last activity.';
comment on column public.active_sessions_summary.last_message_role is
  'Who spoke last in the branch that is shown; null: nobody yet.';
comment on column public.active_sessions_summary.last_message is 'What was said last.';
revoke all on table public.active_sessions_summary from public, anon, authenticated, service_role;
grant select on table public.active_sessions_summary to authenticated, service_role;

create type public.session_stats as (
  session_id          uuid,
  message_count       integer,
  conversation_count  bigint,
  started_at          timestamptz,
  last_activity_at    timestamptz,
  avg_latency_ms      numeric,
  total_tokens        bigint,
  total_cost_usd      numeric
);
comment on type public.session_stats is
  'Numbers of a session. conversation_count: turns, that is, messages of the user. avg_latency_ms: '
  'mean of the messages whose latency is known, milliseconds. total_tokens: of messages and tool executions. '
  'total_cost_usd: US dollars, exact.';

create function public.get_session_stats(p_session_id uuid)
returns public.session_stats
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_stats public.session_stats;
  v_user_id uuid;
begin
  select
    s.id, s.message_count, s.created_at, s.last_activity_at, s.total_tokens, s.total_cost_usd,
    s.user_id
  into
    v_stats.session_id, v_stats.message_count, v_stats.started_at, v_stats.last_activity_at,
    v_stats.total_tokens, v_stats.total_cost_usd, v_user_id
  from public.conversation_sessions as s
  where s.id = p_session_id;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  -- Two queries, because "is not distinct from" cannot use the index.
  if v_user_id is null then
    select count(*) filter (where m.role = 'user'), round(avg(m.latency_ms), 2)
    into v_stats.conversation_count, v_stats.avg_latency_ms
    from public.conversation_messages as m
    where m.session_id = p_session_id and m.user_id is null;
  else
    select count(*) filter (where m.role = 'user'), round(avg(m.latency_ms), 2)
    into v_stats.conversation_count, v_stats.avg_latency_ms
    from public.conversation_messages as m
    where m.session_id = p_session_id and m.user_id = v_user_id;
  end if;
  return v_stats;
end
$$;
revoke all on function public.get_session_stats(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.get_session_stats(uuid) to authenticated, service_role;
comment on function public.get_session_stats(uuid) is
  E'The numbers of a session in one row: messages, turns, times, mean latency, tokens, cost.\n\n'
  'Who: the session''s user, service_role. Errors: PT404 SESSION_NOT_FOUND.';

create type public.brand_usage as (
  day                    date,
  provider               text,
  model                  text,
  request_count          bigint,
  error_count            bigint,
  message_count          bigint,
  unpriced_requests      bigint,
  input_tokens           bigint,
  output_tokens          bigint,
  total_tokens           bigint,
  total_cost_usd         numeric,
  claimed_cost_usd       numeric,
  avg_latency_ms         numeric,
  p95_latency_ms         integer
);
comment on type public.brand_usage is
  'Usage of a brand on a UTC day by provider and model (empty: none named). total_cost_usd: US '
  'dollars, of which claimed_cost_usd were reported by users themselves and count in no brand budget. '
  'Latencies in milliseconds; p95 within 4.4 % and half a millisecond.';

-- Definer: a brand's numbers are sums over users, whose own rows only they may read.
create function public.get_brand_usage(p_brand_id uuid, p_from date, p_to date)
returns setof public.brand_usage
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not private.is_trusted_caller() and not exists (
    select 1
    from private.my_brand_ids('{owner,admin,analyst}') as b (id)
    where b.id = p_brand_id
  ) then
    perform private.raise_error('BRAND_NOT_FOUND');
  end if;
  if p_from is null or p_to is null or not isfinite(p_from) or not isfinite(p_to) or p_from > p_to
    or p_to - p_from > 366
  then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'p_from and p_to are UTC days, p_from not after p_to, both included, at most 367 of them.'
    );
  end if;
  return query
    select
      u.day, u.provider, u.model,
      sum(u.requests)::bigint,
      sum(u.errors)::bigint,
      sum(
        u.user_messages + u.assistant_messages + u.system_messages + u.tool_messages
      )::bigint,
      sum(u.unpriced_requests)::bigint,
      sum(u.input_tokens)::bigint,
      sum(u.output_tokens)::bigint,
      sum(u.total_tokens)::bigint,
      sum(u.cost_usd),
      coalesce(
        sum(u.cost_usd - u.price_book_cost_usd) filter (where u.reported_by <> 'service_role'), 0
      ),
      round(sum(u.latency_ms_sum) / nullif(sum(u.latency_count), 0), 2),
      private.latency_percentile(private.merge_histograms(u.latency_histogram), 0.95)
    from (
      select
        r.day, r.provider, r.model, r.reported_by, r.requests, r.errors, r.user_messages,
        r.assistant_messages, r.system_messages, r.tool_messages, r.unpriced_requests,
        r.input_tokens, r.output_tokens, r.total_tokens, r.cost_usd, r.price_book_cost_usd,
        r.latency_ms_sum, r.latency_count, r.latency_histogram
      from private.usage_rollups as r
      where r.scope = 'brand' and r.user_id is null and r.brand_id = p_brand_id
        and r.day between p_from and p_to
      union all
      select
        t.day, t.provider, t.model, t.reported_by, t.requests, t.errors, t.user_messages,
        t.assistant_messages, t.system_messages, t.tool_messages, t.unpriced_requests,
        t.input_tokens, t.output_tokens, t.total_tokens, t.cost_usd, t.price_book_cost_usd,
        t.latency_ms_sum, t.latency_count, t.latency_histogram
      from private.usage_tail_numbers as t
      where t.brand_id = p_brand_id and t.day between p_from and p_to
    ) as u
    group by u.day, u.provider, u.model
    having sum(
      u.requests + u.user_messages + u.assistant_messages + u.system_messages + u.tool_messages
    ) <> 0
    order by u.day, u.provider, u.model;
end
$$;
revoke all on function public.get_brand_usage(uuid, date, date)
  from public, anon, authenticated, service_role;
grant execute on function public.get_brand_usage(uuid, date, date) to authenticated, service_role;
comment on function public.get_brand_usage(uuid, date, date) is
  E'What a brand used, by UTC day, provider and model; numbers alone, of all its users together.\n\n'
  'p_from, p_to: both included, at most 367 days. The data API cuts an answer after 1000 rows: read a long '
  'window in pages, by limit and offset. Who: owners, admins and analysts of the brand, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 BRAND_NOT_FOUND.';
