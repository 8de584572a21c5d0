begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(5);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select tests.append(
  1,
  $$ [
    {"id": "50000000-0000-4000-8000-000000000001", "role": "user", "content": "Rome?"},
    {"id": "50000000-0000-4000-8000-000000000002", "role": "assistant", "content": "Let me see.",
     "tool_calls": [
      {"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{\"at\": \"Rome\"}"}},
      {"id": "b", "type": "custom", "custom": {"name": "run", "input": "ls"}, "function": {"name": 1}}
    ]},
    {"role": "tool", "tool_call_id": "a", "content": "21"},
    {"role": "tool", "tool_call_id": "b", "content": "", "error_message": "no such tool"},
    {"role": "assistant", "tool_calls": [
      {"id": "a", "type": "function", "function": {"name": "say", "arguments": "not JSON"}}
    ]},
    {"role": "tool", "tool_call_id": "a",
     "parts": [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]},
    {"role": "assistant", "content": "21 degrees."},
    {"id": "50000000-0000-4000-8000-000000000008", "role": "assistant", "content": "Anything else?"}
  ] $$
);
update public.conversation_messages set metadata = '{}';
select is(
  tests.ui(1),
  $$ [
    {"id": "50000000-0000-4000-8000-000000000001", "role": "user",
     "parts": [{"type": "text", "text": "Rome?"}]},
    {"id": "50000000-0000-4000-8000-000000000002", "role": "assistant", "parts": [
      {"type": "step-start"},
      {"type": "text", "text": "Let me see."},
      {"type": "dynamic-tool", "toolName": "weather", "toolCallId": "a", "state": "output-available",
       "input": {"at": "Rome"}, "output": "21"},
      {"type": "dynamic-tool", "toolName": "run", "toolCallId": "b", "state": "output-error",
       "input": "ls", "errorText": "no such tool"},
      {"type": "step-start"},
      {"type": "dynamic-tool", "toolName": "say", "toolCallId": "a", "state": "output-available",
       "input": "not JSON", "output": "one two"},
      {"type": "step-start"},
      {"type": "text", "text": "21 degrees."}
    ]},
    {"id": "50000000-0000-4000-8000-000000000008", "role": "assistant",
     "parts": [{"type": "text", "text": "Anything else?"}]}
  ] $$::jsonb,
  'calls, answers and the words after them'
);
select is(
  tests.openai_line(1),
  'user Rome? | assistant Let me see. [a b] | tool a | tool b | assistant - [a] | tool a '
  '| assistant 21 degrees. | assistant Anything else?', 'the same for the OpenAI API'
);
select is(tests.openai(1) #>> '{3,content}', 'no such tool', 'an error is told there');
select tests.append(
  2,
  $$ [
    {"role": "assistant", "content": "", "parts": [
      {"type": "tool-look", "toolCallId": "a", "state": "input-available", "input": 1},
      {"type": "data-ui-message", "data": {"id": "mine"}}
    ]},
    {"role": "tool", "tool_call_id": "a", "content": "seen"},
    {"role": "assistant", "content": "So"}
  ] $$
);
select is(
  tests.ui_line(2), 'assistant: a=output-available / So', 'an answer from outside to the AI SDK''s call'
);
select is(tests.ui(2) -> 0 ->> 'id', 'mine', 'under its id');

select * from finish();
rollback;
