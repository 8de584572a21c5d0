begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(8);

create function tests.forked(p_n integer)
returns uuid
language sql
as $$ select s.id from public.conversation_sessions as s where s.title = 'fork ' || p_n $$;
select tests.start(n) from generate_series(1, 3) as n;
select tests.act_as('owner');
select public.log_turn(
  tests.s(1), tests.m(1), 'Rome?', 'So',
  p_tool_calls => jsonb_build_array(tests.call('a'), tests.call('b'), tests.call('c')),
  p_tool_executions => '[
    {"tool_name": "look", "tool_call_id": "b", "status": "failed", "error": "no such place"},
    {"tool_name": "look", "tool_call_id": "a", "status": "completed", "output": {"degrees": 21}},
    {"tool_name": "look", "tool_call_id": "c", "status": "running"}
  ]'
);
select tests.append(1, jsonb_build_array(tests.says('user', 'And now?')));
select public.fork_session(tests.s(1), p_title => 'fork 1');
select is(
  public.get_openai_messages(tests.forked(1)), tests.openai(1), 'the model is told what it was told'
);
select is(
  (
    select array_agg(concat_ws(' ', sequence_order, role, content) order by sequence_order)
    from public.conversation_messages where session_id = tests.forked(1)
  ),
  array[
    '1 user Rome?', '2 assistant So', '3 tool {"degrees": 21}', '4 tool no such place', '5 user And now?'
  ],
  'by messages of its tools'
);
select is(
  (
    select concat_ws(' ', message_count, last_sequence)
    from public.conversation_sessions where id = tests.forked(1)
  ),
  '5 5', 'which are counted'
);
select is(
  (
    select count(*)
    from public.conversation_messages as m
    join public.conversation_messages as p
      on p.id = m.parent_message_id and p.sequence_order = m.sequence_order - 1
    where m.session_id = tests.forked(1)
  ),
  4::bigint, 'one follows the other'
);
select is(
  jsonb_path_query_array(
    public.get_ui_messages(tests.forked(1)), '$[*].parts[*] ? (exists(@.toolCallId)).state'
  ),
  '["output-available", "output-available"]', 'the AI SDK too'
);

select tests.append(2, jsonb_build_array(tests.asks('a', 'b') || jsonb_build_object('id', tests.m(9))));
insert into public.tool_executions (session_id, message_id, tool_call_id, tool_name, status, output)
values
  (tests.s(2), tests.m(9), 'a', 'look', 'completed', '"raw"'),
  (tests.s(2), tests.m(9), 'b', 'look', 'completed', null);
select tests.append(2, jsonb_build_array(tests.gives('b'), tests.says('assistant', 'So')));
select public.fork_session(tests.s(2), p_title => 'fork 2');
select is(
  (
    select array_agg(concat_ws(' ', role, tool_call_id, content) order by sequence_order)
    from public.conversation_messages where session_id = tests.forked(2)
  ),
  array['assistant ', 'tool a raw', 'tool b gave b', 'assistant So'], 'what a message gives is given once'
);
-- Some models count their calls anew in every turn.
select tests.append(3, jsonb_build_array(tests.asks('a') || jsonb_build_object('id', tests.m(10))));
insert into public.tool_executions (session_id, message_id, tool_call_id, tool_name, status, output)
values (tests.s(3), tests.m(10), 'a', 'look', 'completed', '"first"');
select tests.append(3, jsonb_build_array(tests.says('user', 'Again?'), tests.asks('a'), tests.gives('a')));
select public.fork_session(tests.s(3), p_title => 'fork 3');
select is(
  public.get_openai_messages(tests.forked(3)), tests.openai(3), 'an id that comes again is another call'
);

select is(
  (select sum(t.execution_count) from public.tool_execution_stats as t), 6::numeric, 'runs count where they ran'
);

select * from finish();
rollback;
