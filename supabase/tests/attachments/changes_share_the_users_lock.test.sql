-- Without it a change and the delete of its session can wait for each other.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(4);

create function tests.advisory_locks()
returns text
language sql
security definer
as $$
  select coalesce(string_agg(mode, ' ' order by mode), 'none')
  from pg_locks
  where locktype = 'advisory' and pid = pg_backend_pid() and classid = 1953854049
$$;
select tests.start(1);
-- By postgres, who has no lock of a user; a lock would stay to the end of the transaction.
alter table public.attachments disable trigger user;
insert into public.attachments (session_id, user_id, storage_path, name, size_bytes, mime_type, sha256)
values (
  tests.s(1), tests.id_of('owner'), tests.id_of('owner') || '/' || repeat('a', 64), 'a', 1, 'text/plain',
  repeat('a', 64)
);
alter table public.attachments enable trigger user;

select tests.act_as('owner');
savepoint before;
select is(tests.advisory_locks(), 'none', 'none is taken yet');
update public.attachments set message_id = null;
select is(tests.advisory_locks(), 'ShareLock', 'a change shares it');
rollback to savepoint before;
select is(tests.advisory_locks(), 'none', 'and with it, it goes');
delete from public.attachments;
select is(tests.advisory_locks(), 'ShareLock', 'a delete too');

select * from finish();
rollback;
