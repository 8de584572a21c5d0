begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(15);

select tests.visit(1), tests.visit(2, '0 s'), tests.visit(3), tests.start(4), tests.visit(5);
update public.conversation_sessions set deleted_at = now() where id = tests.s(3);
create function pg_temp.claim(p_n integer, p_secret text, p_token text default null)
returns text
language sql
as $$
  select tests.error_of(
    format('select public.claim_visitor_session(%L, %L, %L)', tests.s(p_n), p_token, p_secret)
  )
$$;
select tests.act_as('service_role');
select is(pg_temp.claim(1, tests.secret(1)), '42501', 'no server claims');
select tests.act_as('owner');
select is(pg_temp.claim(null, tests.secret(1)), 'PT400 INVALID_ARGUMENT', 'it is named');
select is(pg_temp.claim(1, null), 'PT400 INVALID_ARGUMENT', 'and opened');
select is(pg_temp.claim(1, tests.secret(2)), 'PT404 SESSION_NOT_FOUND', 'by its own secret');
select is(pg_temp.claim(1, tests.secret(1), 'chat-5'), 'PT404 SESSION_NOT_FOUND', 'not as two chats');
select is(pg_temp.claim(2, tests.secret(2)), 'PT404 SESSION_NOT_FOUND', 'not once it has expired');
select is(pg_temp.claim(3, tests.secret(3)), 'PT404 SESSION_NOT_FOUND', 'not in the trash');
select is(pg_temp.claim(4, tests.secret(4)), 'PT404 SESSION_NOT_FOUND', 'one that began otherwise');
select is(pg_temp.claim(1, tests.secret(1)), 'ok', 'once');
select is(pg_temp.claim(1, tests.secret(1)), 'ok', 'the same user again');
select is(pg_temp.claim(1, tests.secret(2)), 'PT404 SESSION_NOT_FOUND', 'with its secret');
select public.delete_session(tests.s(1));
select is(pg_temp.claim(1, tests.secret(1)), 'PT404 SESSION_NOT_FOUND', 'not out of the trash');
select tests.act_as('other');
select is(pg_temp.claim(1, tests.secret(1)), 'PT404 SESSION_NOT_FOUND', 'nobody else after that');
select tests.act_as('anonymous');
select is(pg_temp.claim(5, tests.secret(5)), 'ok', 'anonymous users claim too');
select set_config('request.jwt.claims', '{"role": "authenticated"}', true);
select is(pg_temp.claim(5, tests.secret(5)), 'PT401 UNAUTHENTICATED', 'nobody does not');

select * from finish();
rollback;
