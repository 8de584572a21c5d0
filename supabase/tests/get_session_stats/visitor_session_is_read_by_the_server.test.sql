begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

insert into public.conversation_sessions (id, user_id) values (tests.s(1), null);
select tests.act_as('service_role');
select public.log_turn(tests.s(1), tests.m(1), 'q', 'a', p_tokens_used => 5, p_latency_ms => 30);
select is(
  (
    select concat_ws(
      ' ', s.message_count, s.conversation_count, s.avg_latency_ms, s.total_tokens, s.total_cost_usd
    )
    from public.get_session_stats(tests.s(1)) as s
  ), '2 1 30.00 5 0', 'its numbers'
);
select tests.act_as('owner');
select is(
  tests.error_of(format('select public.get_session_stats(%L)', tests.s(1))),
  'PT404 SESSION_NOT_FOUND', 'users do not find it'
);

select * from finish();
rollback;
