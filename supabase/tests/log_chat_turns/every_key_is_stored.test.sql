begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(4);

select tests.visit(1);
select tests.act_as('service_role');
select public.log_chat_turns(
  jsonb_build_array(
    jsonb_build_object(
      'turn_id', tests.m(1), 'session_id', tests.s(1), 'session_token', 'chat-1',
      'user_message', 'q', 'ai_response', 'a', 'mood', 'curious', 'provider', 'acme', 'model', 'm',
      'cost_usd', '0.12345678901234567890', 'latency_ms', 7, 'tokens_used', 1000, 'input_tokens', 1,
      'output_tokens', 2, 'cached_input_tokens', 3, 'cache_write_tokens', 4,
      'cache_write_1h_tokens', 5, 'reasoning_tokens', 6, 'service_tier', 'batch',
      'finish_reason', 'stop', 'tool_calls', '[{"id": "x"}]'::jsonb, 'metadata', '{"k": [1]}'::jsonb,
      'similar_qa_matches', '[{"question": "Q"}]'::jsonb, 'similarity_scores', '[0.5, 0.25]'::jsonb,
      'query_embedding', (select jsonb_agg(0.5) from generate_series(1, 384))
    )
  )
);
select results_eq(
  $$
    select content, provider, model_used, tokens_used, input_tokens, output_tokens,
      cached_input_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens,
      service_tier, cost_usd, latency_ms, finish_reason, tool_calls, metadata, reported_by::text
    from public.conversation_messages where role = 'assistant'
  $$,
  $$
    values (
      'a', 'acme', 'm', 1000, 1, 2, 3, 4, 5, 6, 'batch', 0.12345678901234567890, 7, 'stop',
      '[{"id": "x"}]'::jsonb, '{"k": [1]}'::jsonb, 'service_role'
    )
  $$, 'with the answer'
);
select results_eq(
  $$
    select id, session_id, content, mood, reported_by::text
    from public.conversation_messages where role = 'user'
  $$, $$ values (tests.m(1), tests.s(1), 'q', 'curious', 'service_role') $$, 'with the question'
);
select results_eq(
  $$
    select message_id, session_id, user_id, similar_qa_matches, similarity_scores,
      query_embedding = array_fill(0.5::real, array[384])
    from public.message_retrievals
  $$,
  $$
    values (
      tests.m(1), tests.s(1), null::uuid, '[{"question": "Q"}]'::jsonb, '{0.5,0.25}'::real[], true
    )
  $$, 'with what was found'
);
select public.log_chat_turns(
  jsonb_build_array(
    tests.turn(1, 2) - 'ai_response' || jsonb_build_object('error_message', 'Out of order')
  )
);
select results_eq(
  $$
    select error_message, status::text
    from public.conversation_messages where parent_message_id = tests.m(2)
  $$, $$ values ('Out of order', 'failed') $$, 'a turn that failed'
);

select * from finish();
rollback;
