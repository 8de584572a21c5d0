begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
select public.log_turn(
  tests.s(1), tests.m(1), 'q', 'a', 'acme', 'm', p_tokens_used => 1000, p_input_tokens => 1,
  p_output_tokens => 2, p_cached_input_tokens => 3, p_cache_write_tokens => 4,
  p_cache_write_1h_tokens => 5, p_reasoning_tokens => 6, p_service_tier => 'batch',
  p_cost_usd => 0.125, p_latency_ms => 7, p_time_to_first_token_ms => 8, p_finish_reason => 'stop',
  p_tool_calls => '[{"id": "x", "type": "function"}]', p_mood => 'curious', p_metadata => '{"k": [1]}'
);
select results_eq(
  format(
    $$
      select provider, model_used, tokens_used, input_tokens, output_tokens, cached_input_tokens,
        cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, service_tier, cost_usd,
        cost_source::text, latency_ms, time_to_first_token_ms, finish_reason, error_message,
        tool_calls, mood, metadata, content_type::text
      from public.conversation_messages where parent_message_id = %L
    $$, tests.m(1)
  ),
  $$
    values (
      'acme', 'm', 1000, 1, 2, 3, 4, 5, 6, 'batch', 0.125, 'reported', 7, 8, 'stop', null,
      '[{"id": "x", "type": "function"}]'::jsonb, null, '{"k": [1]}'::jsonb, 'text'
    )
  $$, 'with the answer'
);
select results_eq(
  format(
    $$
      select provider, model_used, tokens_used, cost_usd, cost_source::text, latency_ms, tool_calls,
        mood, metadata
      from public.conversation_messages where id = %L
    $$, tests.m(1)
  ),
  $$
    values (
      null, null, null::integer, null::numeric, 'none', null::integer, null::jsonb, 'curious',
      '{}'::jsonb
    )
  $$, 'the mood with the question, and nothing else'
);
select is(tests.counters_of(1), 'messages 2, tokens 1000, cost 0.125, last 2', 'counted once');

select * from finish();
rollback;
