begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(5);

select tests.visit(1, '0 s'), tests.visit(2, '1 s');
select tests.act_as('service_role');
select isnt(
  (select session_id from public.start_visitor_session('chat-1', tests.secret(7))), tests.s(1),
  'a new session'
);
select is(
  (select count(*) from public.conversation_sessions where id = tests.s(1)), 0::bigint,
  'the expired one is gone'
);
select is(
  tests.error_of($$ select public.start_visitor_session('chat-2', tests.secret(7)) $$),
  'PT409 SESSION_EXISTS', 'not before that'
);
select tests.act_as('postgres');
select tests.visit(3, '0 s');
select public.set_legal_hold('court', p_session_id => tests.s(3));
select tests.act_as('service_role');
select is(
  tests.error_of(format($$ select public.start_visitor_session('chat-3', %L) $$, tests.secret(3))),
  'PT409 SESSION_EXISTS', 'nor while a legal hold keeps it, of which a visitor hears nothing'
);
select is(
  (select count(*) from public.conversation_sessions where id = tests.s(3)), 1::bigint, 'it stays'
);

select * from finish();
rollback;
