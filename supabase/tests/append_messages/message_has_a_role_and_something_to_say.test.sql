begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.sent(p_element jsonb)
returns text
language sql
as $$ select tests.append_error(1, jsonb_build_array(p_element)) $$;
select is(pg_temp.sent('{"content": "a"}'), 'PT400 INVALID_ARGUMENT', 'no role');
select is(pg_temp.sent('{"role": null, "content": "a"}'), 'PT400 INVALID_ARGUMENT', 'a null role');
select is(pg_temp.sent('{"role": "user"}'), 'PT400 INVALID_ARGUMENT', 'no content');
select is(
  pg_temp.sent('{"role": "user", "content": null, "parts": null}'), 'PT400 INVALID_ARGUMENT',
  'null content and parts'
);
select is(pg_temp.sent('{"role": "user", "content": ""}'), 'ok', 'empty content');
select is(pg_temp.sent('{"role": "user", "parts": [{"type": "image"}]}'), 'ok', 'parts alone');
select is(pg_temp.sent('{"role": "assistant", "tool_calls": [{"id": "a"}]}'), 'ok', 'tool calls');
select is(
  (select string_agg('[' || content || ']', '') from public.conversation_messages), '[][][]',
  'content is empty then'
);

select * from finish();
rollback;
