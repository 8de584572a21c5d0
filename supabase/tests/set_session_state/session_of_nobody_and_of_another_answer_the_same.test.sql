begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.start(2, 'other');
update public.conversation_sessions set deleted_at = now() where id = tests.s(1);
select tests.act_as('owner');
create function pg_temp.moved(p_id uuid)
returns text
language sql
as $$ select tests.error_of(format('select public.set_session_state(%L, %L)', p_id, 'planning')) $$;
select is(pg_temp.moved(tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND', 'an unknown id');
select is(pg_temp.moved(tests.s(2)), 'PT404 SESSION_NOT_FOUND', 'another user''s session');
select is(pg_temp.moved(tests.s(1)), 'PT404 SESSION_NOT_FOUND', 'a session in the trash');
select is(pg_temp.moved(null), 'PT404 SESSION_NOT_FOUND', 'no id');
select tests.act_as('postgres');
select is(
  (select array_agg(distinct state) from public.conversation_sessions
  where id in (tests.s(1), tests.s(2))),
  array['initial']::public.session_state[], 'neither moved'
);

select * from finish();
rollback;
