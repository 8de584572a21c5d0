-- 0070_usage_views: usage of the last 30 days by model, and messages by day.
-- Makes: views provider_usage_stats, daily_message_volume.
-- Needs: 0040. Locks: none. Breaking: no.

create view public.provider_usage_stats
with (security_invoker = true) as
select
  m.provider,
  m.model_used,
  count(*) as request_count,
  coalesce(sum(m.tokens_used), 0) as total_tokens,
  coalesce(sum(m.cost_usd), 0) as total_cost_usd,
  round(avg(m.latency_ms), 2) as avg_latency_ms,
  percentile_cont(0.95) within group (order by m.latency_ms) as p95_latency_ms,
  min(m.created_at) as first_used_at,
  max(m.created_at) as last_used_at
from public.conversation_messages as m
where m.provider is not null
  and m.created_at >= (date_trunc('day', now() at time zone 'utc') - interval '29 days')
    at time zone 'utc'
group by m.provider, m.model_used;
comment on view public.provider_usage_stats is
  E'Usage by provider and model over the last 30 UTC days, today included.\n\n'
  'Who: each user sees the usage of their own messages; service_role everybody''s.';
comment on column public.provider_usage_stats.provider is 'Who ran the model.';
comment on column public.provider_usage_stats.model_used is 'Model, as the provider names it.';
comment on column public.provider_usage_stats.request_count is 'Messages that name the provider.';
comment on column public.provider_usage_stats.total_tokens is 'Tokens of all kinds.';
comment on column public.provider_usage_stats.total_cost_usd is 'US dollars; unpriced calls count 0.';
comment on column public.provider_usage_stats.avg_latency_ms is 'Mean latency, milliseconds.';
comment on column public.provider_usage_stats.p95_latency_ms is '95th percentile, milliseconds.';
comment on column public.provider_usage_stats.first_used_at is 'First use in the window.';
comment on column public.provider_usage_stats.last_used_at is 'Last use.';
revoke all on table public.provider_usage_stats from public, anon, authenticated, service_role;
grant select on table public.provider_usage_stats to authenticated, service_role;

create view public.daily_message_volume
with (security_invoker = true) as
select
  (m.created_at at time zone 'utc')::date as day,
  m.user_id,
  count(*) as message_count,
  count(*) filter (where m.role = 'user') as user_messages,
  count(*) filter (where m.role = 'assistant') as assistant_messages,
  coalesce(sum(m.tokens_used), 0) as total_tokens,
  coalesce(sum(m.cost_usd), 0) as total_cost_usd
from public.conversation_messages as m
group by 1, 2;
comment on view public.daily_message_volume is
  E'Messages, tokens and cost by UTC day and user.\n\n'
  'Who: each user sees their own days; service_role everybody''s.';
comment on column public.daily_message_volume.day is 'UTC day.';
comment on column public.daily_message_volume.user_id is 'The user; null: visitors.';
comment on column public.daily_message_volume.message_count is 'Messages of every role.';
comment on column public.daily_message_volume.user_messages is 'Messages of role user.';
comment on column public.daily_message_volume.assistant_messages is 'Messages of role assistant.';
comment on column public.daily_message_volume.total_tokens is 'Tokens of all kinds.';
comment on column public.daily_message_volume.total_cost_usd is 'US dollars; unpriced calls count 0.';
revoke all on table public.daily_message_volume from public, anon, authenticated, service_role;
grant select on table public.daily_message_volume to authenticated, service_role;
