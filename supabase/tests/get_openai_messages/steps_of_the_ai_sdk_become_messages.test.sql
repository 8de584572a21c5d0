begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(4);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select tests.append(
  1,
  $$ [
    {"role": "user", "content": "Rome?", "parts": [
      {"type": "text", "text": "Rome?"}, {"type": "data-ui-message", "data": {"id": "u1"}}
    ]},
    {"role": "assistant", "content": "Let me see.21 degrees.", "parts": [
      {"type": "step-start"},
      {"type": "reasoning", "text": "Hm", "state": "done"},
      {"type": "text", "text": "Let me see.", "state": "done"},
      {"type": "tool-weather", "toolCallId": "a", "state": "output-available",
       "input": {"at": "Rome"}, "output": {"degrees": 21}},
      {"type": "dynamic-tool", "toolName": "news", "toolCallId": "b", "state": "output-error",
       "input": null, "rawInput": "{", "errorText": "no news"},
      {"type": "step-start"},
      {"type": "tool-delete", "toolCallId": "c", "state": "output-denied", "input": {},
       "approval": {"id": "p", "approved": false, "reason": "Not today."}},
      {"type": "tool-say", "toolCallId": "d", "state": "output-available", "input": {}, "output": "hi"},
      {"type": "tool-nothing", "toolCallId": "e", "state": "output-available"},
      {"type": "step-start"},
      {"type": "source-url", "sourceId": "s", "url": "https://example.com"},
      {"type": "text", "text": "21 "},
      {"type": "text", "text": "degrees."},
      {"type": "data-chart", "data": [1]},
      {"type": "data-ui-message", "data": {"id": "a1"}}
    ]}
  ] $$
);
update public.conversation_messages set metadata = '{}';
select is(
  tests.openai(1),
  $$ [
    {"role": "user", "content": "Rome?"},
    {"role": "assistant", "content": "Let me see.", "tool_calls": [
      {"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{\"at\": \"Rome\"}"}},
      {"id": "b", "type": "function", "function": {"name": "news", "arguments": "{"}}
    ]},
    {"role": "tool", "tool_call_id": "a", "content": "{\"degrees\": 21}"},
    {"role": "tool", "tool_call_id": "b", "content": "no news"},
    {"role": "assistant", "content": null, "tool_calls": [
      {"id": "c", "type": "function", "function": {"name": "delete", "arguments": "{}"}},
      {"id": "d", "type": "function", "function": {"name": "say", "arguments": "{}"}},
      {"id": "e", "type": "function", "function": {"name": "nothing", "arguments": "{}"}}
    ]},
    {"role": "tool", "tool_call_id": "c", "content": "Not today."},
    {"role": "tool", "tool_call_id": "d", "content": "hi"},
    {"role": "tool", "tool_call_id": "e", "content": "null"},
    {"role": "assistant", "content": "21 degrees."}
  ] $$::jsonb,
  'a message a step, with what its tools gave'
);
select tests.append(
  2,
  $$ [
    {"role": "assistant", "content": "xy", "parts": [
      {"type": "tool-look", "toolCallId": "a", "state": "output-available", "input": {}, "output": "1"},
      {"type": "text", "text": "x"},
      {"type": "tool-look", "toolCallId": "b", "state": "input-available", "input": {}},
      {"type": "step-start"},
      {"type": "text", "text": "y"},
      {"type": "tool-look", "toolCallId": "c", "state": "input-streaming", "input": {}},
      {"type": "tool-look", "toolCallId": "d", "state": "output-available", "input": {}, "output": 1,
       "preliminary": true},
      {"type": "tool-look", "toolCallId": "e", "state": "approval-requested", "input": {},
       "approval": {"id": "p"}}
    ]}
  ] $$
);
select is(
  tests.openai_line(2), 'assistant - [a] | tool a | assistant x | assistant y [d e]',
  'a text behind a tool begins a message; at the end calls wait, but not half-written ones'
);
select tests.append(2, jsonb_build_array(tests.gives('e'), tests.says('assistant', 'z')));
select is(
  tests.openai_line(2),
  'assistant - [a] | tool a | assistant x | assistant y [e] | tool e | assistant z',
  'an answer that is a message of its own'
);
select tests.append(
  2,
  jsonb_build_array(
    tests.asks('f') || '{"parent": "root", "content": "w", "parts": [{"type": "reasoning", "text": "Hm"}]}',
    tests.gives('f')
  )
);
select is(tests.openai_line(2), 'assistant w [f] | tool f', 'calls and text that stand in their columns');

select * from finish();
rollback;
