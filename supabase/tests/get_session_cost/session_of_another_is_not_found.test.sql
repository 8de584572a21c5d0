begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1, 'other');
select tests.start(2);
update public.conversation_sessions set deleted_at = now() where id = tests.s(2);
select tests.act_as('owner');
create function pg_temp.cost(p_id uuid)
returns text
language sql
as $$ select tests.error_of(format('select public.get_session_cost(%L)', p_id)) $$;
select is(pg_temp.cost(tests.s(1)), 'PT404 SESSION_NOT_FOUND', 'another user''s session');
select is(pg_temp.cost(tests.s(2)), 'PT404 SESSION_NOT_FOUND', 'a session in the trash');
select is(pg_temp.cost(tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND', 'an unknown id');
select is(pg_temp.cost(null), 'PT404 SESSION_NOT_FOUND', 'no id');

select * from finish();
rollback;
