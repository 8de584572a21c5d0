begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(3);

select tests.start(1), tests.start(2, 'other');
select tests.act_as('owner');
select public.log_turn(
  tests.s(1), tests.m(1), 'q1', 'a1', 'acme', 'm', p_tokens_used => 5, p_cost_usd => 0.5,
  p_latency_ms => 9, p_mood => 'curious', p_metadata => '{"k": 1}'
);
-- A question that took two calls of tools.
select public.append_messages(
  tests.s(1),
  jsonb_build_array(
    tests.msg(2), tests.msg(3, '{"role": "assistant", "content": "", "tool_calls": [{"id": "x"}]}'),
    tests.msg(4, '{"role": "tool", "tool_call_id": "x"}'),
    tests.msg(5, '{"role": "assistant", "content": "", "tool_calls": [{"id": "y"}]}'),
    tests.msg(6, '{"role": "tool", "tool_call_id": "y"}'),
    tests.msg(7, '{"role": "assistant", "content": "done"}'), tests.msg(8, '{"metadata": {"q": 1}}')
  )
);
select results_eq(
  $$
    select tests.number_of(turn_id), sequence_order, user_message, ai_response, metadata, status::text
    from public.conversation_turns order by sequence_order
  $$,
  $$
    values
      ('1', 1, 'q1', 'a1', '{"k": 1}'::jsonb, 'complete'), ('2', 3, 'm2', 'done', '{}', 'complete'),
      ('8', 9, 'm8', null, '{"q": 1}', null)
  $$, 'down to the last answer'
);
select results_eq(
  $$
    select session_id, user_id, brand_id, mood, provider, model_used, tokens_used, cost_usd, latency_ms,
      error_message
    from public.conversation_turns where turn_id = tests.m(1)
  $$,
  $$
    values (
      tests.s(1), tests.id_of('owner'), null::uuid, 'curious', 'acme', 'm', 5, 0.5, 9, null::text
    )
  $$, 'with its numbers'
);
-- Another answer to the first question.
select public.append_messages(
  tests.s(1), jsonb_build_array(tests.msg(9, jsonb_build_object('role', 'assistant', 'parent', tests.m(1))))
);
select is(
  (select ai_response from public.conversation_turns where turn_id = tests.m(1)), 'm9', 'the newest'
);

select * from finish();
rollback;
