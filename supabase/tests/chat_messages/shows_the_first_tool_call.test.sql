begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(5);

select tests.start(1);
select tests.act_as('owner');
select public.append_messages(
  tests.s(1),
  jsonb_build_array(
    tests.msg(1),
    tests.msg(2, jsonb_build_object(
      'role', 'assistant', 'content', '', 'latency_ms', 7,
      'tool_calls', jsonb_build_array(jsonb_build_object(
        'id', 'x', 'type', 'function',
        'function', jsonb_build_object('name', 'search', 'arguments', '{"q": "shoes"}')
      ))
    )),
    tests.msg(3, '{"role": "tool", "tool_call_id": "x", "content": "found"}'),
    tests.msg(4, jsonb_build_object(
      'role', 'assistant', 'content', '',
      'tool_calls', jsonb_build_array(jsonb_build_object(
        'id', 'y', 'type', 'function', 'function', jsonb_build_object('name', 'buy', 'arguments', '{}')
      ))
    ))
  )
);
insert into public.tool_executions (session_id, message_id, tool_name, output)
values (tests.s(1), tests.m(4), 'buy', '{"ok": true}'), (tests.s(1), tests.m(4), 'other', '1');
select results_eq(
  $$
    select message_type, role, processing_time_ms, function_name, function_args, function_result
    from public.chat_messages order by sequence_order
  $$,
  $$
    values
      ('user', 'user', null::integer, null, null, null),
      ('assistant', 'assistant', 7, 'search', '{"q": "shoes"}', 'found'),
      ('tool', 'tool', null, null, null, null),
      ('assistant', 'assistant', null, 'buy', '{}', '{"ok": true}')
  $$, 'with its result'
);
select is(
  (select tool_results from public.messages where id = tests.m(4)::text),
  '[{"tool_name": "buy", "status": "pending", "output": {"ok": true}, "error": null}, '
  '{"tool_name": "other", "status": "pending", "output": 1, "error": null}]'::jsonb,
  'messages has them all'
);


-- Two calls of one tool: their runs end, and are answered, in the other order.
select tests.start(2);
select public.append_messages(
  tests.s(2),
  jsonb_build_array(
    tests.msg(11),
    tests.msg(12, jsonb_build_object(
      'role', 'assistant', 'content', '',
      'tool_calls', (
        select jsonb_agg(jsonb_build_object(
          'id', c.city, 'type', 'function',
          'function', jsonb_build_object('name', 'weather', 'arguments', to_json(c.city)::text)
        ))
        from unnest('{Paris,Rome}'::text[]) as c (city)
      )
    ))
  )
);
create function pg_temp.result()
returns text
language sql
as $$
  select function_args || ' ' || function_result from public.chat_messages where id = tests.m(12)::text
$$;
insert into public.tool_executions (session_id, message_id, tool_call_id, tool_name, output)
values (tests.s(2), tests.m(12), 'Rome', 'weather', '30');
select is(pg_temp.result(), null, 'the run of another call is not its result');
insert into public.tool_executions (session_id, message_id, tool_call_id, tool_name, output)
values (tests.s(2), tests.m(12), 'Paris', 'weather', '20');
select is(pg_temp.result(), '"Paris" 20', 'its own is');
select public.append_messages(
  tests.s(2),
  jsonb_build_array(
    tests.msg(13, '{"role": "tool", "tool_call_id": "Rome", "content": "hot"}'),
    tests.msg(14, '{"role": "tool", "tool_call_id": "Paris", "content": "warm"}')
  )
);
select is(pg_temp.result(), '"Paris" warm', 'nor does its answer have to come first');

select * from finish();
rollback;
