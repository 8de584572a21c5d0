begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(7);

select tests.visit(1), tests.visit(2), tests.start(3, 'other');
select tests.act_as('service_role');
select is(
  tests.log(
    jsonb_build_array(
      tests.turn(2, 1), tests.turn(9, 2), tests.turn(1, 3), '7', tests.turn(1, 4, '{"new": 1}'),
      tests.turn(1, 5, '{"latency_ms": "x"}'), tests.turn(1, 6, '{"latency_ms": -1}'),
      tests.turn(1, 7, '{"cost_usd": "NaN"}'), tests.turn(1, 8) - 'ai_response',
      tests.turn(1, 10, '{"turn_id": "x"}'), tests.turn(1, 3), tests.turn(1, 3, '{"mood": "new"}'),
      tests.turn(2, 11), tests.turn(1, 12, '{"query_embedding": [1]}'),
      tests.turn(1, 13, jsonb_build_object('ai_response', repeat('x', 1048577)))
    )
  ),
  '1+, 2 404 SESSION_NOT_FOUND, 3+, ? 400 INVALID_ARGUMENT, 4 400 INVALID_ARGUMENT, '
  '5 400 INVALID_ARGUMENT, 6 400 INVALID_ARGUMENT, 7 400 INVALID_ARGUMENT, 8 400 INVALID_ARGUMENT, '
  '? 400 INVALID_ARGUMENT, 3=, 3 409 IDEMPOTENCY_MISMATCH, 11+, 12 400 INVALID_ARGUMENT, '
  '13 413 TOO_LARGE', 'in the order sent'
);
select is(
  (select string_agg(m.content, ' ' order by m.sequence_order)
   from public.conversation_messages as m where m.session_id = tests.s(2)),
  'q1 a1 q11 a11', 'turns of a session in their order'
);
select is(tests.counters_of(1), 'messages 2, tokens 0, cost 0, last 2', 'what failed left nothing');
select results_eq(
  $$
    select l.code, l.message, l.hint is not null, l.session_id, l.inserted
    from public.log_chat_turns(
      jsonb_build_array(tests.turn(9, 2), tests.turn(1, 5, '{"latency_ms": "secret"}'))
    ) as l
  $$,
  $$
    values
      ('SESSION_NOT_FOUND', 'Session not found', true, null::uuid, null::boolean),
      ('INVALID_ARGUMENT', 'Invalid argument', true, null, null)
  $$, 'an error tells no value'
);
select tests.act_as('owner');
select is(
  tests.log(
    jsonb_build_array(
      tests.turn(1, 21),
      tests.turn(1, 22) || jsonb_build_object('session_token', null, 'session_id', tests.s(3))
    )
  ), '21 404 SESSION_NOT_FOUND, 22 404 SESSION_NOT_FOUND', 'users write their own'
);
-- What is nobody's fault is no answer about a turn.
select tests.act_as('postgres');
create function public.break_it()
returns trigger
language plpgsql
as $$ begin raise exception 'broken' using errcode = 'XX000'; end $$;
create trigger conversation_messages_99_break before insert on public.conversation_messages
  for each row execute function public.break_it();
select tests.act_as('service_role');
select is(
  tests.error_of(
    $$ select public.log_chat_turns(jsonb_build_array(tests.turn(1, 31), tests.turn(1, 32))) $$
  ),
  'XX000', 'another error fails all'
);
select is(
  tests.error_of($$ select public.log_chat_turns(jsonb_build_array(tests.turn(1, 31))) $$), 'XX000',
  'as it fails one'
);

select * from finish();
rollback;
