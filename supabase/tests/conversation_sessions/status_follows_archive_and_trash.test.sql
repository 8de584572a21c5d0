begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
create function pg_temp.status_with(p_archived text, p_deleted text)
returns text
language sql
as $$
  update public.conversation_sessions
  set archived_at = p_archived::timestamptz, deleted_at = p_deleted::timestamptz
  where id = tests.s(1)
  returning status
$$;
select is(pg_temp.status_with(null, null), 'active', 'neither');
select is(pg_temp.status_with('now', null), 'archived', 'archived');
select is(pg_temp.status_with(null, 'now'), 'deleted', 'deleted');
select is(pg_temp.status_with('now', 'now'), 'deleted', 'both: deleted');

select * from finish();
rollback;
