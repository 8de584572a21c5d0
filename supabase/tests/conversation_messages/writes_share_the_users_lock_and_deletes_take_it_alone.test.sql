-- Without it a delete and a write of one user can wait for each other.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

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
select tests.act_as('owner');
select is(tests.advisory_locks(), 'none', 'nothing at first');
insert into public.conversation_messages (session_id, role, content)
values (tests.s(1), 'user', 'a');
select is(tests.advisory_locks(), 'ShareLock', 'a write shares it');
delete from public.conversation_messages where session_id = tests.s(1);
select is(tests.advisory_locks(), 'ExclusiveLock ShareLock', 'a delete takes it alone');

select * from finish();
rollback;
