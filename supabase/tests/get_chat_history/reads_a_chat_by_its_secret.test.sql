begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(6);

select tests.visit(1), tests.start(2);
select tests.fill(1, 3);
select tests.act_as('service_role');
create function pg_temp.history(p_limit integer default 50, p_before integer default null)
returns text
language sql
as $$
  select string_agg(tests.number_of(h.id), ' ' order by h.ordinality)
  from public.get_chat_history(
    p_session_token => 'chat-1', p_session_secret => tests.secret(1), p_limit => p_limit,
    p_before_sequence => p_before
  ) with ordinality as h
$$;
select is(pg_temp.history(), '1 2 3', 'oldest first');
select is(pg_temp.history(2), '2 3', 'the last ones');
select is(pg_temp.history(2, 2), '1', 'the page before');
select is(tests.error_of('select pg_temp.history(201)'), 'PT400 INVALID_ARGUMENT', '200 at most');
select is(
  tests.error_of($$ select public.get_chat_history(tests.s(1), p_session_secret => tests.secret(2)) $$),
  'PT404 SESSION_NOT_FOUND', 'not by another secret'
);
select tests.act_as('owner');
select is(
  (select count(*) from public.get_chat_history(tests.s(2))), 0::bigint, 'a user''s own'
);

select * from finish();
rollback;
