begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(14);

select tests.visit(1), tests.visit(2), tests.visit(3, '0 s'), tests.visit(4), tests.visit(5);
update public.conversation_sessions set deleted_at = now() where id = tests.s(4);
update public.conversation_sessions set user_id = tests.id_of('owner') where id = tests.s(5);
update public.session_clients set claimed_at = now(), expires_at = null where session_id = tests.s(5);
create function pg_temp.find(p_id integer, p_token text, p_secret text)
returns text
language sql
as $$
  select tests.error_of(
    format('select public.end_visitor_session(%L, %L, %L)', tests.s(p_id), p_token, p_secret)
  )
$$;
select tests.act_as('service_role');
select is(pg_temp.find(null, null, tests.secret(1)), 'PT400 INVALID_ARGUMENT', 'by neither');
select is(pg_temp.find(1, null, tests.secret(1)), 'ok', 'by id');
select is(pg_temp.find(1, 'chat-1', tests.secret(1)), 'ok', 'by both');
select is(pg_temp.find(1, 'chat-2', tests.secret(1)), 'PT404 SESSION_NOT_FOUND', 'of two chats');
select is(pg_temp.find(1, 'chat-2', tests.secret(2)), 'PT404 SESSION_NOT_FOUND', 'of two, the other');
select is(pg_temp.find(1, 'chat-2', null), 'PT404 SESSION_NOT_FOUND', 'of two, without a secret');
select is(pg_temp.find(null, 'chat-9', tests.secret(1)), 'PT404 SESSION_NOT_FOUND', 'of none');
select is(pg_temp.find(1, null, ''), 'PT404 SESSION_NOT_FOUND', 'an empty secret is one');
select is(pg_temp.find(3, null, tests.secret(3)), 'PT404 SESSION_NOT_FOUND', 'expired');
select is(pg_temp.find(4, null, tests.secret(4)), 'PT404 SESSION_NOT_FOUND', 'in the trash');
select is(pg_temp.find(5, null, tests.secret(5)), 'PT404 SESSION_NOT_FOUND', 'claimed');
select is(pg_temp.find(null, 'chat-3', null), 'ok', 'a server reaches any');
select tests.act_as('owner');
select is(pg_temp.find(null, 'chat-5', null), 'ok', 'its user names it by its token');
select is(pg_temp.find(1, null, tests.secret(1)), 'PT400 INVALID_ARGUMENT', 'users pass no secret');

select * from finish();
rollback;
