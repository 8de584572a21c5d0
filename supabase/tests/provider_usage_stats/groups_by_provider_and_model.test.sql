begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

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
      provider, model_used, request_count, total_tokens, total_cost_usd, avg_latency_ms
    from public.provider_usage_stats
    order by provider, model_used
  $$,
  $$
    values
      ('mistral', 'mistral-large', 1::bigint, 5::bigint, 0::numeric, 50::numeric),
      ('openai', '', 1, 0, 0, null),
      ('openai', 'gpt-4o', 2, 30, 0.3, 200.5)
  $$, 'requests, tokens, cost and mean latency of one''s own messages'
);
-- The latency at that rank is 50 and 301.
select results_eq(
  $$
    select s.model_used, abs(s.p95_latency_ms - r.latency_ms) <= 0.044 * r.latency_ms + 0.5
    from public.provider_usage_stats as s
    left join (
      values ('mistral-large', 50), ('gpt-4o', 301)
    ) as r (model_used, latency_ms) on r.model_used = s.model_used
    order by s.model_used
  $$,
  $$ values ('', null), ('gpt-4o', true), ('mistral-large', true) $$,
  'the 95th percentile within 4.4 % and half a millisecond, null where no latency is known'
);
select ok(
  (
    select bool_and(
      s.first_used_at = m.first_at and s.last_used_at = m.last_at
    ) and count(*) = 3
    from public.provider_usage_stats as s
    join (
      select
        provider, coalesce(model_used, '') as model_used, min(created_at) as first_at,
        max(created_at) as last_at
      from public.conversation_messages group by 1, 2
    ) as m on m.provider = s.provider and m.model_used = s.model_used
  ), 'first and last use'
);
select tests.act_as('other');
select is(
  (select array_agg(total_tokens) from public.provider_usage_stats), array[1000]::bigint[],
  'another user sees another usage'
);

-- A copy names the model, and does not use it.
select tests.act_as('service_role');
select public.import_messages(
  tests.s(2),
  jsonb_build_array(jsonb_build_object(
    'role', 'assistant', 'content', 'g', 'provider', 'openai', 'model_used', 'gpt-4.1', 'tokens_used', 7,
    'created_at', now() - interval '3 days'
  ))
);
select public.fork_session(tests.s(2));
select is(
  (
    select array[first_used_at, last_used_at] from public.provider_usage_stats where model_used = 'gpt-4.1'
  ), array[now() - interval '3 days', now() - interval '3 days'], 'a fork is no use of the model'
);

select * from finish();
rollback;
