begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(7);

select tests.start(n) from generate_series(1, 3) as n;
select tests.act_as('owner');
select public.log_turn(
  tests.s(1), tests.m(1), 'Rome?', 'So', p_tool_calls => jsonb_build_array(
    tests.call('a'), tests.call('b'), tests.call('c'), tests.call('d')
  ),
  p_tool_executions => '[
    {"tool_name": "look", "tool_call_id": "b", "status": "failed", "error": "no such place"},
    {"tool_name": "look", "tool_call_id": "a", "status": "completed", "output": {"degrees": 21}},
    {"tool_name": "look", "tool_call_id": "c", "status": "running"},
    {"tool_name": "look", "tool_call_id": "d", "status": "cancelled"}
  ]'
);
select is(
  tests.openai_line(1), 'user Rome? | assistant So [a b c d] | tool a | tool b | tool d',
  'a run that has ended answers its call, at the end too'
);
select is(
  concat_ws(
    ', ', tests.openai(1) #>> '{2,content}', tests.openai(1) #>> '{3,content}',
    tests.openai(1) #>> '{4,content}'
  ),
  '{"degrees": 21}, no such place, Tool call cancelled.', 'with what it gave, or what went wrong'
);
select tests.append(1, jsonb_build_array(tests.says('user', 'And now?')));
select is(
  tests.openai_line(1), 'user Rome? | assistant So [a b d] | tool a | tool b | tool d | user And now?',
  'and stays when the conversation goes on'
);

select tests.append(2, jsonb_build_array(tests.asks('a', 'b') || jsonb_build_object('id', tests.m(9))));
insert into public.tool_executions (session_id, message_id, tool_call_id, tool_name, status, output)
values
  (tests.s(2), tests.m(9), 'a', 'look', 'completed', '"raw"'),
  (tests.s(2), tests.m(9), 'b', 'look', 'completed', null);
select is(
  tests.openai(2) #>> '{1,content}' || ', ' || (tests.openai(2) #>> '{2,content}'), 'raw, null',
  'a text is itself, and nothing is null'
);
select tests.append(2, jsonb_build_array(tests.gives('b'), tests.says('assistant', 'So')));
select is(
  tests.openai_line(2) || ' ' || (tests.openai(2) #>> '{1,content}'),
  'assistant - [a b] | tool b | tool a | assistant So gave b', 'what the model was told comes before'
);

select tests.append(3, jsonb_build_array(tests.asks('a'), tests.says('user', 'x')));
insert into public.tool_executions (session_id, tool_call_id, tool_name, status)
values (tests.s(3), 'a', 'look', 'completed');
select is(tests.openai_line(3), 'user x', 'a run answers calls of its own message alone');

-- A project that left 0130 out may have a table of that name.
select tests.act_as('postgres');
drop function private.add_tool_executions(uuid, uuid, jsonb);
alter table public.tool_executions rename column tool_call_id to something_else;
select tests.act_as('owner');
select is(
  tests.openai_line(1), 'user Rome? | assistant So | user And now?',
  'a table of the project''s own is left alone'
);

select * from finish();
rollback;
