begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(3);

select tests.visit(1), tests.visit(2);
select is(
  tests.error_of(
    format(
      $$
        insert into public.session_clients (session_id, session_token, secret_hash)
        values (%L, 'new', sha256(''))
      $$, tests.s(3)
    )
  ), '23503', 'not without a session'
);
delete from public.conversation_sessions where id = tests.s(1);
select results_eq(
  'select session_id from public.session_clients', array[tests.s(2)], 'with its session'
);
select is(
  tests.error_of(
    format(
      $$
        insert into public.session_clients (session_id, session_token, secret_hash)
        values (%L, 'new', sha256(''))
      $$, tests.s(2)
    )
  ), '23505', 'one a session'
);

select * from finish();
rollback;
