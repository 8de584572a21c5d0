begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(
  tests.msg(1, '{"role": "assistant"}'), tests.msg(2)
));
select public.complete_conversation_session(tests.s(1));

select is(
  tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content)
     values (%1$L, %2$L, %3$L), (%1$L, %2$L, %3$L)', tests.s(1), 'assistant', 'a'
  )), 'PT409 SESSION_CLOSED', 'two answers in one statement'
);
select is(
  tests.error_of(format(
    'select public.append_messages(%L, %L)', tests.s(1),
    jsonb_build_array(
      tests.msg(3, '{"role": "assistant"}'),
      tests.msg(4, '{"role": "assistant", "parent": "root"}')
    )
  )), 'PT409 SESSION_CLOSED', 'an answer, and a branch behind it'
);
select is(
  tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content, tool_calls)
     values (%L, %L, %L, %L)', tests.s(1), 'assistant', 'a', '[]'
  )), 'ok', 'the answer'
);
select is(
  tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content)
     values (%L, %L, %L)', tests.s(1), 'assistant', 'a'
  )), 'PT409 SESSION_CLOSED', 'no calls of tools leave nothing to answer'
);

select * from finish();
rollback;
