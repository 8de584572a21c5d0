begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
create temporary table said (n integer, message jsonb) on commit drop;
grant select on said to service_role;
insert into said (n, message)
values
  (1, $$ {"id": "sys", "role": "system", "parts": [{"type": "text", "text": "Be brief."}]} $$),
  (2, $$ {"id": "msg-2", "role": "user", "metadata": {"at": 5, "none": null}, "parts": [
    {"type": "text", "text": "Look"},
    {"type": "file", "mediaType": "image/png", "url": "data:image/png;base64,AA==", "filename": "a"},
    {"type": "data-place", "id": "d", "data": {"deep": [null]}}
  ]} $$),
  (3, $$ {"id": "msg-3", "role": "assistant", "parts": [
    {"type": "step-start"},
    {"type": "reasoning", "text": "Hm", "state": "done", "providerMetadata": {"openai": {"id": 1}}},
    {"type": "text", "text": "So", "state": "done"},
    {"type": "custom", "kind": "openai.compaction"},
    {"type": "reasoning-file", "mediaType": "image/png", "url": "https://example.com/b.png"},
    {"type": "steering-message", "id": "st", "parts": [{"type": "text", "text": "Faster"}]},
    {"type": "source-url", "sourceId": "1", "url": "https://example.com", "title": "A"},
    {"type": "source-document", "sourceId": "2", "mediaType": "text/plain", "title": "B"},
    {"type": "file", "mediaType": "image/png", "url": "https://example.com/a.png"},
    {"type": "tool-a", "toolCallId": "1", "state": "input-streaming", "input": {"at": "Ro"}},
    {"type": "tool-a", "toolCallId": "2", "state": "input-available", "input": {}, "title": "A"},
    {"type": "tool-a", "toolCallId": "3", "state": "output-available", "input": {}, "output": null,
     "preliminary": false, "providerExecuted": true, "callProviderMetadata": {"x": {"y": [1]}}},
    {"type": "tool-a", "toolCallId": "4", "state": "output-error", "rawInput": "{", "errorText": "e"},
    {"type": "tool-a", "toolCallId": "5", "state": "approval-requested", "input": 1,
     "approval": {"id": "p"}},
    {"type": "tool-a", "toolCallId": "6", "state": "approval-responded", "input": 1,
     "approval": {"id": "p", "approved": false, "reason": "no"}},
    {"type": "tool-a", "toolCallId": "7", "state": "output-denied", "input": 1,
     "approval": {"id": "p", "approved": false}},
    {"type": "dynamic-tool", "toolName": "b", "toolCallId": "8", "state": "output-available",
     "input": [], "output": [1], "approval": {"id": "p", "approved": true, "signature": "s"}}
  ]} $$),
  (4, $$ {"id": "msg-4", "role": "user", "parts": [{"type": "text", "text": ""}]} $$),
  (5, $$ {"id": "msg-5", "role": "assistant", "metadata": null, "parts": []} $$);
select tests.append(
  1,
  (
    select
      jsonb_agg(
        jsonb_build_object(
          'role', s.message -> 'role',
          'content', coalesce(s.message #>> '{parts,0,text}', ''),
          'parts', (s.message -> 'parts') || jsonb_build_object(
            'type', 'data-ui-message', 'data', s.message - array['role', 'parts']
          )
        )
        order by s.n
      )
    from said as s
  )
);
update public.conversation_messages set metadata = '{}';
select is(tests.ui(1), (select jsonb_agg(s.message order by s.n) from said as s), 'the same array');
select tests.act_as('service_role');
select is(jsonb_array_length(tests.ui(1)), 5, 'service_role reads it too');
select is(tests.ui(1, 1) -> 0 ->> 'id', 'msg-5', 'the last one');

select * from finish();
rollback;
