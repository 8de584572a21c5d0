begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(1);

select tests.visit(1), tests.visit(2);
select is(
  tests.error_of($$ update public.session_clients set session_token = 'chat' $$), '23505',
  'no two chats have one token'
);

select * from finish();
rollback;
