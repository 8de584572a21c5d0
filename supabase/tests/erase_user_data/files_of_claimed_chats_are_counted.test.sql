begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
\ir ../_fixtures/files.psql
select plan(3);

-- Two chats with a file each, one of which the user takes over: its bytes stay in the visitor's folder, with
-- one that no row names.
select tests.visit(1), tests.visit(2), tests.start(3);
select tests.file(1, 1, 'a'), tests.file(2, 2, 'a'), tests.file(3, 3, 'd');
create function pg_temp.path(p_session integer, p_bytes text)
returns text
language sql
as $$ select 'visitor/' || tests.s(p_session) || '/' || tests.hash(p_bytes) $$;
select tests.store(pg_temp.path(s.n, 'a')), tests.store(pg_temp.path(s.n, 'b'))
from generate_series(1, 2) as s (n);
select tests.act_as('owner');
select public.claim_visitor_session(p_session_token => 'chat-1', p_session_secret => tests.secret(1));
select is(public.erase_user_data() ->> 'storage_objects', '3', 'the receipt counts them');
select tests.act_as('postgres');
select set_eq(
  'select d.path from private.storage_deletions as d',
  array[pg_temp.path(1, 'a'), pg_temp.path(1, 'b'), tests.path('owner', 'd')], 'as many are queued'
);
select is(
  public.erase_user_data(p_session_token => 'chat-2', p_session_secret => tests.secret(2))
    ->> 'storage_objects', '2', 'those of a visitor too'
);

select * from finish();
rollback;
