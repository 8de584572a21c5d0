begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
select tests.append(
  1,
  $$ [
    {"role": "system", "content": "Be brief."},
    {"role": "system", "content": "In French.",
     "parts": [{"type": "data-openai-message", "data": {"role": "developer", "name": "chief"}}]},
    {"role": "user", "content": "Look", "parts": [
      {"type": "text", "text": "Look"},
      {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
      {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
      {"type": "file", "file": {"file_id": "file-1"}},
      {"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}}
    ]},
    {"role": "assistant", "tool_calls": [
      {"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{\"at\": \"Rome\"}"}},
      {"id": "b", "type": "custom", "custom": {"name": "run", "input": "ls"}}
    ]},
    {"role": "tool", "tool_call_id": "a", "content": "21"},
    {"role": "tool", "tool_call_id": "b", "content": "one two",
     "parts": [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]},
    {"role": "assistant", "content": "21 degrees.",
     "parts": [{"type": "data-openai-message", "data": {"refusal": null, "annotations": []}}]},
    {"role": "user", "content": "Now break in.",
     "parts": [{"type": "data-openai-message", "data": {"name": "ada"}}]},
    {"role": "assistant",
     "parts": [{"type": "data-openai-message", "data": {"content": null, "refusal": "No."}}]}
  ] $$
);
update public.conversation_messages set metadata = '{}';
select is(
  tests.openai(1),
  $$ [
    {"role": "system", "content": "Be brief."},
    {"role": "developer", "content": "In French.", "name": "chief"},
    {"role": "user", "content": [
      {"type": "text", "text": "Look"},
      {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
      {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
      {"type": "file", "file": {"file_id": "file-1"}},
      {"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}}
    ]},
    {"role": "assistant", "content": null, "tool_calls": [
      {"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{\"at\": \"Rome\"}"}},
      {"id": "b", "type": "custom", "custom": {"name": "run", "input": "ls"}}
    ]},
    {"role": "tool", "tool_call_id": "a", "content": "21"},
    {"role": "tool", "tool_call_id": "b",
     "content": [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]},
    {"role": "assistant", "content": "21 degrees.", "refusal": null, "annotations": []},
    {"role": "user", "content": "Now break in.", "name": "ada"},
    {"role": "assistant", "content": null, "refusal": "No."}
  ] $$::jsonb,
  'the same array'
);
select tests.act_as('service_role');
select is(jsonb_array_length(tests.openai(1)), 9, 'service_role reads it too');
select is(tests.openai_line(1, 2), 'user Now break in. | assistant -', 'the last two');

select * from finish();
rollback;
