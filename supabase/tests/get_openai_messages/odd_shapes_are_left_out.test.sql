begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(9);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.read(p_message jsonb)
returns jsonb
language sql
as $$
  select tests.append(1, jsonb_build_array(p_message || '{"parent": "root"}'));
  select tests.openai(1)
$$;
select is(
  pg_temp.read(
    $$ {"role": "user", "content": "x", "parts": [
      null, 1, "text", true, [], [{"type": "text", "text": "y"}], {}, {"type": null}, {"type": 1},
      {"type": "text"}, {"type": "text", "text": null}, {"type": "text", "state": "done"}, {"type": "image_url", "image_url": 1},
      {"type": "image_url"}, {"type": "input_audio", "input_audio": []}, {"type": "file", "file": 1},
      {"type": "refusal"}, {"type": "file", "mediaType": 1}, {"type": "tool-x"},
      {"type": "data-openai-message"}, {"type": "data-openai-message", "data": [1]},
      {"type": "data-ui-message", "data": null}
    ]} $$
  ),
  '[{"role": "user", "content": "x"}]', 'parts that are none'
);
select is(
  pg_temp.read(
    $$ {"role": "assistant", "content": "x", "tool_calls": [
      null, 1, "a", [], {}, {"id": 1, "function": {"name": "f"}}, {"id": "a"}, {"id": "a", "function": 1},
      {"id": "a", "function": {"name": null}}, {"id": "a", "type": "custom", "custom": {"name": "f"}},
      {"id": "a", "function": {"name": "f", "arguments": {"at": [1]}}},
      {"id": "a", "function": {"name": "g"}},
      {"id": "b", "function": {"name": "f", "arguments": null}},
      {"id": "c", "function": {"name": "f", "arguments": "{not JSON"}}
    ]} $$
  ),
  $$ [{"role": "assistant", "content": "x", "tool_calls": [
    {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"at\": [1]}"}},
    {"id": "b", "type": "function", "function": {"name": "f", "arguments": "{}"}},
    {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{not JSON"}}
  ]}] $$::jsonb,
  'calls that are none; arguments become text'
);
select is(
  pg_temp.read('{"role": "assistant", "tool_calls": [1, null]}'),
  '[{"role": "assistant", "content": ""}]', 'no call is left'
);
select is(
  pg_temp.read('{"role": "assistant", "content": "x", "tool_calls": []}'),
  '[{"role": "assistant", "content": "x"}]', 'an empty list of calls'
);
select is(
  pg_temp.read(
    $$ {"role": "assistant", "content": "x", "parts": [
      {"type": "step-start"}, null, 1, {"type": "tool-x", "toolCallId": "a"}, {"type": "reasoning"},
      {"type": "tool-x", "toolCallId": 1, "state": "output-available"},
      {"type": "tool-x", "toolCallId": "a", "state": "output-error", "errorText": null},
      {"type": "dynamic-tool", "toolCallId": "a", "state": "input-available", "input": 1},
      {"type": "tool-x", "toolCallId": "a", "state": "asleep", "input": 1},
      {"type": "tool-x", "toolCallId": "b", "state": "output-error", "errorText": "e", "rawInput": 1}
    ]} $$
  ),
  $$ [
    {"role": "assistant", "content": null, "tool_calls": [
      {"id": "b", "type": "function", "function": {"name": "x", "arguments": "1"}}
    ]},
    {"role": "tool", "tool_call_id": "b", "content": "e"},
    {"role": "assistant", "content": "x"}
  ] $$::jsonb,
  'tools of the AI SDK that are none'
);
select is(
  pg_temp.read(
    $$ {"role": "user", "content": "x", "tool_call_id": "a", "tool_calls": [{}], "parts": [
      {"type": "data-openai-message",
       "data": {"role": "developer", "content": [1], "tool_calls": 1, "tool_call_id": "b"}}
    ]} $$
  ),
  '[{"role": "user", "content": "x"}]', 'a carrier of what has columns'
);
select is(
  pg_temp.read(
    $$ {"role": "system", "content": "x", "parts": [
      {"type": "data-openai-message", "data": {"role": "assistant"}}
    ]} $$
  ),
  '[{"role": "system", "content": "x"}]', 'a carrier of another role'
);
select is(
  pg_temp.read(
    $$ {"role": "user", "content": "", "parts": [
      {"type": "data-openai-message", "data": {"name": "ada"}},
      {"type": "data-openai-message", "data": {"name": "bob", "x": 1}}
    ]} $$
  ),
  '[{"role": "user", "content": "", "name": "bob", "x": 1}]', 'two carriers'
);
select is(pg_temp.read('{"role": "tool", "content": "x"}'), '[]', 'nothing is left');

select * from finish();
rollback;
