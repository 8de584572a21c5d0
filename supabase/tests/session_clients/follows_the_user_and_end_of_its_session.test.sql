begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(5);

select tests.visit(1), tests.visit(2);
select tests.act_as('service_role');
select public.complete_conversation_session(tests.s(1));
select is(
  (select ended_at from public.session_clients where session_id = tests.s(1)), now(), 'delivered'
);
select public.reopen_conversation_session(tests.s(1));
select is(
  (select ended_at from public.session_clients where session_id = tests.s(1)), null, 'reopened'
);
select public.cancel_conversation_session(tests.s(1));
select is(
  (select ended_at from public.session_clients where session_id = tests.s(1)), now(), 'cancelled'
);
select tests.act_as('postgres');
update public.conversation_sessions set user_id = tests.id_of('owner') where id = tests.s(1);
select is(
  (select user_id from public.session_clients where session_id = tests.s(1)), tests.id_of('owner'),
  'its user'
);
select is(
  (select num_nonnulls(user_id, ended_at) from public.session_clients where session_id = tests.s(2)),
  0, 'others are left alone'
);

select * from finish();
rollback;
