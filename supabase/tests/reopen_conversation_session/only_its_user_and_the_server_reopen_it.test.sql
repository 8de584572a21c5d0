begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1, 'other');
select tests.start(2);
select tests.start(3);
select public.complete_conversation_session(id)
from unnest(array[tests.s(1), tests.s(2), tests.s(3)]) as id;
update public.conversation_sessions set deleted_at = now() where id = tests.s(2);
select tests.act_as('owner');
create function pg_temp.reopened(p_id uuid)
returns text
language sql
as $$ select tests.error_of(format('select public.reopen_conversation_session(%L)', p_id)) $$;
select is(pg_temp.reopened(tests.s(1)), 'PT404 SESSION_NOT_FOUND', 'another user''s session');
select is(pg_temp.reopened(tests.s(2)), 'PT404 SESSION_NOT_FOUND', 'a session in the trash');
select is(pg_temp.reopened(tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND', 'an unknown id');
select tests.act_as('service_role');
select is(pg_temp.reopened(tests.s(1)), 'ok', 'service_role reopens any');
select is(pg_temp.reopened(tests.s(2)), 'ok', 'in the trash too');

select * from finish();
rollback;
