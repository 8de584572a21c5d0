begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(8);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select public.log_turn(
  tests.s(1), tests.m(1), 'Rome?', 'So', p_tool_calls => jsonb_build_array(
    tests.call('a'), tests.call('b'), tests.call('c'), tests.call('d')
  ),
  p_tool_executions => '[
    {"tool_name": "look", "tool_call_id": "a", "status": "completed", "output": {"degrees": 21}},
    {"tool_name": "look", "tool_call_id": "b", "status": "failed", "error": "no such place"},
    {"tool_name": "look", "tool_call_id": "c", "status": "running"},
    {"tool_name": "look", "tool_call_id": "d", "status": "cancelled"}
  ]'
);
select is(
  tests.ui_line(1),
  'user: Rome? | assistant: / So a=output-available b=output-error c=input-available d=output-error',
  'a run that has ended answers its call'
);
select is(tests.ui(1) #> '{1,parts,2,output}', '{"degrees": 21}', 'with what it gave');
select is(tests.ui(1) #>> '{1,parts,3,errorText}', 'no such place', 'or what went wrong');
select is(tests.ui(1) #>> '{1,parts,5,errorText}', 'Tool call cancelled.', 'also that it was cancelled');
select tests.append(1, jsonb_build_array(tests.says('user', 'And now?')));
select is(
  tests.ui_line(1),
  'user: Rome? | assistant: / So a=output-available b=output-error d=output-error | user: And now?',
  'and stays when the conversation goes on'
);

select tests.append(2, jsonb_build_array(tests.asks('a') || jsonb_build_object('id', tests.m(9))));
insert into public.tool_executions (session_id, message_id, tool_call_id, tool_name, status, output)
values (tests.s(2), tests.m(9), 'a', 'look', 'completed', '"raw"');
select tests.append(2, jsonb_build_array(tests.gives('a'), tests.says('assistant', 'So')));
select is(
  tests.ui_line(2) || ' ' || (tests.ui(2) #>> '{0,parts,1,output}'),
  'assistant: / a=output-available / So gave a', 'what the model was told comes before'
);

select tests.start(3);
select tests.append(
  3, jsonb_build_array(tests.says('user', 'Rome?'), tests.asks('a') || jsonb_build_object('id', tests.m(8)))
);
insert into public.tool_executions (session_id, message_id, tool_call_id, tool_name, status, output)
values (tests.s(3), tests.m(8), 'a', 'look', 'completed', '21');
select tests.append(
  3, jsonb_build_array(tests.says('assistant', 'Warm.'), tests.says('assistant', 'Ask me.'))
);
select is(
  tests.ui_line(3), 'user: Rome? | assistant: / a=output-available / Warm. | assistant: Ask me.',
  'the answer after it belongs to it'
);

-- A project that left 0130 out may have a table of that name.
select tests.act_as('postgres');
drop function private.add_tool_executions(uuid, uuid, jsonb);
alter table public.tool_executions rename column tool_call_id to something_else;
select tests.act_as('owner');
select is(
  tests.ui_line(1), 'user: Rome? | assistant: / So | user: And now?',
  'a table of the project''s own is left alone'
);

select * from finish();
rollback;
