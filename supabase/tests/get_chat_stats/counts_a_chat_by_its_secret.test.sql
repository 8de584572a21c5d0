begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(2);

select tests.visit(1);
select tests.act_as('service_role');
select tests.log(
  jsonb_build_array(tests.turn(1, 1, '{"latency_ms": 100, "tokens_used": 7, "cost_usd": "0.25"}')),
  tests.secret(1)
);
select results_eq(
  $$
    select session_id, message_count, conversation_count, avg_latency_ms, total_tokens, total_cost_usd
    from public.get_chat_stats(p_session_token => 'chat-1', p_session_secret => tests.secret(1))
  $$, $$ values (tests.s(1), 2, 1::bigint, 100.00, 7::bigint, 0.25) $$, 'its numbers'
);
select is(
  tests.error_of($$ select public.get_chat_stats(tests.s(1), p_session_secret => tests.secret(2)) $$),
  'PT404 SESSION_NOT_FOUND', 'not by another secret'
);

select * from finish();
rollback;
