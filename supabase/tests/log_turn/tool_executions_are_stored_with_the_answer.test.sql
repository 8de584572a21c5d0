begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(11);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
create function pg_temp.turn(p_n integer, p_tool_executions jsonb)
returns text
language sql
as $$
  select tests.error_of(format(
    'select public.log_turn(%L, %L, %L, %L, p_tokens_used => 100, p_tool_executions => %L)', tests.s(1),
    tests.m(p_n), 'q', 'a', p_tool_executions
  ))
$$;
create function pg_temp.runs(p_json text)
returns jsonb
language sql
as $$
  select jsonb_agg(e || jsonb_build_object('id', tests.t(o::integer)) order by o)
  from jsonb_array_elements(p_json::jsonb) with ordinality as x (e, o)
$$;
select is(
  pg_temp.turn(1, pg_temp.runs($$[
    {"tool_call_id": "c", "tool_name": "search", "tool_type": "mcp", "input": {"a": 1}, "output": [2],
     "status": "failed", "execution_time_ms": 5, "tokens_used": 6, "error": "e"},
    {"tool_name": "fetch", "input": null, "status": null, "tokens_used": null}
  ]$$)), 'ok', 'two runs'
);
select results_eq(
  $$
    select t.id, t.session_id, m.role::text, t.user_id, t.tool_call_id, t.tool_name, t.tool_type, t.input,
      t.output, t.status::text, t.execution_time_ms, t.tokens_used, t.error
    from public.tool_executions as t
    join public.conversation_messages as m on m.id = t.message_id
    order by t.created_at
  $$,
  $$
    values
      (tests.t(1), tests.s(1), 'assistant', tests.id_of('owner'), 'c', 'search', 'mcp',
       '{"a": 1}'::jsonb, '[2]'::jsonb, 'failed', 5, 6, 'e'),
      (tests.t(2), tests.s(1), 'assistant', tests.id_of('owner'), null, 'fetch', null, null, null,
       'pending', null, null, null)
  $$, 'each column, with the answer'
);
select is(tests.tokens_of(1), 106::bigint, 'their tokens count in the session');
select is(
  pg_temp.turn(1, pg_temp.runs($$[
    {"tool_call_id": "c", "tool_name": "search", "tool_type": "mcp", "input": {"a": 1}, "output": [2],
     "status": "failed", "execution_time_ms": 5, "tokens_used": 6, "error": "e"},
    {"tool_name": "fetch", "input": null, "status": null, "tokens_used": null}
  ]$$)), 'ok', 'the turn again'
);
select is(pg_temp.turn(2, '[{"tool_name": "search"}, {"tool_name": "search"}]'), 'ok', 'ids are made');
select is(pg_temp.turn(2, '[{"tool_name": "search"}, {"tool_name": "search"}]'), 'ok', 'and sent again');
select is((select count(*) from public.tool_executions), 4::bigint, 'nothing is written twice');
select is(
  pg_temp.turn(2, '[{"tool_name": "search"}]') || ', ' || pg_temp.turn(2, null),
  'PT409 IDEMPOTENCY_MISMATCH, PT409 IDEMPOTENCY_MISMATCH', 'they are part of the turn'
);
select is(
  pg_temp.turn(3, jsonb_build_array(jsonb_build_object('id', tests.t(1), 'tool_name', 'other'))),
  'PT409 IDEMPOTENCY_MISMATCH', 'an id that is taken'
);
select is(pg_temp.turn(4, '[]'), 'ok', 'an empty list');
select is(tests.counters_of(1), 'messages 6, tokens 306, cost 0, last 6', 'what is refused leaves nothing');

select * from finish();
rollback;
