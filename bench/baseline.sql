-- The baseline of every comparison: two tables for conversations as a team would write them by hand on
-- Supabase, from the design that Turnbase grew from. Twelve plain indexes, eight policies with a bare
-- auth.uid(), two triggers, sums on read, two views over the messages; nothing else.
--
-- Frozen: it stays as it was first committed, or figures of different days could not be compared.
-- Where the design leaves a choice open, the quicker one was taken: functions that the planner can
-- inline or whose plan is kept, and no index wider than its query needs.
--
-- Needs a Supabase project (schema auth and its roles). brands is what the design finds there.

create table public.brands (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  created_at timestamptz not null default now()
);
alter table public.brands enable row level security;

create table public.conversation_sessions (
  id uuid primary key default gen_random_uuid(),
  brand_id uuid references public.brands (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  state text not null default 'initial'
    check (
      state in (
        'initial', 'gathering', 'clarifying', 'planning', 'awaiting_approval', 'executing',
        'reviewing', 'delivered', 'cancelled'
      )
    ),
  parsed_intent jsonb,
  answered_questions jsonb not null default '{}',
  pending_questions jsonb not null default '[]',
  selected_kb_ids uuid[] not null default '{}',
  active_task_plan_id uuid,
  created_at timestamptz not null default now(),
  last_activity_at timestamptz not null default now(),
  completed_at timestamptz
);

create index idx_sessions_user_id on public.conversation_sessions (user_id);
create index idx_sessions_brand_id on public.conversation_sessions (brand_id);
create index idx_sessions_active on public.conversation_sessions (state)
  where state not in ('delivered', 'cancelled');
create index idx_sessions_last_activity on public.conversation_sessions (last_activity_at desc);
create index idx_sessions_user_state on public.conversation_sessions (user_id, state);

create table public.conversation_messages (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.conversation_sessions (id) on delete cascade,
  brand_id uuid references public.brands (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null check (role in ('user', 'assistant', 'system')),
  content text not null,
  tokens_used integer,
  model_used text,
  provider text,
  cost_usd numeric,
  latency_ms integer,
  action_taken text,
  questions_asked jsonb,
  delegation_plan jsonb,
  created_at timestamptz not null default now()
);

create index idx_messages_session_id on public.conversation_messages (session_id, created_at);
create index idx_messages_user_id on public.conversation_messages (user_id);
create index idx_messages_brand_id on public.conversation_messages (brand_id);
create index idx_messages_role on public.conversation_messages (role);
-- With the session first, because the design names it as the index of a session's cost.
create index idx_messages_cost on public.conversation_messages (session_id, cost_usd);
create index idx_messages_provider on public.conversation_messages (provider);
create index idx_messages_provider_cost on public.conversation_messages (provider, cost_usd);

alter table public.conversation_sessions enable row level security;
alter table public.conversation_messages enable row level security;

create policy "Users can view own sessions" on public.conversation_sessions
  for select to authenticated using (auth.uid() = user_id);
create policy "Users can create own sessions" on public.conversation_sessions
  for insert to authenticated with check (auth.uid() = user_id);
create policy "Users can update own sessions" on public.conversation_sessions
  for update to authenticated using (auth.uid() = user_id);
create policy "Users can delete own sessions" on public.conversation_sessions
  for delete to authenticated using (auth.uid() = user_id);

create policy "Users can view own messages" on public.conversation_messages
  for select to authenticated using (auth.uid() = user_id);
create policy "Users can create own messages" on public.conversation_messages
  for insert to authenticated with check (auth.uid() = user_id);
create policy "Users can update own messages" on public.conversation_messages
  for update to authenticated using (auth.uid() = user_id);
create policy "Users can delete own messages" on public.conversation_messages
  for delete to authenticated using (auth.uid() = user_id);

grant select, insert, update, delete on public.conversation_sessions, public.conversation_messages
  to authenticated, service_role;

create function public.update_session_activity()
returns trigger
language plpgsql
as $$
begin
  new.last_activity_at := now();
  return new;
end
$$;

create trigger update_session_activity before update on public.conversation_sessions
  for each row execute function public.update_session_activity();

create function public.update_session_on_message()
returns trigger
language plpgsql
as $$
begin
  update public.conversation_sessions set last_activity_at = now() where id = new.session_id;
  return new;
end
$$;

create trigger update_session_on_message after insert on public.conversation_messages
  for each row execute function public.update_session_on_message();

create function public.complete_conversation_session(p_session_id uuid)
returns void
language sql
as $$
  update public.conversation_sessions set state = 'delivered', completed_at = now()
  where id = p_session_id
$$;

create function public.cancel_conversation_session(p_session_id uuid)
returns void
language sql
as $$
  update public.conversation_sessions set state = 'cancelled', completed_at = now()
  where id = p_session_id
$$;

create function public.get_conversation_history(p_session_id uuid, p_limit integer default 50)
returns setof public.conversation_messages
language sql
stable
as $$
  select *
  from (
    select *
    from public.conversation_messages
    where session_id = p_session_id
    order by created_at desc
    limit p_limit
  ) as latest
  order by created_at
$$;

create function public.get_session_cost(p_session_id uuid)
returns numeric
language plpgsql
stable
as $$
begin
  return (
    select coalesce(sum(cost_usd), 0)
    from public.conversation_messages
    where session_id = p_session_id
  );
end
$$;

create function public.get_session_message_stats(p_session_id uuid)
returns table (
  role text, message_count bigint, total_tokens bigint, total_cost_usd numeric,
  avg_latency_ms numeric
)
language sql
stable
as $$
  select
    m.role, count(*), coalesce(sum(m.tokens_used), 0), coalesce(sum(m.cost_usd), 0),
    avg(m.latency_ms)
  from public.conversation_messages as m
  where m.session_id = p_session_id
  group by m.role
$$;

create view public.provider_usage_stats
with (security_invoker = true) as
select
  provider,
  count(*) as request_count,
  sum(tokens_used) as total_tokens,
  sum(cost_usd) as total_cost_usd,
  avg(latency_ms) as avg_latency_ms,
  min(created_at) as first_used_at,
  max(created_at) as last_used_at
from public.conversation_messages
where provider is not null and created_at >= now() - interval '30 days'
group by provider;

create view public.daily_message_volume
with (security_invoker = true) as
select
  date_trunc('day', created_at) as day,
  user_id,
  count(*) as message_count,
  count(*) filter (where role = 'user') as user_messages,
  count(*) filter (where role = 'assistant') as assistant_messages,
  sum(tokens_used) as total_tokens,
  sum(cost_usd) as total_cost_usd
from public.conversation_messages
where created_at >= now() - interval '30 days'
group by 1, 2;

grant select on public.provider_usage_stats, public.daily_message_volume
  to authenticated, service_role;
