begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select is(
  tests.error_of(format(
    'insert into public.conversation_sessions (user_id, completed_at) values (%L, now())',
    tests.id_of('owner')
  )), '23514', 'an open session is not completed'
);
select tests.start(1);
select is(
  tests.error_of(format(
    'update public.conversation_sessions set completed_at = now() where id = %L', tests.s(1)
  )), '23514', 'nor made so'
);
select public.complete_conversation_session(tests.s(1));
select is(
  tests.error_of(format(
    'update public.conversation_sessions set completed_at = null where id = %L', tests.s(1)
  )), '23514', 'a delivered one is'
);

select * from finish();
rollback;
