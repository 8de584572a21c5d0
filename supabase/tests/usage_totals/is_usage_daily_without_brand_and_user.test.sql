begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(3);

select tests.work();
select tests.act_as('service_role');
create function pg_temp.differences()
returns setof text
language sql
as $$
  with daily as (
    select
      u.day, u.provider, u.model, u.reported_by, sum(u.requests), sum(u.errors),
      sum(u.user_messages), sum(u.assistant_messages), sum(u.system_messages), sum(u.tool_messages),
      sum(u.unpriced_requests), sum(u.unpriced_tokens), sum(u.input_tokens), sum(u.output_tokens),
      sum(u.cached_input_tokens), sum(u.cache_write_tokens), sum(u.cache_write_1h_tokens),
      sum(u.reasoning_tokens), sum(u.total_tokens), sum(u.cost_usd), sum(u.price_book_cost_usd),
      sum(u.latency_ms_sum), sum(u.latency_count), min(u.first_used_at), max(u.last_used_at)
    from public.usage_daily as u
    group by u.day, u.provider, u.model, u.reported_by
  ),
  totals as (
    select
      u.day, u.provider, u.model, u.reported_by, u.requests, u.errors, u.user_messages,
      u.assistant_messages, u.system_messages, u.tool_messages, u.unpriced_requests,
      u.unpriced_tokens, u.input_tokens, u.output_tokens, u.cached_input_tokens,
      u.cache_write_tokens, u.cache_write_1h_tokens, u.reasoning_tokens, u.total_tokens, u.cost_usd,
      u.price_book_cost_usd, u.latency_ms_sum, u.latency_count, u.first_used_at, u.last_used_at
    from public.usage_totals as u
  )
  (select d.*::text from daily as d except all select t.*::text from totals as t)
  union all
  (select t.*::text from totals as t except all select d.*::text from daily as d)
$$;
select is_empty('select * from pg_temp.differences()', 'before a merge');
select public.merge_usage();
select is_empty('select * from pg_temp.differences()', 'after it');
select cmp_ok(
  (select count(*) from public.usage_totals), '<', (select count(*) from public.usage_daily),
  'in fewer rows'
);

select * from finish();
rollback;
