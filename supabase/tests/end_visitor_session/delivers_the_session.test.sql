begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(7);

select tests.visit(1), tests.visit(2), tests.start(3);
select tests.act_as('service_role');
select results_eq(
  $$
    select session_id, session_token, ended_at
    from public.end_visitor_session(p_session_token => 'chat-1', p_session_secret => tests.secret(1))
  $$, $$ values (tests.s(1), 'chat-1', now()) $$, 'by its secret'
);
select is(
  (select state::text from public.conversation_sessions where id = tests.s(1)), 'delivered',
  'it is delivered'
);
select is(
  (
    select ended_at
    from public.end_visitor_session(p_session_token => 'chat-1', p_session_secret => tests.secret(1))
  ), now(), 'again: as it is'
);
select is(
  tests.error_of(
    $$ select public.end_visitor_session(p_session_token => 'chat-2', p_session_secret => tests.secret(1)) $$
  ), 'PT404 SESSION_NOT_FOUND', 'not by another secret'
);
select public.cancel_conversation_session(tests.s(2));
select public.end_visitor_session(tests.s(2));
select is(
  (select state::text from public.conversation_sessions where id = tests.s(2)), 'cancelled',
  'one that is cancelled stays so'
);
select tests.act_as('owner');
select results_eq(
  $$ select session_id, session_token, ended_at from public.end_visitor_session(tests.s(3)) $$,
  $$ values (tests.s(3), null::text, now()) $$, 'a user''s own'
);
select tests.act_as('other');
select is(
  tests.error_of('select public.end_visitor_session(tests.s(3))'), 'PT404 SESSION_NOT_FOUND',
  'nobody else''s'
);

select * from finish();
rollback;
