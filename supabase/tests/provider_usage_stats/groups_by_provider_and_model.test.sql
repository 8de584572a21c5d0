begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.start(2, 'other');
insert into public.conversation_messages (
  session_id, role, content, provider, model_used, tokens_used, cost_usd, latency_ms
)
values
  (tests.s(1), 'assistant', 'a', 'openai', 'gpt-4o', 10, 0.1, 100),
  (tests.s(1), 'assistant', 'b', 'openai', 'gpt-4o', 20, 0.2, 301),
  (tests.s(1), 'assistant', 'c', 'openai', null, null, null, null),
  (tests.s(1), 'assistant', 'd', 'mistral', 'mistral-large', 5, null, 50),
  (tests.s(1), 'user', 'e', null, null, 3, 0.5, 9),
  (tests.s(2), 'assistant', 'f', 'openai', 'gpt-4o', 1000, 9, 9);
select tests.act_as('owner');
select results_eq(
  $$
    select
      provider, model_used, request_count, total_tokens, total_cost_usd, avg_latency_ms,
      p95_latency_ms::numeric
    from public.provider_usage_stats
    order by provider, model_used
  $$,
  $$
    values
      ('mistral', 'mistral-large', 1::bigint, 5::bigint, 0::numeric, 50::numeric, 50::numeric),
      ('openai', 'gpt-4o', 2, 30, 0.3, 200.5, 290.95),
      ('openai', null, 1, 0, 0, null, null)
  $$, 'requests, tokens, cost, mean and 95th percentile of one''s own messages'
);
select ok(
  (
    select bool_and(
      s.first_used_at = m.first_at and s.last_used_at = m.last_at
    )
    from public.provider_usage_stats as s
    join (
      select provider, model_used, min(created_at) as first_at, max(created_at) as last_at
      from public.conversation_messages group by 1, 2
    ) as m on m.provider = s.provider and m.model_used is not distinct from s.model_used
  ), 'first and last use'
);
select tests.act_as('other');
select is(
  (select array_agg(total_tokens) from public.provider_usage_stats), array[1000]::bigint[],
  'another user sees another usage'
);

select * from finish();
rollback;
