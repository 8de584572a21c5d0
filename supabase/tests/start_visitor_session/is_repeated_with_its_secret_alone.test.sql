begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(8);

select tests.act_as('service_role');
create temporary table answers as
select s.* from public.start_visitor_session('test_123', tests.secret(1)) as s;
select results_eq(
  $$ select s.* from public.start_visitor_session('test_123', tests.secret(1), 'other') as s $$,
  'select * from answers', 'the same answer'
);
select is((select count(*) from public.session_clients), 1::bigint, 'one chat');
select is((select user_identifier from public.session_clients), null, 'as it was first');
select is(
  tests.error_of($$ select public.start_visitor_session('test_123', tests.secret(2)) $$),
  'PT409 SESSION_EXISTS', 'another secret'
);
select public.end_visitor_session(p_session_token => 'test_123');
select is(
  (select ended_at from public.start_visitor_session('test_123', tests.secret(1))), now(),
  'once it has ended too'
);
select tests.act_as('owner');
select public.claim_visitor_session(p_session_token => 'test_123', p_session_secret => tests.secret(1));
select tests.act_as('service_role');
select is(
  tests.error_of($$ select public.start_visitor_session('test_123', tests.secret(1)) $$),
  'PT409 SESSION_EXISTS', 'not once it is claimed'
);
select is((select count(*) from public.conversation_sessions), 1::bigint, 'nothing is left behind');
select public.start_visitor_session('test_456', tests.secret(1));
select public.delete_session(s.id) from public.conversation_sessions as s where s.user_id is null;
select is(
  tests.error_of($$ select public.start_visitor_session('test_456', tests.secret(1)) $$),
  'PT409 SESSION_EXISTS', 'nor in the trash, where nobody could go on'
);

select * from finish();
rollback;
