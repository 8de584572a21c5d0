begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(5);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.content_of(p_role text, p_content text, p_parts jsonb)
returns jsonb
language sql
as $$
  select
    tests.append(
      1,
      jsonb_build_array(
        jsonb_build_object('role', p_role, 'content', p_content, 'parts', p_parts, 'parent', 'root')
      )
    );
  select tests.openai(1) -> 0 -> 'content'
$$;
select is(
  pg_temp.content_of(
    'user', 'Look',
    $$ [
      {"type": "text", "text": "Look", "providerMetadata": {"x": {}}},
      {"type": "file", "mediaType": "image/png", "url": "https://example.com/a.png"},
      {"type": "file", "mediaType": "audio/wav", "url": "data:audio/wav;base64,UklGRg=="},
      {"type": "file", "mediaType": "audio/mpeg", "url": "data:audio/mpeg;base64,AAAA"},
      {"type": "file", "mediaType": "application/pdf", "url": "data:application/pdf;base64,AA==",
       "filename": "a.pdf"},
      {"type": "file", "mediaType": "text/csv", "url": "data:text/csv;base64,AA=="},
      {"type": "file", "mediaType": "application/pdf", "url": "https://example.com/a.pdf"}
    ] $$
  ),
  $$ [
    {"type": "text", "text": "Look"},
    {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
    {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
    {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
    {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
    {"type": "file", "file": {"filename": "file", "file_data": "data:text/csv;base64,AA=="}},
    {"type": "text", "text": "https://example.com/a.pdf"}
  ] $$::jsonb,
  'pictures, sounds, documents, an address'
);
select is(
  pg_temp.content_of(
    'user', 'ab', '[{"type": "text", "text": "a", "state": "done"}, {"type": "text", "text": "b"}]'
  ),
  '[{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]'::jsonb, 'two texts stay two'
);
select is(
  pg_temp.content_of(
    'system', 'ab', '[{"type": "text", "text": "a", "state": "done"}, {"type": "text", "text": "b"}]'
  ),
  '"ab"'::jsonb, 'those of the system are joined'
);
select is(
  pg_temp.content_of('user', 'See', '[{"type": "image_url", "image_url": {"url": "x"}}]'),
  '[{"type": "text", "text": "See"}, {"type": "image_url", "image_url": {"url": "x"}}]'::jsonb,
  'a text that stands in content alone'
);
select is(
  pg_temp.content_of('user', '', '[{"type": "data-seen", "data": {}}, {"type": "new"}]'), null, 'data is not for the model'
);

select * from finish();
rollback;
