begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
select is_empty(
  $$ select * from public.get_session_message_stats(tests.s(1)) $$, 'none for an empty session'
);
insert into public.conversation_messages (
  session_id, role, content, tokens_used, cost_usd, latency_ms
)
values
  (tests.s(1), 'user', 'a', null, null, null),
  (tests.s(1), 'assistant', 'b', 10, 0.1, 100),
  (tests.s(1), 'assistant', 'c', 5, 0.2, 201),
  (tests.s(1), 'assistant', 'd', null, null, null),
  (tests.s(1), 'tool', 'e', 1, null, 7);
select results_eq(
  $$ select * from public.get_session_message_stats(tests.s(1)) $$,
  $$
    values
      ('user'::public.message_role, 1::bigint, 0::bigint, 0::numeric, null::numeric),
      ('assistant', 3, 15, 0.3, 150.5),
      ('tool', 1, 1, 0, 7)
  $$, 'messages, tokens, cost and mean latency, in the order of the roles'
);
select tests.append(1, jsonb_build_array(tests.msg(9, '{"parent": "root", "tokens_used": 4}')));
select is(
  (
    select array[message_count, total_tokens]
    from public.get_session_message_stats(tests.s(1)) where role = 'user'
  ),
  array[2, 4]::bigint[], 'every branch counts'
);
select tests.act_as('service_role');
select is(
  (select sum(message_count) from public.get_session_message_stats(tests.s(1))), 6::numeric,
  'service_role reads any'
);

select * from finish();
rollback;
