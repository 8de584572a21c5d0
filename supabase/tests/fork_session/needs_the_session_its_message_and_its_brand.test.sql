begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.start(2);
select tests.start(3, 'owner', 'other_brand');
select tests.act_as('owner');
select tests.fill(1, 1);
create function pg_temp.fork(p_session integer, p_message integer)
returns text
language sql
as $$
  select tests.error_of(
    format('select public.fork_session(%L, %L)', tests.s(p_session), tests.m(p_message))
  )
$$;
select is(pg_temp.fork(1, 7), 'PT404 MESSAGE_NOT_FOUND', 'an unknown message');
select is(pg_temp.fork(2, 1), 'PT404 MESSAGE_NOT_FOUND', 'a message of another session');
select is(pg_temp.fork(3, null), 'PT403 FORBIDDEN', 'a brand that the user is no member of');
select tests.act_as('service_role');
select is(pg_temp.fork(3, null), 'ok', 'the server asks for no membership');
select tests.act_as('owner');
update public.conversation_sessions set metadata = jsonb_build_object('a', repeat('x', 262130))
where id = tests.s(2);
select is(pg_temp.fork(2, null), 'PT413 TOO_LARGE', 'metadata without room for forked_from');

select * from finish();
rollback;
