-- Without it a change and the delete of its session can wait for each other.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(5);

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
alter table public.tool_executions disable trigger user;
insert into public.tool_executions (id, session_id, user_id, tool_name)
values (tests.t(1), tests.s(1), tests.id_of('owner'), 'a');
alter table public.tool_executions enable trigger user;

select tests.act_as('service_role');
select tests.did(tests.set_run(1, 'tokens_used = 1'));
select is(tests.advisory_locks(), 'none', 'a change of the server takes none');
select tests.act_as('owner');
savepoint before;
select tests.did(tests.set_run(1, 'tokens_used = 2'));
select is(tests.advisory_locks(), 'ShareLock', 'a change shares it');
rollback to savepoint before;
select is(tests.advisory_locks(), 'none', 'and with it, it goes');
delete from public.tool_executions where id = tests.t(1);
select is(tests.advisory_locks(), 'ShareLock', 'a delete too');
rollback to savepoint before;
select tests.did(tests.run(1, 2));
select is(tests.advisory_locks(), 'ShareLock', 'and an insert');

select * from finish();
rollback;
