begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(9);

-- Sums would swallow a null, and a sum that is null would be no number at all.
select is(
  (
    select string_agg(c.name, ', ' order by c.name)
    from tests.columns as c
    where c.relation = e.relation and c.is_not_null
  ),
  e.columns, e.relation
)
from (
  values
    ('private.usage_tail', 'cost_source, created_at, is_error, reported_by, sign'),
    ('private.removed_usage', 'cost_source, created_at, id, is_error, reported_by, sign'),
    (
      'private.usage_rollups',
      'assistant_messages, cache_write_1h_tokens, cache_write_tokens, cached_input_tokens, cost_usd, '
      'day, errors, first_used_at, input_tokens, last_used_at, latency_count, latency_histogram, '
      'latency_ms_sum, model, output_tokens, price_book_cost_usd, provider, reasoning_tokens, '
      'reported_by, requests, scope, system_messages, tool_messages, total_tokens, '
      'unpriced_requests, unpriced_tokens, user_messages'
    ),
    ('private.recorded_usage', 'cost_source, created_at, id, request_hash'),
    (
      'public.repricings',
      'actor, at, cost_usd_after, cost_usd_before, from_at, id, is_complete, messages_changed, to_at'
    ),
    (
      'public.model_prices',
      'created_at, id, input_includes_cache, input_usd_per_mtok, min_input_tokens, model, '
      'output_includes_reasoning, output_usd_per_mtok, provider, service_tier, source, source_date, '
      'validity'
    ),
    ('public.budgets', 'created_at, id, period, updated_at'),
    (
      'public.budget_reservations',
      'amount_usd, created_at, expires_at, id, reserved_by, soft_limit_reached, status'
    ),
    (
      'public.budget_alerts',
      'budget_id, created_at, limit_kind, limit_usd, period_start, spent_usd'
    )
) as e (relation, columns);

select * from finish();
rollback;
