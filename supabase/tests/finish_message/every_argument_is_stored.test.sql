begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/streaming.psql
select plan(5);

select tests.start(1);
select tests.act_as('owner');
select tests.begin(1, 'active', 'm0');
select public.append_message_delta(tests.m(1), 1, 'text');
select results_eq(
  $$
    select f.status::text, f.content, f.provider, f.model_used, f.tokens_used, f.input_tokens,
      f.output_tokens, f.cached_input_tokens, f.cache_write_tokens, f.cache_write_1h_tokens,
      f.reasoning_tokens, f.service_tier, f.cost_usd, f.cost_source::text, f.latency_ms,
      f.time_to_first_token_ms, f.finish_reason, f.error_message, f.tool_calls, f.parts, f.metadata
    from public.finish_message(
      tests.m(1), 'failed', 'other', 'm', 1000, 1, 2, 3, 4, 5, 6, 'batch', 0.125, 7, 8, 'length',
      'broken', '[{"id": "c"}]', '[{"type": "text"}]', '{"k": 1}'
    ) as f
  $$,
  $$
    values ('failed', 'text', 'other', 'm', 1000, 1, 2, 3, 4, 5, 6, 'batch', 0.125, 'reported', 7, 8,
      'length', 'broken', '[{"id": "c"}]'::jsonb, '[{"type": "text"}]'::jsonb, '{"k": 1}'::jsonb)
  $$, 'all of them'
);
select is(tests.counters_of(1), 'messages 1, tokens 1000, cost 0.125, last 1', 'counted');
select tests.begin(2, 'active', 'm');
select results_eq(
  $$
    select f.status::text, f.provider, f.model_used, f.metadata, f.cost_source::text
    from public.finish_message(tests.m(2)) as f
  $$,
  $$ values ('complete', 'acme', 'm', '{}'::jsonb, 'unpriced') $$, 'what is left out stays as begun'
);
select is(
  (select sum(u.requests) from public.usage_daily as u), 2::numeric, 'each is one request'
);
select is(tests.ledger(), 'daily exact, totals exact', 'usage is exact');

select * from finish();
rollback;
