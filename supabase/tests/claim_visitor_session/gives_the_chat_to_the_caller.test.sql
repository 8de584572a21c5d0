begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(9);

select tests.visit(1), tests.visit(2);
select tests.act_as('service_role');
select is(
  tests.log(jsonb_build_array(tests.turn(1, 1, '{"similar_qa_matches": [1]}')), tests.secret(1)), '1+',
  'a turn'
);
select public.record_feedback(tests.s(1), p_user_satisfaction => 4);
select public.set_session_state(tests.s(1), 'gathering');
select tests.act_as('owner');
select results_eq(
  $$
    select session_id, session_token, started_at, ended_at, expires_at, claimed_at
    from public.claim_visitor_session(p_session_token => 'chat-1', p_session_secret => tests.secret(1))
  $$,
  $$ values (tests.s(1), 'chat-1', now(), null::timestamptz, null::timestamptz, now()) $$,
  'the answer'
);
select is(
  (
    select count(*)
    from public.conversation_sessions as s
    join public.conversation_messages as m on m.session_id = s.id and m.user_id = s.user_id
    join public.session_events as e on e.session_id = s.id
    join public.session_clients as c on c.session_id = s.id
    join public.session_outcomes as o on o.session_id = s.id
    join public.message_retrievals as r on r.session_id = s.id
    where s.user_id = tests.id_of('owner')
  ), 2::bigint, 'with all that hangs on it'
);
select is(
  (select sum(u.user_messages) from public.usage_daily as u), 1::numeric, 'and its usage'
);
select is(
  tests.error_of(
    format('select public.log_turn(%L, %L, %L, %L)', tests.s(1), tests.m(2), 'q', 'a')
  ), 'ok', 'it is the user''s like any other'
);
select is(
  (select string_agg(reported_by::text, ' ' order by sequence_order) from public.conversation_messages),
  'visitor visitor authenticated authenticated', 'who claimed what stays'
);
select tests.act_as('service_role');
select is(
  tests.error_of(
    $$ select public.get_chat_stats(p_session_token => 'chat-1', p_session_secret => tests.secret(1)) $$
  ),
  'PT404 SESSION_NOT_FOUND', 'the secret opens nothing any more'
);
select is(
  tests.log(jsonb_build_array(tests.turn(1, 3), tests.turn(1, 4)), tests.secret(1)),
  '3 404 SESSION_NOT_FOUND, 4 404 SESSION_NOT_FOUND', 'and writes nothing'
);
select is(
  (select num_nonnulls(user_id, claimed_at) from public.session_clients where session_id = tests.s(2)),
  0, 'other chats are left alone'
);

select * from finish();
rollback;
