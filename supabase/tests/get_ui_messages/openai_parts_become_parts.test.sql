begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.parts_of(p_message jsonb)
returns jsonb
language sql
as $$
  select tests.append(1, jsonb_build_array(p_message || '{"parent": "root"}'));
  select tests.ui(1) -> 0 -> 'parts'
$$;
select is(
  pg_temp.parts_of(
    $$ {"role": "user", "content": "Look", "parts": [
      {"type": "text", "text": "Look"},
      {"type": "image_url", "image_url": {"url": "https://example.com/a", "detail": "low"}},
      {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
      {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
      {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
      {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
      {"type": "file", "file": {"file_data": "AA=="}},
      {"type": "file", "file": {"file_id": "file-1"}},
      {"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}},
      {"type": "data-openai-message", "data": {"name": "ada"}}
    ]} $$
  ),
  $$ [
    {"type": "text", "text": "Look"},
    {"type": "file", "mediaType": "image/*", "url": "https://example.com/a"},
    {"type": "file", "mediaType": "image/png", "url": "data:image/png;base64,AA=="},
    {"type": "file", "mediaType": "audio/wav", "url": "data:audio/wav;base64,UklGRg=="},
    {"type": "file", "mediaType": "audio/mpeg", "url": "data:audio/mpeg;base64,AAAA"},
    {"type": "file", "mediaType": "application/pdf", "url": "data:application/pdf;base64,AA==",
     "filename": "a.pdf"},
    {"type": "file", "mediaType": "application/octet-stream",
     "url": "data:application/octet-stream;base64,AA=="},
    {"type": "data-openai-part", "data": {"type": "file", "file": {"file_id": "file-1"}}},
    {"type": "data-openai-part",
     "data": {"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}}}
  ] $$::jsonb,
  'pictures, sounds, documents and what the AI SDK does not know'
);
select is(
  pg_temp.parts_of(
    '{"role": "assistant", "content": "", "parts": [{"type": "refusal", "refusal": "No."}]}'
  ),
  '[{"type": "text", "text": "No."}]'::jsonb, 'a refusal is a text'
);
select is(
  pg_temp.parts_of(
    '{"role": "user", "content": "See", "parts": [{"type": "image_url", "image_url": {"url": "x"}}]}'
  ),
  '[{"type": "text", "text": "See"}, {"type": "file", "mediaType": "image/*", "url": "x"}]'::jsonb,
  'a text that stands in content alone'
);

select * from finish();
rollback;
