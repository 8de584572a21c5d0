begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(7);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.read(p_message jsonb)
returns jsonb
language sql
as $$
  select tests.append(1, jsonb_build_array(p_message || '{"parent": "root"}'));
  select tests.ui(1) -> 0 -> 'parts'
$$;
select is(
  pg_temp.read(
    $$ {"role": "user", "content": "x", "parts": [
      null, 1, "text", true, [], [{"type": "text", "text": "y"}], {}, {"type": null}, {"type": 1},
      {"type": "text"}, {"type": "text", "text": null}, {"type": "text", "state": "done"},
      {"type": "reasoning"}, {"type": "custom"}, {"type": "custom", "kind": 1},
      {"type": "reasoning-file", "url": "x"}, {"type": "reasoning-file", "url": 1, "mediaType": "x"},
      {"type": "steering-message", "id": "x"}, {"type": "steering-message", "parts": []}, {"type": "text", "text": "y", "state": "x"},
      {"type": "text", "text": "y", "providerMetadata": 1},
      {"type": "text", "text": "y", "providerMetadata": {"a": [{}]}},
      {"type": "reasoning", "text": "y", "id": 1}, {"type": "image_url", "image_url": 1},
      {"type": "file", "mediaType": 1, "url": "x"}, {"type": "file", "mediaType": "x"},
      {"type": "file", "mediaType": "x", "url": "x", "filename": null}, {"type": "file", "file": [1]},
      {"type": "source-url", "sourceId": "1"}, {"type": "source-url", "url": "x", "sourceId": "1", "title": 1},
      {"type": "source-document", "sourceId": "1", "mediaType": "x"}, {"type": "data-x"},
      {"type": "source-document", "sourceId": "1", "mediaType": "x", "title": "y", "filename": 1},
      {"type": "data-x", "data": 1, "id": null}, {"type": "data-ui-message", "data": [1]},
      {"type": "data-openai-message", "data": {"name": "ada"}}
    ]} $$
  ),
  '[{"type": "text", "text": "x"}]'::jsonb, 'parts that are none'
);
create function pg_temp.tool(p_more jsonb)
returns jsonb
language sql
as $$
  select '{"type": "tool-x", "toolCallId": "a", "input": 1}' || p_more
$$;
select is(
  pg_temp.read(
    jsonb_build_object(
      'role', 'assistant', 'content', '',
      'parts', jsonb_build_array(
        pg_temp.tool('{"toolCallId": 1, "state": "input-available"}'), pg_temp.tool('{}'),
        pg_temp.tool('{"state": null}'), pg_temp.tool('{"state": "asleep"}'),
        pg_temp.tool('{"state": "input-streaming", "rawInput": 1}'),
        pg_temp.tool('{"state": "input-streaming", "inputEncoding": "x"}'),
        pg_temp.tool('{"state": "input-streaming", "approval": {"id": "p"}}'),
        pg_temp.tool('{"state": "input-available", "approval": {"id": "p"}}'),
        pg_temp.tool('{"state": "input-available", "output": null}'),
        pg_temp.tool('{"state": "input-available", "errorText": "x"}'),
        pg_temp.tool('{"state": "input-available", "toolMetadata": 1}'),
        pg_temp.tool('{"state": "input-available", "title": null}'),
        pg_temp.tool('{"state": "input-available", "providerExecuted": null}'),
        pg_temp.tool('{"state": "input-available", "type": "dynamic-tool"}'),
        pg_temp.tool(
          '{"state": "input-available", "type": "dynamic-tool", "toolName": "x", "dynamic": true}'
        )
      )
    )
  ),
  '[]'::jsonb, 'calls that are none'
);
select is(
  pg_temp.read(
    jsonb_build_object(
      'role', 'assistant', 'content', '',
      'parts', jsonb_build_array(
        pg_temp.tool('{"state": "approval-requested"}'),
        pg_temp.tool('{"state": "approval-requested", "approval": 1}'),
        pg_temp.tool('{"state": "approval-requested", "approval": {"id": 1}}'),
        pg_temp.tool('{"state": "approval-requested", "approval": {"id": "p", "approved": true}}'),
        pg_temp.tool('{"state": "approval-requested", "approval": {"id": "p", "reason": "x"}}'),
        pg_temp.tool('{"state": "approval-requested", "approval": {"id": "p", "signature": 1}}'),
        pg_temp.tool('{"state": "approval-responded", "approval": {"id": "p"}}'),
        pg_temp.tool(
          '{"state": "approval-responded", "approval": {"id": "p", "approved": true, "reason": 1}}'
        ),
        pg_temp.tool('{"state": "output-available", "approval": {"id": "p", "approved": false}}'),
        pg_temp.tool('{"state": "output-available", "preliminary": 1}'),
        pg_temp.tool('{"state": "output-error"}'), pg_temp.tool('{"state": "output-error", "errorText": 1}'),
        pg_temp.tool('{"state": "output-error", "errorText": "x", "approval": {"id": "p"}}'),
        pg_temp.tool('{"state": "output-denied"}'),
        pg_temp.tool('{"state": "output-denied", "approval": {"id": "p", "approved": true}}')
      )
    )
  ),
  '[]'::jsonb, 'approvals and answers that are none'
);
select is(
  pg_temp.read(
    '{"role": "assistant", "parts": [
      {"type": "tool-x", "toolCallId": "a", "state": "output-available"},
      {"type": "tool-x", "toolCallId": "b", "state": "input-available"}]}'
  ),
  '[
    {"type": "tool-x", "toolCallId": "a", "state": "output-available", "input": null, "output": null},
    {"type": "tool-x", "toolCallId": "b", "state": "input-available", "input": null}
  ]'::jsonb, 'what JSON lost is null'
);
create function pg_temp.input_of(p_arguments jsonb)
returns jsonb
language sql
as $$
  select
    pg_temp.read(
      jsonb_build_object(
        'role', 'assistant',
        'tool_calls', jsonb_build_array(
          jsonb_build_object(
            'id', 'a', 'function', jsonb_build_object('name', 'f', 'arguments', p_arguments)
          )
        )
      )
    ) -> 1 -> 'input'
$$;
select is(
  pg_temp.input_of('{"at": 1}') || pg_temp.input_of('null'), '{"at": 1}'::jsonb,
  'arguments that are not text'
);
select is(
  pg_temp.input_of(to_jsonb('{"at": 1e131071}'::text)), '"{\"at\": 1e131071}"'::jsonb,
  'a number that no client holds'
);
select is(
  pg_temp.input_of(to_jsonb('{"a": "\u0000"}'::text)), '"{\"a\": \"\\u0000\"}"'::jsonb,
  'a character that jsonb does not take'
);

select * from finish();
rollback;
