begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
create temp table sent as
select jsonb_build_object(
  'id', tests.m(1), 'session_id', tests.s(1), 'role', 'assistant', 'content', 'c',
  'tokens_used', 1, 'model_used', 'm', 'provider', 'p', 'cost_usd', 0.00000000000000000001,
  'latency_ms', 2, 'action_taken', 'a', 'questions_asked', '["q"]'::jsonb, 'delegation_plan',
  '{"d": 1}'::jsonb, 'content_type', 'markdown', 'parts', '[{"type": "text"}]'::jsonb,
  'tool_calls', '[{"id": "t"}]'::jsonb, 'tool_call_id', 'x', 'input_tokens', 3, 'output_tokens', 4,
  'cached_input_tokens', 5, 'cache_write_tokens', 6, 'cache_write_1h_tokens', 7,
  'reasoning_tokens', 8, 'service_tier', 's', 'time_to_first_token_ms', 9, 'finish_reason', 'f'
) || jsonb_build_object('error_message', 'e', 'mood', 'o', 'metadata', '{"k": [1]}'::jsonb) as body;
select is(
  tests.append(1, (select jsonb_build_array(body) from sent)), '1@1+', 'all 29 keys at once'
);
select is(
  (
    select
      to_jsonb(m) - array[
        'brand_id', 'user_id', 'created_at', 'sequence_order', 'parent_message_id', 'status',
        'price_id', 'cost_source', 'reported_by', 'request_hash', 'edited_at', 'imported_at',
        'content_mode', 'content_length', 'content_sha256'
      ]
    from public.conversation_messages as m
  ), (select body from sent), 'each is in its column'
);
select is(
  (
    select concat_ws(' ', status, cost_source, reported_by, user_id = tests.id_of('owner'), content_mode)
    from public.conversation_messages
  ), 'complete reported authenticated t full', 'the rest comes from the database'
);

select * from finish();
rollback;
