begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(8);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(
  tests.msg(1),
  tests.msg(2, '{"role": "assistant", "tool_calls": [{"id": "a"}, {"id": "b"}]}'),
  tests.msg(3, '{"role": "tool", "tool_call_id": "b", "content": "of b"}'),
  tests.msg(4, '{"role": "tool", "tool_call_id": "a", "content": "of a"}'),
  tests.msg(5, '{"role": "assistant", "tool_calls": []}'),
  tests.msg(6),
  tests.msg(7, '{"role": "assistant"}'),
  -- The same id again, as some providers give it.
  tests.msg(8, '{"role": "assistant", "tool_calls": [{"id": "a"}]}'),
  tests.msg(9, '{"role": "tool", "tool_call_id": "a", "content": "of a again"}'),
  tests.msg(10, '{"role": "user", "tool_call_id": "a"}'),
  tests.msg(11, '{"role": "tool", "tool_call_id": "c"}'),
  tests.msg(12, '{"role": "assistant", "tool_calls": [{"id": "d"}, {"id": "d"}, 7]}'),
  tests.msg(13, '{"role": "tool", "tool_call_id": "d"}')
));
select tests.did(tests.run(1, 2, jsonb_build_object('message_id', tests.m(2), 'tool_call_id', 'b')));
select tests.did(tests.run(1, 1, jsonb_build_object(
  'message_id', tests.m(2), 'tool_call_id', 'a', 'tool_type', 'mcp', 'input', '{"q": 1}', 'output',
  '[1]', 'status', 'failed', 'execution_time_ms', 4, 'tokens_used', 5, 'error', 'late'
)));
select tests.did(tests.run(1, 3, jsonb_build_object('message_id', tests.m(7))));
select tests.did(tests.run(1, 4));
-- Run 1 after run 2, also where the clock is coarse.
select tests.act_as('postgres');
update public.tool_executions set created_at = created_at + interval '1 second' where id = tests.t(1);
select tests.act_as('owner');

-- message: runs | answers
create function pg_temp.listed(p_limit integer default 50, p_before integer default null)
returns text
language sql
as $$
  select string_agg(
    format(
      '%s: %s|%s', tests.number_of(g.id),
      (
        select string_agg(ltrim(right(e ->> 'id', 12), '0'), ' ' order by o)
        from jsonb_array_elements(g.tool_executions) with ordinality as x (e, o)
      ),
      (
        select string_agg(tests.number_of((r ->> 'id')::uuid), ' ' order by o)
        from jsonb_array_elements(g.tool_results) with ordinality as x (r, o)
      )
    ), ', ' order by g.ordinality
  )
  from public.get_messages_with_tools(tests.s(1), p_limit, p_before) with ordinality as g
$$;
select is(
  pg_temp.listed(), '2: 2 1|3 4, 7: 3|, 8: |9, 12: |13',
  'those that call or have runs, oldest first, each with its runs and answers in order'
);
select is(pg_temp.listed(2), '8: |9, 12: |13', 'the last two');
select is(pg_temp.listed(2, 8), '2: 2 1|3 4, 7: 3|', 'the two before');
select is(pg_temp.listed(50, 2), null, 'none before the first');
select is(
  (
    select (g.tool_executions -> 1) - array['started_at', 'completed_at']
    from public.get_messages_with_tools(tests.s(1), 1, 3) as g
  ),
  jsonb_build_object(
    'id', tests.t(1), 'tool_call_id', 'a', 'tool_name', 'search', 'tool_type', 'mcp', 'input',
    '{"q": 1}'::jsonb, 'output', '[1]'::jsonb, 'status', 'failed', 'execution_time_ms', 4,
    'tokens_used', 5, 'error', 'late'
  ), 'a run'
);
select is(
  (
    select (
      (g.tool_executions -> 1 ->> 'started_at')::timestamptz,
      (g.tool_executions -> 1 ->> 'completed_at')::timestamptz
    )
    from public.get_messages_with_tools(tests.s(1), 1, 3) as g
  ),
  (select (t.started_at, t.completed_at) from public.tool_executions as t where t.id = tests.t(1)),
  'with its times'
);
select is(
  (select g.tool_results -> 0 from public.get_messages_with_tools(tests.s(1), 1, 3) as g),
  jsonb_build_object('id', tests.m(3), 'tool_call_id', 'b', 'content', 'of b'), 'an answer'
);
select results_eq(
  $$
    select to_jsonb(g) - array['tool_executions', 'tool_results']
    from public.get_messages_with_tools(tests.s(1)) as g
  $$,
  $$
    select to_jsonb(m)
    from public.conversation_messages as m
    where m.id in (tests.m(2), tests.m(7), tests.m(8), tests.m(12))
    order by m.sequence_order
  $$,
  'and the message as it is stored'
);

select * from finish();
rollback;
