begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (
  id, session_id, role, content, tokens_used, cost_usd, metadata, tool_calls, input_tokens
)
values (
  tests.m(1), tests.s(1), 'assistant', 'm1', 5, 0.0008, '{"b": 1, "a": [2]}', '[{"id": "x"}]', 3
);
select is(
  tests.append(1, jsonb_build_array(tests.msg(1, '{
    "role": "assistant", "input_tokens": 3, "cost_usd": 0.0008, "tokens_used": 5,
    "tool_calls": [{"id": "x"}], "metadata": {"a": [2], "b": 1}
  }'))), '1@1=', 'an append after a plain insert finds it'
);
select tests.append(1, jsonb_build_array(
  tests.msg(2), tests.msg(3, '{"input_tokens": 3, "parts": [1]}'),
  tests.msg(4, jsonb_build_object('parent', tests.m(3)))
));
select is(
  tests.error_of(format(
    'insert into public.conversation_messages (id, session_id, role, content)
     values (%L, %L, %L, %L)', tests.m(2), tests.s(1), 'user', 'm2'
  )), 'ok', 'a plain insert after an append'
);
select is(
  tests.error_of(format(
    'insert into public.conversation_messages (
       id, session_id, role, content, input_tokens, parts, content_type
     ) values (%L, %L, %L, %L, 3, %L, %L)', tests.m(3), tests.s(1), 'user', 'm3', '[1]', 'text'
  )), 'ok', 'with more columns, one at its default'
);
select is(
  tests.error_of(format(
    'insert into public.conversation_messages (
       id, session_id, role, content, parent_message_id
     ) values (%L, %L, %L, %L, %L)', tests.m(4), tests.s(1), 'user', 'm4', tests.m(3)
  )), 'ok', 'with its parent named'
);
select is(tests.counters_of(1), 'messages 4, tokens 8, cost 0.0008, last 4', 'wrote nothing');
select is(
  tests.error_of(format(
    'insert into public.conversation_messages (id, session_id, role, content)
     values (%L, %L, %L, %L)', tests.m(2), tests.s(1), 'user', 'other'
  )), 'PT409 IDEMPOTENCY_MISMATCH', 'another body is refused'
);

select * from finish();
rollback;
