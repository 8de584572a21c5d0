begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(tests.msg(1)));
select tests.append(2, jsonb_build_array(tests.msg(11)));
select public.complete_conversation_session(tests.s(1));
select tests.act_as('postgres');
update public.conversation_sessions set deleted_at = now() where id = tests.s(2);
select tests.act_as('owner');
select is(
  tests.append_error(1, jsonb_build_array(
    tests.msg(2, '{"role": "assistant"}'), tests.msg(3)
  )), 'PT409 SESSION_CLOSED', 'an answer with another question'
);
select is(
  tests.append_error(1, jsonb_build_array(
    tests.msg(2, '{"role": "assistant"}'), tests.msg(3, '{"role": "system"}')
  )), 'PT409 SESSION_CLOSED', 'or with a system message'
);
select is(tests.counters_of(1), 'messages 1, tokens 0, cost 0, last 1', 'is not taken by halves');
select is(
  tests.append(1, jsonb_build_array(
    tests.msg(1), tests.msg(2, '{"role": "assistant", "tool_calls": [{"id": "x"}]}'),
    tests.msg(3, '{"role": "tool", "tool_call_id": "x"}')
  )), '1@1= 2@2+ 3@3+', 'an answer and its tool, after a repeat of the question'
);
select is(
  tests.append(1, jsonb_build_array(tests.msg(4, '{"role": "assistant"}'))), '4@4+',
  'the answer to the tool'
);
select is(
  tests.append_error(1, jsonb_build_array(tests.msg(5, '{"role": "assistant"}'))),
  'PT409 SESSION_CLOSED', 'nothing after it'
);
select is(
  tests.append(1, jsonb_build_array(tests.msg(4, '{"role": "assistant"}'))), '4@4=', 'but a repeat'
);
select is(
  tests.append(2, jsonb_build_array(tests.msg(12, '{"role": "assistant"}'))), '12@2+',
  'in a session in the trash too'
);

select * from finish();
rollback;
