-- Without it a delete and a write of one user can wait for each other. The delete of the messages
-- takes the lock too, but only once the session is gone.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

create function tests.advisory_locks()
returns text
language sql
security definer
as $$
  select coalesce(string_agg(mode, ' ' order by mode), 'none')
  from pg_locks
  where locktype = 'advisory' and pid = pg_backend_pid() and classid = 1953854049
$$;
create temp table held (locks text);
create function tests.keep_locks()
returns trigger
language plpgsql
security definer
as $$
begin
  insert into held select tests.advisory_locks();
  return old;
end
$$;
create trigger keep_locks before delete on public.conversation_sessions
  for each row execute function tests.keep_locks();
select tests.start(1);
select is(tests.advisory_locks(), 'none', 'nothing at first');
select tests.act_as('owner');
delete from public.conversation_sessions where id = tests.s(1);
select tests.act_as('postgres');
select is((select locks from held), 'ExclusiveLock', 'taken alone when the first row is reached');

select * from finish();
rollback;
