// The recount, in plain SQL: no function of the schema, so that nothing is checked by what it checks.
const facts = `
  select created_at, brand_id, user_id, provider, model_used, reported_by, role,
    status = 'failed' or error_message is not null as is_error, cost_source, tokens_used,
    input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens,
    reasoning_tokens, cost_usd, latency_ms
  from public.conversation_messages
  union all
  select created_at, brand_id, user_id, provider, model_used, reported_by, role, is_error,
    cost_source, tokens_used, input_tokens, output_tokens, cached_input_tokens,
    cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, cost_usd, latency_ms
  from private.removed_usage`;

const numbers = `
  count(*) filter (where f.cost_source <> 'none') as requests,
  count(*) filter (where f.is_error) as errors,
  count(*) filter (where f.role = 'user') as user_messages,
  count(*) filter (where f.role = 'assistant') as assistant_messages,
  count(*) filter (where f.role = 'system') as system_messages,
  count(*) filter (where f.role = 'tool') as tool_messages,
  count(*) filter (where f.cost_source = 'unpriced') as unpriced_requests,
  coalesce(sum(f.tokens_used) filter (where f.cost_source = 'unpriced'), 0) as unpriced_tokens,
  coalesce(sum(f.input_tokens), 0) as input_tokens,
  coalesce(sum(f.output_tokens), 0) as output_tokens,
  coalesce(sum(f.cached_input_tokens), 0) as cached_input_tokens,
  coalesce(sum(f.cache_write_tokens), 0) as cache_write_tokens,
  coalesce(sum(f.cache_write_1h_tokens), 0) as cache_write_1h_tokens,
  coalesce(sum(f.reasoning_tokens), 0) as reasoning_tokens,
  coalesce(sum(f.tokens_used), 0) as total_tokens,
  coalesce(sum(f.cost_usd), 0) as cost_usd,
  coalesce(sum(f.cost_usd) filter (where f.cost_source = 'price_book'), 0) as price_book_cost_usd,
  coalesce(sum(f.latency_ms), 0) as latency_ms_sum,
  count(f.latency_ms) as latency_count`;

const numberNames = [...numbers.matchAll(/ as (\w+)/g)].map(([, name]) => `v.${name}`).join(", ");

/** Rows of the view that the recount does not have, and the other way round. */
function difference(view: string, keys: readonly string[]): string {
  const grouped = [
    "(f.created_at at time zone 'utc')::date",
    ...keys.map((key) =>
      key === "provider"
        ? "coalesce(f.provider, '')"
        : key === "model"
        ? "coalesce(f.model_used, '')"
        : `f.${key}`
    ),
  ];
  const named = ["day", ...keys];
  return `
    with expected as (
      select to_jsonb(e) as row
      from (
        select ${grouped.map((sql, i) => `${sql} as ${named[i]}`).join(", ")}, ${numbers},
          array_agg(b.bucket order by b.bucket) filter (where b.bucket is not null) as buckets
        from (${facts}) as f
        cross join lateral (
          select case when f.latency_ms <= 0 then 0
            else floor(8 * ln(f.latency_ms::float8) / ln(2::float8))::int + 1 end
        ) as b (bucket)
        group by ${grouped.join(", ")}
      ) as e
    ),
    found as (
      select to_jsonb(w) as row
      from (
        select ${named.map((key) => `v.${key}`).join(", ")}, ${numberNames},
          (
            select array_agg(i order by i)
            from generate_subscripts(v.latency_histogram, 1) as i
            cross join generate_series(1, v.latency_histogram[i])
          ) as buckets
        from ${view} as v
      ) as w
    )
    (select 'missing in the view' as what, row from expected
     except all select 'missing in the view', row from found)
    union all
    (select 'only in the view', row from found
     except all select 'only in the view', row from expected)
    limit 6`;
}

export const usageDaily = difference("public.usage_daily", [
  "brand_id",
  "user_id",
  "provider",
  "model",
  "reported_by",
]);
export const usageTotals = difference("public.usage_totals", ["provider", "model", "reported_by"]);

export const counters = `
  select s.id, s.message_count, s.total_tokens, s.total_cost_usd, c.*
  from public.conversation_sessions as s
  cross join lateral (
    select count(*) as messages,
      coalesce(sum(m.tokens_used), 0) + (
        select coalesce(sum(t.tokens_used), 0)
        from public.tool_executions as t where t.session_id = s.id
      ) as tokens,
      coalesce(sum(m.cost_usd), 0) as cost
    from public.conversation_messages as m
    where m.session_id = s.id
  ) as c
  where (s.message_count, s.total_tokens, s.total_cost_usd)
    is distinct from (c.messages, c.tokens, c.cost)`;

export const strayRuns = `
  select t.id
  from public.tool_executions as t
  join public.conversation_sessions as s on s.id = t.session_id
  where t.user_id is distinct from s.user_id`;

/** What is spent and held of a budget, by its tables: nothing is checked by what it checks. */
export const budgetCount = `
  select c.spent::text, c.held::text, c.spent + c.held > b.hard_limit_usd as is_over
  from public.budgets as b
  cross join lateral (
    select
      coalesce((
        select sum(m.cost_usd)
        from (
          select user_id, brand_id, reported_by, cost_source, created_at, cost_usd
          from public.conversation_messages
          union all
          select user_id, brand_id, reported_by, cost_source, created_at, cost_usd
          from private.removed_usage
        ) as m
        where (m.user_id = b.user_id or (
            m.brand_id = b.brand_id
            and (m.reported_by = 'service_role' or m.cost_source = 'price_book')))
          and date_trunc(b.period::text, m.created_at, 'utc') = date_trunc(b.period::text, now(), 'utc')
      ), 0) as spent,
      coalesce((
        select sum(r.amount_usd)
        from public.budget_reservations as r
        where (r.user_id = b.user_id or r.brand_id = b.brand_id)
          and r.status = 'held' and r.expires_at > clock_timestamp()
      ), 0) as held
  ) as c
  where b.id = $1`;

/** Numbers and places that cannot be: used twice, above the session's last, above its parent's, or in another session. */
export const places = `
  select m.session_id, m.id, m.sequence_order, s.last_sequence
  from (
    select *, count(*) over (partition by session_id, sequence_order) as uses
    from public.conversation_messages
  ) as m
  join public.conversation_sessions as s on s.id = m.session_id
  left join public.conversation_messages as p on p.id = m.parent_message_id
  where m.uses > 1 or m.sequence_order not between 1 and s.last_sequence
    or (m.user_id, m.brand_id) is distinct from (s.user_id, s.brand_id)
    or (m.parent_message_id is not null
      and (p.session_id is distinct from m.session_id or p.sequence_order >= m.sequence_order))
  union all
  select s.id, s.active_message_id, null, s.last_sequence
  from public.conversation_sessions as s
  where (s.active_message_id is null) <> (s.message_count = 0)
    or (s.active_message_id is not null and not exists (
      select from public.conversation_messages as m
      where m.session_id = s.id and m.id = s.active_message_id
    ))
  limit 6`;
