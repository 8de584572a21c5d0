begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/write_paths.psql
select plan(9);

select tests.act_as('brand_owner');
update public.brands set content_mode = 'none' where id = tests.id_of('brand');
select tests.act_as('postgres');
select tests.start(1, 'owner', 'brand');
select tests.write_all('Zebrafink@vogel.example');
select is_empty($$ select tests.where_is('zebrafink') $$, 'no way in leaves a text anywhere');
select is_empty($$ select tests.where_is('vogel') $$, 'nor a part of it');
select is_empty($$ select tests.where_is('0.7734375') $$, 'nor a vector that an app made of it');
select isnt_empty(
  'select 1 from public.conversation_messages where session_id = tests.s(1)', 'though the rows are there'
);
select results_eq(
  $$
    select content, content_length, encode(content_sha256, 'hex'), metadata, parts, tool_calls,
      error_message, content_mode::text
    from public.conversation_messages where id = tests.m(2)
  $$,
  $$
    values (
      '', 23, encode(sha256('Zebrafink@vogel.example'), 'hex'), '{}'::jsonb, '[]'::jsonb, '[]'::jsonb,
      '', 'none'
    )
  $$,
  'with length and hash, and that there was an error'
);
select results_eq(
  $$
    select content, content_length, content_sha256
    from public.conversation_messages where id = tests.m(6)
  $$,
  $$ values ('', 23, null::bytea) $$, 'a streamed text has a length'
);
select is(
  (
    select p.content_length
    from public.conversation_messages as m
    join public.conversation_messages as p
      on p.session_id <> m.session_id and p.content_sha256 = m.content_sha256
    where m.id = tests.m(2) and p.sequence_order = m.sequence_order
  ), 23, 'a copy keeps what is known of the text'
);
select tests.act_as('owner');
select is(
  tests.error_of(format(
    $$
      insert into public.attachments (session_id, name, size_bytes, mime_type, sha256)
      values (%L, 'n', 1, 'text/plain', repeat('a', 64))
    $$, tests.s(1)
  )), 'PT403 FORBIDDEN', 'files are not taken'
);
select is(
  regexp_replace(
    tests.append(1, jsonb_build_array(tests.msg(20))) || tests.append(1, jsonb_build_array(tests.msg(20))),
    '@\d+', '', 'g'
  ) || tests.append_error(1, jsonb_build_array(tests.msg(20, '{"content": "other"}'))),
  '20+20=PT409 IDEMPOTENCY_MISMATCH', 'a retry is told by the text that was sent'
);

select * from finish();
rollback;
