-- 0080_usage_ledger: what was used and spent, by day, exact, read in constant time.
-- Makes: views usage_daily, usage_totals; private.usage_rollups, private.usage_tail,
--   private.removed_usage, private.recorded_usage and their functions; merge_usage, record_usage,
--   repricings, reprice_messages.
-- Needs: 0010, 0030, 0040, 0050. Locks: auth.users (trigger). Breaking: no.

-- A write appends its facts to a tail, which meets nobody. Every few hundred rows one writer, and only
-- one at a time, merges the tail into the roll-ups. Readers add the two, in one snapshot.
create table private.usage_tail (
  sign                   smallint              not null,
  created_at             timestamptz           not null,
  brand_id               uuid,
  user_id                uuid,
  provider               text,
  model_used             text,
  service_tier           text,
  reported_by            public.cost_reporter  not null,
  role                   public.message_role,
  is_error               boolean               not null,
  cost_source            public.cost_source    not null,
  tokens_used            integer,
  input_tokens           integer,
  output_tokens          integer,
  cached_input_tokens    integer,
  cache_write_tokens     integer,
  cache_write_1h_tokens  integer,
  reasoning_tokens       integer,
  cost_usd               numeric,
  latency_ms             integer
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
comment on table private.usage_tail is
  E'What messages added to the ledger, or took from it, since the last merge; no content.\n\n'
  'Without an index: it is short. Writes: triggers, record_usage and merge_usage only.';
comment on column private.usage_tail.sign is '1: added. -1: taken away by a correction.';
comment on column private.usage_tail.created_at is 'The message''s created_at.';
comment on column private.usage_tail.brand_id is 'Its brand.';
comment on column private.usage_tail.user_id is 'Its user; null: a visitor, or a user who is gone.';
comment on column private.usage_tail.provider is 'Its provider.';
comment on column private.usage_tail.model_used is 'Its model.';
comment on column private.usage_tail.service_tier is 'Its price tier.';
comment on column private.usage_tail.reported_by is 'Who wrote it.';
comment on column private.usage_tail.role is 'Its role; null: usage recorded without a message.';
comment on column private.usage_tail.is_error is 'Whether it failed or carries an error.';
comment on column private.usage_tail.cost_source is 'Where its cost comes from.';
comment on column private.usage_tail.tokens_used is 'Its tokens, all kinds.';
comment on column private.usage_tail.input_tokens is 'Prompt tokens.';
comment on column private.usage_tail.output_tokens is 'Completion tokens.';
comment on column private.usage_tail.cached_input_tokens is 'Prompt tokens read from a cache.';
comment on column private.usage_tail.cache_write_tokens is 'Prompt tokens written to a cache.';
comment on column private.usage_tail.cache_write_1h_tokens is 'The same for a cache of an hour.';
comment on column private.usage_tail.reasoning_tokens is 'Completion tokens spent on reasoning.';
comment on column private.usage_tail.cost_usd is 'US dollars; null: unpriced or none.';
comment on column private.usage_tail.latency_ms is 'Milliseconds.';

create table private.removed_usage (
  like private.usage_tail including comments,
  id  uuid  not null default gen_random_uuid() constraint removed_usage_pkey primary key
);
comment on table private.removed_usage is
  'The numbers of messages that were deleted, and of usage recorded without a message; no content.';
comment on column private.removed_usage.id is
  'The row, in an export that is imported again: of a message removed_usage_id() of its id, unless that was '
  'deleted before; another one once its user is gone.';
-- The rows of a user who goes.
create index removed_usage_user_id_idx
  on private.removed_usage (user_id) where user_id is not null;

create function private.removed_usage_id(p_message_id uuid)
returns uuid
language sql
immutable
begin atomic
  select encode(
    substring(sha256(convert_to('removed ' || p_message_id, 'UTF8')) from 1 for 16), 'hex'
  )::uuid;
end;
revoke all on function private.removed_usage_id(uuid) from public, anon, authenticated, service_role;
comment on function private.removed_usage_id(uuid) is
  'The id of what a message leaves in removed_usage, which does not tell its own.';

create type private.usage_scope as enum ('user', 'brand', 'all');
comment on type private.usage_scope is
  'What a roll-up sums: one user in one brand, a brand, or everybody.';

create table private.usage_rollups (
  scope                  private.usage_scope   not null,
  day                    date                  not null,
  brand_id               uuid,
  user_id                uuid,
  provider               text                  not null,
  model                  text                  not null,
  reported_by            public.cost_reporter  not null,
  requests               bigint                not null,
  errors                 bigint                not null,
  user_messages          bigint                not null,
  assistant_messages     bigint                not null,
  system_messages        bigint                not null,
  tool_messages          bigint                not null,
  unpriced_requests      bigint                not null,
  unpriced_tokens        bigint                not null,
  input_tokens           bigint                not null,
  output_tokens          bigint                not null,
  cached_input_tokens    bigint                not null,
  cache_write_tokens     bigint                not null,
  cache_write_1h_tokens  bigint                not null,
  reasoning_tokens       bigint                not null,
  total_tokens           bigint                not null,
  cost_usd               numeric               not null,
  price_book_cost_usd    numeric               not null,
  latency_ms_sum         bigint                not null,
  latency_count          bigint                not null,
  latency_histogram      integer[]             not null,
  first_used_at          timestamptz           not null,
  last_used_at           timestamptz           not null,
  -- user_id first, because row level security adds it, and before it no other condition on an enum is looked
  -- up in an index: scope first, each user would read everybody's rows.
  constraint usage_rollups_key unique nulls not distinct (
    user_id, scope, brand_id, day, provider, model, reported_by
  )
) with (fillfactor = 80);
comment on table private.usage_rollups is
  E'Usage summed by day, as far as it is merged: three scopes in one table, one upsert for all.\n\n'
  'With the tail, scope user is equal to a recount of all messages that exist plus '
  'private.removed_usage. No foreign keys: what was spent outlives brands and users. '
  'Writes: merge_usage only.';
comment on column private.usage_rollups.scope is 'What the row sums.';
comment on column private.usage_rollups.day is 'UTC day of the messages'' created_at.';
comment on column private.usage_rollups.brand_id is
  'The brand; null: personal. It may be gone: what was spent outlives it.';
comment on column private.usage_rollups.user_id is 'The user; null: visitors, and users who are gone.';
comment on column private.usage_rollups.provider is 'Who ran the model; empty: none named.';
comment on column private.usage_rollups.model is 'Model, as the provider names it; empty: none named.';
comment on column private.usage_rollups.reported_by is 'Who wrote the messages.';
comment on column private.usage_rollups.requests is
  'Model calls: messages that name a provider, a model, tokens or a cost, and recorded usage.';
comment on column private.usage_rollups.errors is 'Messages that failed or carry an error.';
comment on column private.usage_rollups.user_messages is 'Messages of role user.';
comment on column private.usage_rollups.assistant_messages is 'Messages of role assistant.';
comment on column private.usage_rollups.system_messages is 'Messages of role system.';
comment on column private.usage_rollups.tool_messages is 'Messages of role tool.';
comment on column private.usage_rollups.unpriced_requests is 'Requests whose cost is not known.';
comment on column private.usage_rollups.unpriced_tokens is 'Tokens of those.';
comment on column private.usage_rollups.input_tokens is 'Prompt tokens as the provider reports them.';
comment on column private.usage_rollups.output_tokens is 'Completion tokens.';
comment on column private.usage_rollups.cached_input_tokens is 'Prompt tokens read from a cache.';
comment on column private.usage_rollups.cache_write_tokens is 'Prompt tokens written to a cache.';
comment on column private.usage_rollups.cache_write_1h_tokens is 'The same for a cache of an hour.';
comment on column private.usage_rollups.reasoning_tokens is 'Completion tokens spent on reasoning.';
comment on column private.usage_rollups.total_tokens is 'Sum of tokens_used.';
comment on column private.usage_rollups.cost_usd is 'US dollars, exact; unpriced requests count 0.';
comment on column private.usage_rollups.price_book_cost_usd is
  'The part of cost_usd that the price book gave.';
comment on column private.usage_rollups.latency_ms_sum is 'Sum of the latencies, milliseconds.';
comment on column private.usage_rollups.latency_count is 'How many messages have a latency.';
comment on column private.usage_rollups.latency_histogram is
  'Latencies counted in the buckets of private.latency_bucket.';
comment on column private.usage_rollups.first_used_at is
  'Time of the first message ever counted here; a correction does not take it back.';
comment on column private.usage_rollups.last_used_at is
  'Time of the last message ever counted here; a correction does not take it back.';

create table private.recorded_usage (
  id            uuid                not null constraint recorded_usage_pkey primary key,
  request_hash  bytea               not null,
  cost_usd      numeric,
  cost_source   public.cost_source  not null,
  created_at    timestamptz         not null default now()
);
comment on table private.recorded_usage is 'Idempotency keys of record_usage.';
comment on column private.recorded_usage.id is 'The key.';
comment on column private.recorded_usage.request_hash is 'SHA-256 of the arguments.';
comment on column private.recorded_usage.cost_usd is
  'What it cost when it was recorded, US dollars; null: unpriced. Repricing leaves it.';
comment on column private.recorded_usage.cost_source is 'Where that came from.';
comment on column private.recorded_usage.created_at is 'When it was recorded.';

-- They have no primary key. In a publication of all tables, which some tools make by themselves, an
-- update or a delete of theirs would fail, and with it the write of a message.
alter table private.usage_tail replica identity full;
alter table private.usage_rollups replica identity full;

alter table private.usage_tail enable row level security;
alter table private.usage_rollups enable row level security;
alter table private.removed_usage enable row level security;
alter table private.recorded_usage enable row level security;
revoke all on table
  private.usage_tail, private.usage_rollups, private.removed_usage, private.recorded_usage
  from public, anon, authenticated, service_role;

create policy usage_tail_select_own on private.usage_tail for select to authenticated
  using (user_id = (select auth.uid()));
create policy usage_tail_select_analyst on private.usage_tail for select to analyst using (true);
create policy usage_rollups_select_own on private.usage_rollups for select to authenticated
  using (user_id = (select auth.uid()));
create policy usage_rollups_select_analyst on private.usage_rollups for select to analyst
  using (true);
comment on policy usage_tail_select_own on private.usage_tail is 'Users read their own usage.';
comment on policy usage_tail_select_analyst on private.usage_tail is 'Analysts read all numbers.';
comment on policy usage_rollups_select_own on private.usage_rollups is
  'Users read their own usage; rows of scope brand and all carry no user.';
comment on policy usage_rollups_select_analyst on private.usage_rollups is
  'Analysts read all numbers.';
-- By the views, which run with the rights of who asks. The API does not expose the schema.
grant select on table private.usage_tail, private.usage_rollups
  to authenticated, analyst, service_role;

-- Bucket 0 holds 0 ms; bucket i from 1 on holds [2^((i-1)/8), 2^(i/8)) ms.
create function private.latency_bucket(p_latency_ms integer)
returns integer
language sql
immutable
parallel safe
begin atomic
  select case
    when p_latency_ms <= 0 then 0
    else floor(8 * ln(p_latency_ms::double precision) / ln(2::double precision))::integer + 1
  end;
end;
revoke all on function private.latency_bucket(integer)
  from public, anon, authenticated, service_role;
comment on function private.latency_bucket(integer) is
  'The bucket of a latency in milliseconds: eight to each doubling.';

create function private.latency_histogram(p_latency_ms integer, p_count integer default 1)
returns integer[]
language sql
immutable
parallel safe
begin atomic
  select case
    when p_latency_ms is null then '{}'::integer[]
    else array_fill(p_count, array[1], array[private.latency_bucket(p_latency_ms)])
  end;
end;
revoke all on function private.latency_histogram(integer, integer)
  from public, anon, authenticated, service_role;
-- By the views, which run with the rights of who asks; so do its parts.
grant execute on function private.latency_histogram(integer, integer), private.latency_bucket(integer)
  to authenticated, service_role, analyst;
comment on function private.latency_histogram(integer, integer) is
  'The histogram of one latency in milliseconds; its only subscript is the bucket.';

create function private.add_histograms(p_one integer[], p_other integer[])
returns integer[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  v_from constant integer := array_lower(p_other, 1);
begin
  if v_from is null then
    return p_one;
  elsif array_lower(p_one, 1) is null then
    return p_other;
  end if;
  for i in v_from .. array_upper(p_other, 1) loop
    p_one[i] := coalesce(p_one[i], 0) + coalesce(p_other[i], 0);
  end loop;
  return p_one;
end
$$;
revoke all on function private.add_histograms(integer[], integer[])
  from public, anon, authenticated, service_role;
-- Who calls the aggregate needs its part.
grant execute on function private.add_histograms(integer[], integer[])
  to authenticated, service_role, analyst;
comment on function private.add_histograms(integer[], integer[]) is 'Sum of two histograms.';

create aggregate private.merge_histograms(integer[]) (
  sfunc = private.add_histograms,
  stype = integer[],
  initcond = '{}',
  combinefunc = private.add_histograms,
  parallel = safe
);
revoke all on function private.merge_histograms(integer[])
  from public, anon, authenticated, service_role;
grant execute on function private.merge_histograms(integer[])
  to authenticated, service_role, analyst;
comment on aggregate private.merge_histograms(integer[]) is 'Sum of histograms.';

create function private.count_latencies(p_latency_ms bigint[], p_counts bigint[])
returns integer[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  v_histogram integer[] := '{}'::integer[];
  v_bucket integer;
begin
  for i in 1 .. coalesce(cardinality(p_latency_ms), 0) loop
    v_bucket := private.latency_bucket(p_latency_ms[i]::integer);
    v_histogram[v_bucket] := coalesce(v_histogram[v_bucket], 0) + p_counts[i]::integer;
  end loop;
  return v_histogram;
end
$$;
revoke all on function private.count_latencies(bigint[], bigint[])
  from public, anon, authenticated, service_role;
comment on function private.count_latencies(bigint[], bigint[]) is
  'The histogram of many latencies, each so many times: at once, where one by one takes a call for each.';

create function private.latency_percentile(p_histogram integer[], p_fraction numeric)
returns integer
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  v_rank numeric;
  v_seen bigint := 0;
begin
  select ceil(sum(h.n) * p_fraction) into v_rank from unnest(p_histogram) as h (n);
  if v_rank > 0 then
    for i in array_lower(p_histogram, 1) .. array_upper(p_histogram, 1) loop
      v_seen := v_seen + coalesce(p_histogram[i], 0);
      if v_seen >= v_rank then
        -- The value that is as far, in ratio, from the lower end of the bucket as from the upper.
        return case when i = 0 then 0 else round(2 * 2 ^ (i / 8.0) / (1 + 2 ^ (1 / 8.0))) end;
      end if;
    end loop;
  end if;
  return null;
end
$$;
revoke all on function private.latency_percentile(integer[], numeric)
  from public, anon, authenticated, service_role;
grant execute on function private.latency_percentile(integer[], numeric)
  to authenticated, service_role, analyst;
comment on function private.latency_percentile(integer[], numeric) is
  'Percentile of a histogram, milliseconds: within 4.4 % and half a millisecond of the latency at '
  'that rank. Null: no latency known.';

create view private.usage_tail_numbers with (security_invoker = true) as
select
  (t.created_at at time zone 'utc')::date as day,
  t.brand_id,
  t.user_id,
  coalesce(t.provider, '') as provider,
  coalesce(t.model_used, '') as model,
  t.reported_by,
  (case when t.cost_source <> 'none' then t.sign else 0 end)::bigint as requests,
  (case when t.is_error then t.sign else 0 end)::bigint as errors,
  (case when t.role = 'user' then t.sign else 0 end)::bigint as user_messages,
  (case when t.role = 'assistant' then t.sign else 0 end)::bigint as assistant_messages,
  (case when t.role = 'system' then t.sign else 0 end)::bigint as system_messages,
  (case when t.role = 'tool' then t.sign else 0 end)::bigint as tool_messages,
  (case when t.cost_source = 'unpriced' then t.sign else 0 end)::bigint as unpriced_requests,
  coalesce(
    case when t.cost_source = 'unpriced' then t.sign * t.tokens_used::bigint end, 0
  ) as unpriced_tokens,
  coalesce(t.sign * t.input_tokens::bigint, 0) as input_tokens,
  coalesce(t.sign * t.output_tokens::bigint, 0) as output_tokens,
  coalesce(t.sign * t.cached_input_tokens::bigint, 0) as cached_input_tokens,
  coalesce(t.sign * t.cache_write_tokens::bigint, 0) as cache_write_tokens,
  coalesce(t.sign * t.cache_write_1h_tokens::bigint, 0) as cache_write_1h_tokens,
  coalesce(t.sign * t.reasoning_tokens::bigint, 0) as reasoning_tokens,
  coalesce(t.sign * t.tokens_used::bigint, 0) as total_tokens,
  coalesce(t.sign * t.cost_usd, 0) as cost_usd,
  coalesce(
    case when t.cost_source = 'price_book' then t.sign * t.cost_usd end, 0
  ) as price_book_cost_usd,
  coalesce(t.sign * t.latency_ms::bigint, 0) as latency_ms_sum,
  (case when t.latency_ms is null then 0 else t.sign end)::bigint as latency_count,
  private.latency_histogram(t.latency_ms, t.sign) as latency_histogram,
  t.created_at as first_used_at,
  t.created_at as last_used_at
from private.usage_tail as t;
comment on view private.usage_tail_numbers is 'The tail in the columns of the roll-ups.';
revoke all on table private.usage_tail_numbers from public, anon, authenticated, service_role;
grant select on table private.usage_tail_numbers to authenticated, service_role, analyst;

create function private.usage_facts(
  p_message public.conversation_messages,
  p_user_id uuid,
  p_sign smallint
)
returns setof private.usage_tail
language sql
stable
rows 1
begin atomic
  select
      p_sign,
      p_message.created_at, p_message.brand_id, p_user_id, p_message.provider,
      p_message.model_used, p_message.service_tier, p_message.reported_by, p_message.role,
      p_message.status = 'failed' or p_message.error_message is not null, p_message.cost_source,
      p_message.tokens_used, p_message.input_tokens, p_message.output_tokens,
      p_message.cached_input_tokens, p_message.cache_write_tokens, p_message.cache_write_1h_tokens,
      p_message.reasoning_tokens, p_message.cost_usd, p_message.latency_ms;
end;
revoke all on function private.usage_facts(public.conversation_messages, uuid, smallint)
  from public, anon, authenticated, service_role;
comment on function private.usage_facts(public.conversation_messages, uuid, smallint) is
  'What a message adds to the ledger of a user (p_sign 1) or takes from it (-1).';

create function private.add_to_rollups(p_rows private.usage_rollups[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into private.usage_rollups as u (
    scope, day, brand_id, user_id, provider, model, reported_by, requests, errors, user_messages,
    assistant_messages, system_messages, tool_messages, unpriced_requests, unpriced_tokens,
    input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens,
    reasoning_tokens, total_tokens, cost_usd, price_book_cost_usd, latency_ms_sum, latency_count,
    latency_histogram, first_used_at, last_used_at
  )
  select a.* from unnest(p_rows) as a
  on conflict on constraint usage_rollups_key do update set
    requests = u.requests + excluded.requests,
    errors = u.errors + excluded.errors,
    user_messages = u.user_messages + excluded.user_messages,
    assistant_messages = u.assistant_messages + excluded.assistant_messages,
    system_messages = u.system_messages + excluded.system_messages,
    tool_messages = u.tool_messages + excluded.tool_messages,
    unpriced_requests = u.unpriced_requests + excluded.unpriced_requests,
    unpriced_tokens = u.unpriced_tokens + excluded.unpriced_tokens,
    input_tokens = u.input_tokens + excluded.input_tokens,
    output_tokens = u.output_tokens + excluded.output_tokens,
    cached_input_tokens = u.cached_input_tokens + excluded.cached_input_tokens,
    cache_write_tokens = u.cache_write_tokens + excluded.cache_write_tokens,
    cache_write_1h_tokens = u.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
    reasoning_tokens = u.reasoning_tokens + excluded.reasoning_tokens,
    total_tokens = u.total_tokens + excluded.total_tokens,
    cost_usd = u.cost_usd + excluded.cost_usd,
    price_book_cost_usd = u.price_book_cost_usd + excluded.price_book_cost_usd,
    latency_ms_sum = u.latency_ms_sum + excluded.latency_ms_sum,
    latency_count = u.latency_count + excluded.latency_count,
    latency_histogram = private.add_histograms(u.latency_histogram, excluded.latency_histogram),
    first_used_at = least(u.first_used_at, excluded.first_used_at),
    last_used_at = greatest(u.last_used_at, excluded.last_used_at);
end
$$;
revoke all on function private.add_to_rollups(private.usage_rollups[])
  from public, anon, authenticated, service_role;
comment on function private.add_to_rollups(private.usage_rollups[]) is
  'Adds numbers to the rows of their keys; negative ones take away. A key stands in p_rows once.';

create function private.merge_usage_tail()
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_gone uuid[];
  v_merged bigint;
  v_rows private.usage_rollups[];
begin
  -- A user's deletion in repeatable read does not see what was recorded since it began.
  v_gone := array(
    select d.user_id
    from (select distinct t.user_id from private.usage_tail as t where t.user_id is not null) as d
    -- One look-up a user, whatever the plan that is kept was made for.
    where (select u.id from auth.users as u where u.id = d.user_id limit 1) is null
  );
  if v_gone <> '{}' then
    update private.usage_tail as t set user_id = null where t.user_id = any (v_gone);
    update private.removed_usage as r set user_id = null, id = gen_random_uuid()
    where r.user_id = any (v_gone);
  end if;
  -- One statement, one snapshot: what is deleted is what is summed.
  with merged as (
    -- The data API of Supabase refuses a delete or an update without a condition, inside of functions too.
    delete from private.usage_tail where true returning 1
  )
  select (select count(*) from merged), array_agg(s) into v_merged, v_rows
  from (
    select
      row(
        case grouping(t.user_id, t.brand_id)
          when 0 then 'user'
          when 2 then 'brand'
          else 'all'
        end,
        t.day, t.brand_id, t.user_id, t.provider, t.model, t.reported_by,
        sum(t.requests)::bigint,
        sum(t.errors)::bigint,
        sum(t.user_messages)::bigint,
        sum(t.assistant_messages)::bigint,
        sum(t.system_messages)::bigint,
        sum(t.tool_messages)::bigint,
        sum(t.unpriced_requests)::bigint,
        sum(t.unpriced_tokens)::bigint,
        sum(t.input_tokens)::bigint,
        sum(t.output_tokens)::bigint,
        sum(t.cached_input_tokens)::bigint,
        sum(t.cache_write_tokens)::bigint,
        sum(t.cache_write_1h_tokens)::bigint,
        sum(t.reasoning_tokens)::bigint,
        sum(t.total_tokens)::bigint,
        sum(t.cost_usd),
        sum(t.price_book_cost_usd),
        sum(t.latency_ms_sum)::bigint,
        sum(t.latency_count)::bigint,
        private.count_latencies(
          array_agg(t.latency_ms_sum / t.latency_count) filter (where t.latency_count <> 0),
          array_agg(t.latency_count) filter (where t.latency_count <> 0)
        ),
        min(t.first_used_at),
        max(t.last_used_at)
      )::private.usage_rollups as s
    from private.usage_tail_numbers as t
    group by
      t.day, t.provider, t.model, t.reported_by,
      grouping sets ((t.brand_id, t.user_id), (t.brand_id), ())
    having grouping(t.user_id, t.brand_id) <> 2 or t.brand_id is not null
  ) as g;
  if v_rows is not null then
    perform private.add_to_rollups(v_rows);
  end if;
  return v_merged;
end
$$;
revoke all on function private.merge_usage_tail() from public, anon, authenticated, service_role;
comment on function private.merge_usage_tail() is
  'Merges the tail into the roll-ups; returns its rows. The caller holds the lock of mergers.';

create function private.try_merge_usage_tail()
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- A snapshot older than the last merge could not update what that one wrote.
  if current_setting('transaction_isolation') = 'read committed'
    and pg_try_advisory_xact_lock(1953854050, 0)
  then
    perform private.merge_usage_tail();
  end if;
end
$$;
revoke all on function private.try_merge_usage_tail() from public, anon, authenticated, service_role;
comment on function private.try_merge_usage_tail() is
  'Merges the tail where nobody else does, and waits for nobody: for writers, now and then.';

-- Definer: writes tables that nobody may.
create function public.merge_usage()
returns bigint
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Usage is merged by service_role.');
  end if;
  perform pg_advisory_xact_lock(1953854050, 0);
  return private.merge_usage_tail();
end
$$;
revoke all on function public.merge_usage() from public, anon, authenticated, service_role;
grant execute on function public.merge_usage() to service_role;
comment on function public.merge_usage() is
  E'Merges what was written since the last merge into the roll-ups.\n\n'
  'Writers do it by themselves every few hundred messages, and readers add what is not merged yet; a '
  'schedule may call it to keep reads short. Returns: rows merged. Who: service_role. '
  'Errors: PT403 FORBIDDEN.';

create function private.tg_conversation_messages__keep_usage()
returns trigger
language plpgsql
security definer
set search_path = ''
-- It reads what it writes, and a plan that was made while that was empty reads it from end to end.
set enable_seqscan = off
set jit = off
as $$
declare
  v_gone uuid[];
begin
  -- A user who goes takes the messages along; the numbers stay with nobody.
  insert into private.removed_usage
  select
    f.*,
    -- Nobody's numbers lead to no message. A message that was written again is one more to count.
    case when u.id is null or r.id is not null then gen_random_uuid() else i.id end
  from old_messages as o
  cross join lateral (select private.removed_usage_id(o.id)) as i (id)
  -- One look-up a row, whatever the plan that is kept was made for.
  left join lateral (select a.id from auth.users as a where a.id = o.user_id limit 1) as u on true
  left join lateral (select g.id from private.removed_usage as g where g.id = i.id limit 1) as r on true
  cross join lateral private.usage_facts(o, u.id, 1::smallint) as f;
  -- The numbers of a user who goes change hands before the messages are deleted. Until then, somebody may
  -- have corrected one of these.
  v_gone := array(
    select o.user_id
    from (select distinct d.user_id from old_messages as d where d.user_id is not null) as o
    where (select a.id from auth.users as a where a.id = o.user_id limit 1) is null
  );
  if v_gone <> '{}' then
    update private.usage_tail as t set user_id = null where t.user_id = any (v_gone);
  end if;
  return null;
end
$$;
revoke all on function private.tg_conversation_messages__keep_usage()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_messages__keep_usage() is
  'Keeps the numbers of messages that are deleted in removed_usage, so that what was spent stays counted.';

create function private.tg_conversation_messages__count_usage()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_rows bigint;
  v_placed integer;
  v_stored integer;
begin
  if tg_op = 'UPDATE' then
    insert into private.usage_tail
    select f.* from private.usage_facts(old, old.user_id, -1::smallint) as f
    union all
    select f.* from private.usage_facts(new, new.user_id, 1::smallint) as f;
  else
    insert into private.usage_tail
    select f.*
    from new_messages as n
    cross join lateral private.usage_facts(n, n.user_id, 1::smallint) as f;
  end if;

  get diagnostics v_rows = row_count;
  -- Those that tg_conversation_messages__limit_and_place counted in their sessions.
  if tg_op = 'INSERT' then
    v_placed := coalesce(
      nullif(current_setting('turnbase.placed_' || pg_trigger_depth(), true), ''), '0'
    )::integer;
    v_stored := coalesce(
      nullif(current_setting('turnbase.stored_' || pg_trigger_depth(), true), ''), '0'
    )::integer;
    if v_placed <> v_stored then
      if v_placed - v_stored <> v_rows then
        perform private.raise_error('IDEMPOTENCY_MISMATCH');
      end if;
      perform set_config('turnbase.stored_' || pg_trigger_depth(), v_placed::text, true);
    end if;
  end if;
  if random() * 500 < v_rows then
    perform private.try_merge_usage_tail();
  end if;
  return null;
end
$$;
revoke all on function private.tg_conversation_messages__count_usage()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_messages__count_usage() is
  'Keeps the ledger exact: messages added and corrected go to the tail, which is merged once in about 500 '
  'rows.';

create trigger conversation_messages_90_count_added after insert
  on public.conversation_messages referencing new table as new_messages
  for each statement execute function private.tg_conversation_messages__count_usage();
create trigger conversation_messages_90_count_changed after update of
    created_at, brand_id, user_id, provider, model_used, service_tier, reported_by, role, status,
    error_message, cost_source, tokens_used, input_tokens, output_tokens, cached_input_tokens,
    cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, cost_usd, latency_ms
  on public.conversation_messages for each row
  when (old.* is distinct from new.*)
  execute function private.tg_conversation_messages__count_usage();
create trigger conversation_messages_90_count_deleted after delete
  on public.conversation_messages referencing old table as old_messages
  for each statement execute function private.tg_conversation_messages__keep_usage();

create function private.tg_users__forget_usage()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_rows private.usage_rollups[];
begin
  -- No merge while the rows change hands.
  perform pg_advisory_xact_lock(1953854050, 0);
  perform private.merge_usage_tail();
  with gone as (
    delete from private.usage_rollups as u
    where u.scope = 'user' and u.user_id = old.id
    returning u.*
  )
  select array_agg(g) into v_rows from gone as g;
  if v_rows is not null then
    for i in 1 .. cardinality(v_rows) loop
      v_rows[i].user_id := null;
    end loop;
    perform private.add_to_rollups(v_rows);
  end if;
  update private.removed_usage as r set user_id = null, id = gen_random_uuid() where r.user_id = old.id;
  return null;
end
$$;
revoke all on function private.tg_users__forget_usage()
  from public, anon, authenticated, service_role;
comment on function private.tg_users__forget_usage() is
  'Moves the numbers of a user who is deleted to nobody.';

create trigger users_90_forget_usage after delete on auth.users
  for each row execute function private.tg_users__forget_usage();

create function private.reads_all_usage()
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return not row_security_active('private.usage_tail')
    or pg_has_role(current_user, 'analyst', 'usage');
end
$$;
revoke all on function private.reads_all_usage() from public, anon, authenticated, service_role;
grant execute on function private.reads_all_usage() to authenticated, service_role, analyst;
comment on function private.reads_all_usage() is
  'Whether the role reads everybody''s numbers: analysts, and roles that row level security does not '
  'hold for, such as service_role.';

create view public.usage_daily with (security_invoker = true) as
select
  u.day, u.brand_id, u.user_id, u.provider, u.model, u.reported_by,
  sum(u.requests)::bigint as requests,
  sum(u.errors)::bigint as errors,
  sum(u.user_messages)::bigint as user_messages,
  sum(u.assistant_messages)::bigint as assistant_messages,
  sum(u.system_messages)::bigint as system_messages,
  sum(u.tool_messages)::bigint as tool_messages,
  sum(u.unpriced_requests)::bigint as unpriced_requests,
  sum(u.unpriced_tokens)::bigint as unpriced_tokens,
  sum(u.input_tokens)::bigint as input_tokens,
  sum(u.output_tokens)::bigint as output_tokens,
  sum(u.cached_input_tokens)::bigint as cached_input_tokens,
  sum(u.cache_write_tokens)::bigint as cache_write_tokens,
  sum(u.cache_write_1h_tokens)::bigint as cache_write_1h_tokens,
  sum(u.reasoning_tokens)::bigint as reasoning_tokens,
  sum(u.total_tokens)::bigint as total_tokens,
  sum(u.cost_usd) as cost_usd,
  sum(u.price_book_cost_usd) as price_book_cost_usd,
  sum(u.latency_ms_sum)::bigint as latency_ms_sum,
  sum(u.latency_count)::bigint as latency_count,
  -- From bucket 0 on and without a gap: JSON knows no lower bounds.
  array_fill(
    0, array[coalesce(array_lower(private.merge_histograms(u.latency_histogram), 1), 0)], array[0]
  ) || array_replace(private.merge_histograms(u.latency_histogram), null, 0) as latency_histogram,
  min(u.first_used_at) as first_used_at,
  max(u.last_used_at) as last_used_at
from (
  select
    r.day, r.brand_id, r.user_id, r.provider, r.model, r.reported_by,
    r.requests, r.errors, r.user_messages, r.assistant_messages, r.system_messages,
    r.tool_messages, r.unpriced_requests, r.unpriced_tokens, r.input_tokens, r.output_tokens,
    r.cached_input_tokens, r.cache_write_tokens, r.cache_write_1h_tokens, r.reasoning_tokens,
    r.total_tokens, r.cost_usd, r.price_book_cost_usd, r.latency_ms_sum, r.latency_count,
    r.latency_histogram, r.first_used_at, r.last_used_at
  from private.usage_rollups as r
  where r.scope = 'user'
  union all
  select
    t.day, t.brand_id, t.user_id, t.provider, t.model, t.reported_by,
    t.requests, t.errors, t.user_messages, t.assistant_messages, t.system_messages,
    t.tool_messages, t.unpriced_requests, t.unpriced_tokens, t.input_tokens, t.output_tokens,
    t.cached_input_tokens, t.cache_write_tokens, t.cache_write_1h_tokens, t.reasoning_tokens,
    t.total_tokens, t.cost_usd, t.price_book_cost_usd, t.latency_ms_sum, t.latency_count,
    t.latency_histogram, t.first_used_at, t.last_used_at
  from private.usage_tail_numbers as t
) as u
group by u.day, u.brand_id, u.user_id, u.provider, u.model, u.reported_by
-- A correction can leave a key without anything.
having sum(
  u.requests + u.user_messages + u.assistant_messages + u.system_messages + u.tool_messages
) <> 0;
comment on view public.usage_daily is
  E'Usage by UTC day, brand, user, provider, model and reporter, exact.\n\n'
  'Equal to a recount of all messages that exist plus the numbers of those deleted: deleting does '
  'not un-spend. Who: users see their own, analyst and service_role everybody''s.';
comment on column public.usage_daily.day is 'UTC day of the messages'' created_at.';
comment on column public.usage_daily.brand_id is
  'The brand; null: personal. It may be gone: what was spent outlives it.';
comment on column public.usage_daily.user_id is 'The user; null: visitors, and users who are gone.';
comment on column public.usage_daily.provider is 'Who ran the model; empty: none named.';
comment on column public.usage_daily.model is 'Model, as the provider names it; empty: none named.';
comment on column public.usage_daily.reported_by is 'Who wrote the messages.';
comment on column public.usage_daily.requests is
  'Model calls: messages that name a provider, a model, tokens or a cost, and recorded usage.';
comment on column public.usage_daily.errors is 'Messages that failed or carry an error.';
comment on column public.usage_daily.user_messages is 'Messages of role user.';
comment on column public.usage_daily.assistant_messages is 'Messages of role assistant.';
comment on column public.usage_daily.system_messages is 'Messages of role system.';
comment on column public.usage_daily.tool_messages is 'Messages of role tool.';
comment on column public.usage_daily.unpriced_requests is 'Requests whose cost is not known.';
comment on column public.usage_daily.unpriced_tokens is 'Tokens of those.';
comment on column public.usage_daily.input_tokens is 'Prompt tokens as the provider reports them.';
comment on column public.usage_daily.output_tokens is 'Completion tokens.';
comment on column public.usage_daily.cached_input_tokens is 'Prompt tokens read from a cache.';
comment on column public.usage_daily.cache_write_tokens is 'Prompt tokens written to a cache.';
comment on column public.usage_daily.cache_write_1h_tokens is 'The same for a cache of an hour.';
comment on column public.usage_daily.reasoning_tokens is 'Completion tokens spent on reasoning.';
comment on column public.usage_daily.total_tokens is 'Sum of tokens_used.';
comment on column public.usage_daily.cost_usd is 'US dollars, exact; unpriced requests count 0.';
comment on column public.usage_daily.price_book_cost_usd is 'The part of cost_usd that the price book gave.';
comment on column public.usage_daily.latency_ms_sum is 'Sum of the latencies, milliseconds.';
comment on column public.usage_daily.latency_count is 'How many messages have a latency.';
comment on column public.usage_daily.latency_histogram is
  'How many latencies each bucket holds, from bucket 0 on: bucket 0 those of 0 ms, bucket i from 1 on those '
  'of [2^((i-1)/8), 2^(i/8)) ms.';
comment on column public.usage_daily.first_used_at is
  'Time of the first message ever counted here; a correction does not take it back.';
comment on column public.usage_daily.last_used_at is
  'Time of the last message ever counted here; a correction does not take it back.';
revoke all on table public.usage_daily from public, anon, authenticated, service_role;
grant select on table public.usage_daily to authenticated, service_role, analyst;

create view public.usage_totals with (security_invoker = true) as
select
  u.day, u.provider, u.model, u.reported_by,
  sum(u.requests)::bigint as requests,
  sum(u.errors)::bigint as errors,
  sum(u.user_messages)::bigint as user_messages,
  sum(u.assistant_messages)::bigint as assistant_messages,
  sum(u.system_messages)::bigint as system_messages,
  sum(u.tool_messages)::bigint as tool_messages,
  sum(u.unpriced_requests)::bigint as unpriced_requests,
  sum(u.unpriced_tokens)::bigint as unpriced_tokens,
  sum(u.input_tokens)::bigint as input_tokens,
  sum(u.output_tokens)::bigint as output_tokens,
  sum(u.cached_input_tokens)::bigint as cached_input_tokens,
  sum(u.cache_write_tokens)::bigint as cache_write_tokens,
  sum(u.cache_write_1h_tokens)::bigint as cache_write_1h_tokens,
  sum(u.reasoning_tokens)::bigint as reasoning_tokens,
  sum(u.total_tokens)::bigint as total_tokens,
  sum(u.cost_usd) as cost_usd,
  sum(u.price_book_cost_usd) as price_book_cost_usd,
  sum(u.latency_ms_sum)::bigint as latency_ms_sum,
  sum(u.latency_count)::bigint as latency_count,
  -- From bucket 0 on and without a gap: JSON knows no lower bounds.
  array_fill(
    0, array[coalesce(array_lower(private.merge_histograms(u.latency_histogram), 1), 0)], array[0]
  ) || array_replace(private.merge_histograms(u.latency_histogram), null, 0) as latency_histogram,
  min(u.first_used_at) as first_used_at,
  max(u.last_used_at) as last_used_at
from (
  select
    r.day, r.provider, r.model, r.reported_by,
    r.requests, r.errors, r.user_messages, r.assistant_messages, r.system_messages,
    r.tool_messages, r.unpriced_requests, r.unpriced_tokens, r.input_tokens, r.output_tokens,
    r.cached_input_tokens, r.cache_write_tokens, r.cache_write_1h_tokens, r.reasoning_tokens,
    r.total_tokens, r.cost_usd, r.price_book_cost_usd, r.latency_ms_sum, r.latency_count,
    r.latency_histogram, r.first_used_at, r.last_used_at
  from private.usage_rollups as r
  where r.scope = 'all' and r.user_id is null
  union all
  select
    t.day, t.provider, t.model, t.reported_by,
    t.requests, t.errors, t.user_messages, t.assistant_messages, t.system_messages,
    t.tool_messages, t.unpriced_requests, t.unpriced_tokens, t.input_tokens, t.output_tokens,
    t.cached_input_tokens, t.cache_write_tokens, t.cache_write_1h_tokens, t.reasoning_tokens,
    t.total_tokens, t.cost_usd, t.price_book_cost_usd, t.latency_ms_sum, t.latency_count,
    t.latency_histogram, t.first_used_at, t.last_used_at
  from private.usage_tail_numbers as t
  where private.reads_all_usage()
) as u
group by u.day, u.provider, u.model, u.reported_by
-- A correction can leave a key without anything.
having sum(
  u.requests + u.user_messages + u.assistant_messages + u.system_messages + u.tool_messages
) <> 0;
comment on view public.usage_totals is
  E'usage_daily without brand and user: everybody''s numbers, a few rows a day.\n\n'
  'Who: analyst and service_role; users see no row.';
comment on column public.usage_totals.day is 'UTC day of the messages'' created_at.';
comment on column public.usage_totals.provider is 'Who ran the model; empty: none named.';
comment on column public.usage_totals.model is 'Model, as the provider names it; empty: none named.';
comment on column public.usage_totals.reported_by is 'Who wrote the messages.';
comment on column public.usage_totals.requests is
  'Model calls: messages that name a provider, a model, tokens or a cost, and recorded usage.';
comment on column public.usage_totals.errors is 'Messages that failed or carry an error.';
comment on column public.usage_totals.user_messages is 'Messages of role user.';
comment on column public.usage_totals.assistant_messages is 'Messages of role assistant.';
comment on column public.usage_totals.system_messages is 'Messages of role system.';
comment on column public.usage_totals.tool_messages is 'Messages of role tool.';
comment on column public.usage_totals.unpriced_requests is 'Requests whose cost is not known.';
comment on column public.usage_totals.unpriced_tokens is 'Tokens of those.';
comment on column public.usage_totals.input_tokens is 'Prompt tokens as the provider reports them.';
comment on column public.usage_totals.output_tokens is 'Completion tokens.';
comment on column public.usage_totals.cached_input_tokens is 'Prompt tokens read from a cache.';
comment on column public.usage_totals.cache_write_tokens is 'Prompt tokens written to a cache.';
comment on column public.usage_totals.cache_write_1h_tokens is 'The same for a cache of an hour.';
comment on column public.usage_totals.reasoning_tokens is 'Completion tokens spent on reasoning.';
comment on column public.usage_totals.total_tokens is 'Sum of tokens_used.';
comment on column public.usage_totals.cost_usd is 'US dollars, exact; unpriced requests count 0.';
comment on column public.usage_totals.price_book_cost_usd is 'The part of cost_usd that the price book gave.';
comment on column public.usage_totals.latency_ms_sum is 'Sum of the latencies, milliseconds.';
comment on column public.usage_totals.latency_count is 'How many messages have a latency.';
comment on column public.usage_totals.latency_histogram is
  'How many latencies each bucket holds, from bucket 0 on: bucket 0 those of 0 ms, bucket i from 1 on those '
  'of [2^((i-1)/8), 2^(i/8)) ms.';
comment on column public.usage_totals.first_used_at is
  'Time of the first message ever counted here; a correction does not take it back.';
comment on column public.usage_totals.last_used_at is
  'Time of the last message ever counted here; a correction does not take it back.';
revoke all on table public.usage_totals from public, anon, authenticated, service_role;
grant select on table public.usage_totals to authenticated, service_role, analyst;

create type public.usage_record as (
  id           uuid,
  cost_usd     numeric,
  cost_source  public.cost_source,
  inserted     boolean
);
comment on type public.usage_record is
  'Recorded usage: its key, US dollars (null: unpriced), where they come from, and whether this call '
  'recorded it or found it recorded already.';

-- Definer: writes tables that nobody may.
create function public.record_usage(
  p_usage_id uuid,
  p_user_id uuid default null,
  p_brand_id uuid default null,
  p_provider text default null,
  p_model_used text default null,
  p_tokens_used integer default null,
  p_input_tokens integer default null,
  p_output_tokens integer default null,
  p_cached_input_tokens integer default null,
  p_cache_write_tokens integer default null,
  p_cache_write_1h_tokens integer default null,
  p_reasoning_tokens integer default null,
  p_service_tier text default null,
  p_cost_usd numeric default null,
  p_latency_ms integer default null,
  p_is_error boolean default false,
  p_used_at timestamptz default null,
  p_reservation_id uuid default null
)
returns public.usage_record
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_message public.conversation_messages;
  v_hash bytea;
  v_stored record;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Usage without a message is recorded by service_role.');
  end if;
  if p_usage_id is null
    or coalesce(p_provider, p_model_used, p_tokens_used::text, p_input_tokens::text,
                p_output_tokens::text, p_cost_usd::text) is null
    or least(p_tokens_used, p_input_tokens, p_output_tokens, p_cached_input_tokens,
             p_cache_write_tokens, p_cache_write_1h_tokens, p_reasoning_tokens, p_latency_ms) < 0
    -- NaN and Infinity are numerics too; both fail the upper bound.
    or not (p_cost_usd >= 0 and p_cost_usd < 1000000000)
    or octet_length(p_provider) > 1024 or octet_length(p_model_used) > 1024
    or octet_length(p_service_tier) > 1024
    or not isfinite(p_used_at)
  then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'Give p_usage_id and what was used: a provider, a model, tokens or a cost, none below 0; p_used_at '
      'is finite.'
    );
  end if;

  v_message.created_at := coalesce(p_used_at, clock_timestamp());
  v_message.brand_id := p_brand_id;
  v_message.provider := p_provider;
  v_message.model_used := p_model_used;
  v_message.tokens_used := p_tokens_used;
  v_message.input_tokens := p_input_tokens;
  v_message.output_tokens := p_output_tokens;
  v_message.cached_input_tokens := p_cached_input_tokens;
  v_message.cache_write_tokens := p_cache_write_tokens;
  v_message.cache_write_1h_tokens := p_cache_write_1h_tokens;
  v_message.reasoning_tokens := p_reasoning_tokens;
  v_message.service_tier := p_service_tier;
  v_message.cost_usd := p_cost_usd;
  v_message.latency_ms := p_latency_ms;
  v_message.reported_by := 'service_role';
  v_message.status := (
    case when p_is_error then 'failed' else 'complete' end
  )::public.message_status;
  v_hash := sha256(
    convert_to(
      row(
        p_user_id, p_brand_id, p_provider, p_model_used, p_tokens_used, p_input_tokens,
        p_output_tokens, p_cached_input_tokens, p_cache_write_tokens, p_cache_write_1h_tokens,
        p_reasoning_tokens, p_service_tier, p_cost_usd, p_latency_ms, p_is_error,
        extract(epoch from p_used_at)
      )::text,
      'UTF8'
    )
  );
  v_message := private.price_message(v_message);

  insert into private.recorded_usage as r (id, request_hash, cost_usd, cost_source)
  values (p_usage_id, v_hash, v_message.cost_usd, v_message.cost_source)
  on conflict (id) do nothing;
  if not found then
    select r.request_hash, r.cost_usd, r.cost_source into v_stored
    from private.recorded_usage as r
    where r.id = p_usage_id;
    if v_stored.request_hash <> v_hash then
      perform private.raise_error('IDEMPOTENCY_MISMATCH');
    end if;
    if p_reservation_id is not null then
      perform private.settle_reservation(p_reservation_id);
    end if;
    return row(p_usage_id, v_stored.cost_usd, v_stored.cost_source, false);
  end if;

  -- The lock keeps the user until the numbers are in; who is gone already is nobody.
  select u.id into v_message.user_id from auth.users as u where u.id = p_user_id for key share;
  -- Before the budgets, as whoever renews it: a cost that reaches a limit locks them.
  if p_reservation_id is not null then
    perform 1 from public.budget_reservations as r where r.id = p_reservation_id for no key update;
  end if;
  insert into private.usage_tail
  select f.* from private.usage_facts(v_message, v_message.user_id, 1::smallint) as f;
  insert into private.removed_usage
  select f.* from private.usage_facts(v_message, v_message.user_id, 1::smallint) as f;
  if p_reservation_id is not null then
    perform private.settle_reservation(p_reservation_id);
  end if;
  -- As writers of messages do: there may be none.
  if random() * 500 < 1 then
    perform private.try_merge_usage_tail();
  end if;
  return row(p_usage_id, v_message.cost_usd, v_message.cost_source, true);
end
$$;
revoke all on function public.record_usage(
  uuid, uuid, uuid, text, text, integer, integer, integer, integer, integer, integer, integer, text,
  numeric, integer, boolean, timestamptz, uuid
) from public, anon, authenticated, service_role;
grant execute on function public.record_usage(
  uuid, uuid, uuid, text, text, integer, integer, integer, integer, integer, integer, integer, text,
  numeric, integer, boolean, timestamptz, uuid
) to service_role;
comment on function public.record_usage(
  uuid, uuid, uuid, text, text, integer, integer, integer, integer, integer, integer, integer, text,
  numeric, integer, boolean, timestamptz, uuid
) is
  E'Records a model call that has no message: its session is gone, or it never had one.\n\n'
  'p_usage_id: idempotency key. p_user_id: a user who is gone counts as nobody. p_used_at: when, '
  'default now. p_cost_usd: US dollars; left out, the price book is asked. p_reservation_id: the hold '
  'to settle with it; one that is gone or closed changes nothing. Returns: what was recorded; a repeat gives '
  'the first cost again, also when it was repriced since. Who: service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN; PT409 IDEMPOTENCY_MISMATCH.';

create table public.repricings (
  id                bigint       generated always as identity
    constraint repricings_pkey primary key,
  at                timestamptz  not null default now(),
  actor             text         not null,
  from_at           timestamptz  not null,
  to_at             timestamptz  not null,
  provider          text,
  model             text,
  messages_changed  bigint       not null,
  cost_usd_before   numeric      not null,
  cost_usd_after    numeric      not null,
  is_complete       boolean      not null
);
comment on table public.repricings is
  E'One row for every call of reprice_messages.\n\nWho: analyst and service_role read.';
comment on column public.repricings.id is 'Order of the calls.';
comment on column public.repricings.at is 'When.';
comment on column public.repricings.actor is 'The database role that called.';
comment on column public.repricings.from_at is 'Messages from this time on.';
comment on column public.repricings.to_at is 'Messages before this time.';
comment on column public.repricings.provider is 'Only of this provider; null: all.';
comment on column public.repricings.model is 'Only of this model; null: all.';
comment on column public.repricings.messages_changed is
  'Messages with a new price, deleted ones and usage without a message included.';
comment on column public.repricings.cost_usd_before is 'Their cost before, US dollars.';
comment on column public.repricings.cost_usd_after is 'Their cost after, US dollars.';
comment on column public.repricings.is_complete is
  'False: p_limit was reached, or some were being written; call again for the rest.';
alter table public.repricings enable row level security;
revoke all on table public.repricings from public, anon, authenticated, service_role;
revoke all on sequence public.repricings_id_seq from public, anon, authenticated, service_role;
create policy repricings_select_analyst on public.repricings for select to analyst using (true);
comment on policy repricings_select_analyst on public.repricings is 'Analysts read all of them.';
grant select on table public.repricings to analyst, service_role;

-- Definer: writes price_id and cost_source, which nobody may.
create function public.reprice_messages(
  p_from timestamptz,
  p_to timestamptz,
  p_provider text default null,
  p_model text default null,
  p_limit integer default 10000
)
returns public.repricings
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_ids uuid[];
  v_found integer;
  v_removed_ids uuid[];
  v_user_ids uuid[];
  v_repricing public.repricings;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Messages are repriced by service_role.');
  end if;
  if p_from is null or p_to is null or p_from >= p_to or p_limit is null
    or p_limit not between 1 and 100000
  then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'p_from is before p_to, and p_limit is 1 to 100000.'
    );
  end if;
  -- Of two at a time, each would leave out what the other has locked.
  perform pg_advisory_xact_lock(1953854051, 0);

  select array_agg(f.id) into v_ids
  from (
    select m.id
    from public.conversation_messages as m
    cross join lateral private.price_call(
      m.provider, m.model_used, m.service_tier, m.created_at, m.input_tokens, m.output_tokens,
      m.cached_input_tokens, m.cache_write_tokens, m.cache_write_1h_tokens, m.reasoning_tokens
    ) as c
    where m.provider is not null and m.cost_source <> 'reported'
      and m.created_at >= p_from and m.created_at < p_to
      and (p_provider is null or lower(m.provider) = lower(p_provider))
      and (p_model is null or m.model_used = p_model)
      and c.price_id is distinct from m.price_id
    limit p_limit
  ) as f;
  -- What was recorded without a message was spent as well, and so was what is deleted since.
  select array_agg(f.id), array_agg(distinct f.user_id) into v_removed_ids, v_user_ids
  from (
    select r.id, r.user_id
    from private.removed_usage as r
    cross join lateral private.price_call(
      r.provider, r.model_used, r.service_tier, r.created_at, r.input_tokens, r.output_tokens,
      r.cached_input_tokens, r.cache_write_tokens, r.cache_write_1h_tokens, r.reasoning_tokens
    ) as c
    where r.provider is not null and r.cost_source <> 'reported'
      and r.created_at >= p_from and r.created_at < p_to
      and (p_provider is null or lower(r.provider) = lower(p_provider))
      and (p_model is null or r.model_used = p_model)
      and c.cost_usd is distinct from r.cost_usd
    limit p_limit - coalesce(cardinality(v_ids), 0)
  ) as f;
  v_found := coalesce(cardinality(v_ids), 0) + coalesce(cardinality(v_removed_ids), 0);

  -- Locked before they are priced, so that a correction under way is in the figures. With their sessions,
  -- whose counters follow, and without waiting: writers hold a session before its messages, deletes the
  -- other way round, so whoever waits here with either in hand may deadlock with one of them.
  select array_agg(l.id) into v_ids
  from (
    select m.id
    from public.conversation_messages as m
    join public.conversation_sessions as s on s.id = m.session_id
    where m.id = any (v_ids)
    for no key update of s, m skip locked
  ) as l;
  -- The numbers of a user who is deleted at this moment are about to be nobody's, and are left out. The lock
  -- keeps the other users until these are in.
  v_user_ids := array(
    select u.id from auth.users as u where u.id = any (v_user_ids) for key share skip locked
  );

  -- One statement, at whose end the budgets are looked at: between two, one price may have risen and another
  -- not fallen yet, and an alert would tell of a limit that was not reached.
  with locked as (
    select r as old_usage, c.cost_usd, c.price_id
    from private.removed_usage as r
    cross join lateral private.price_call(
      r.provider, r.model_used, r.service_tier, r.created_at, r.input_tokens, r.output_tokens,
      r.cached_input_tokens, r.cache_write_tokens, r.cache_write_1h_tokens, r.reasoning_tokens
    ) as c
    where r.id = any (v_removed_ids) and (r.user_id is null or r.user_id = any (v_user_ids))
      and r.cost_source <> 'reported' and c.cost_usd is distinct from r.cost_usd
    for no key update of r skip locked
  ),
  repriced_usage as (
    update private.removed_usage as r
    set
      cost_usd = l.cost_usd,
      cost_source = (case when l.price_id is null then 'unpriced' else 'price_book' end)
        ::public.cost_source
    from locked as l
    where r.id = (l.old_usage).id
    returning r as new_usage
  ),
  counted as (
    insert into private.usage_tail
    select t.*
    from (
      select to_jsonb(l.old_usage) || '{"sign": -1}' from locked as l
      union all
      select to_jsonb(r.new_usage) from repriced_usage as r
    ) as f (facts)
    cross join lateral jsonb_populate_record(null::private.usage_tail, f.facts) as t
  ),
  changed as (
    select m.id, m.cost_usd as cost_usd_before, c.cost_usd, c.price_id
    from public.conversation_messages as m
    cross join lateral private.price_call(
      m.provider, m.model_used, m.service_tier, m.created_at, m.input_tokens, m.output_tokens,
      m.cached_input_tokens, m.cache_write_tokens, m.cache_write_1h_tokens, m.reasoning_tokens
    ) as c
    where m.id = any (v_ids) and m.cost_source <> 'reported'
      and c.price_id is distinct from m.price_id
  ),
  repriced as (
    update public.conversation_messages as m
    set
      cost_usd = c.cost_usd,
      price_id = c.price_id,
      cost_source = (case when c.price_id is null then 'unpriced' else 'price_book' end)
        ::public.cost_source
    from changed as c
    where m.id = c.id
    returning c.cost_usd_before, c.cost_usd
  ),
  taken as (
    select r.cost_usd_before, r.cost_usd, false as is_removed from repriced as r
    union all
    select (l.old_usage).cost_usd, l.cost_usd, true from locked as l
  )
  insert into public.repricings (
    actor, from_at, to_at, provider, model, messages_changed, cost_usd_before, cost_usd_after,
    is_complete
  )
  select
    coalesce(nullif(current_setting('role', true), 'none'), session_user), p_from, p_to, p_provider,
    p_model, count(*), coalesce(sum(t.cost_usd_before), 0), coalesce(sum(t.cost_usd), 0),
    v_found < p_limit
      and coalesce(cardinality(v_ids), 0) + count(*) filter (where t.is_removed) = v_found
  from taken as t
  returning * into v_repricing;
  return v_repricing;
end
$$;
revoke all on function
  public.reprice_messages(timestamptz, timestamptz, text, text, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.reprice_messages(timestamptz, timestamptz, text, text, integer)
  to service_role;
comment on function public.reprice_messages(timestamptz, timestamptz, text, text, integer) is
  E'Prices messages again by the price book: those without a price, and those whose price changed.\n\n'
  'Usage that was recorded without a message counts as one, and so does a message that was deleted. '
  'Of messages created from p_from until before p_to, of a provider or a model as the messages name it, at most p_limit '
  '(1 to 100000) a call; what is being written at that moment is left for another. is_complete says whether '
  'that was all. Reported costs are never touched. '
  'Returns: the row that the call leaves in repricings; called again, it changes nothing. '
  'Who: service_role. Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN.';
