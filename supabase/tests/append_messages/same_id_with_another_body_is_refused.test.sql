begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(2)));
create function pg_temp.again(p_more jsonb)
returns text
language sql
as $$ select tests.append_error(1, jsonb_build_array(tests.msg(3), tests.msg(2, p_more))) $$;
select is(
  (
    select string_agg(v::text, ', ')
    from unnest(
      array[
        '{"role": "assistant"}', '{"content": "other"}', '{"tokens_used": 1}',
        '{"model_used": "a"}', '{"provider": "a"}', '{"cost_usd": 0}', '{"latency_ms": 1}',
        '{"action_taken": "a"}', '{"questions_asked": []}', '{"delegation_plan": {}}',
        '{"content_type": "code"}', '{"parts": []}', '{"tool_calls": []}', '{"tool_call_id": "a"}',
        '{"input_tokens": 1}', '{"output_tokens": 1}', '{"cached_input_tokens": 1}',
        '{"cache_write_tokens": 1}', '{"cache_write_1h_tokens": 1}', '{"reasoning_tokens": 1}',
        '{"service_tier": "a"}', '{"time_to_first_token_ms": 1}', '{"finish_reason": "a"}',
        '{"error_message": "a"}', '{"mood": "a"}', '{"metadata": {"a": 1}}', '{"parent": "root"}'
      ]::jsonb[]
    ) as v
    where pg_temp.again(v) <> 'PT409 IDEMPOTENCY_MISMATCH'
  ), null, 'any key that differs'
);
select is(
  pg_temp.again(jsonb_build_object('parent', tests.m(1))), 'PT409 IDEMPOTENCY_MISMATCH',
  'a parent that was not named, though it is the same'
);
select is(tests.tree_of(1), '1 2<1 | shown 2 | branches 0', 'nothing is written, 3 neither');
select is(pg_temp.again('{}'), 'ok', 'the same body is taken');

select * from finish();
rollback;
