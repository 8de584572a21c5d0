-- All connections share the room for locks: an insert of very many rows would fill it.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

create function tests.ids_locked()
returns bigint
language sql
security definer
as $$
  select count(*)
  from pg_locks
  where locktype = 'advisory' and pid = pg_backend_pid() and classid = 1953854052
$$;
select tests.start(1);
select tests.act_as('owner');
select tests.fill(1, 2);
select is(tests.ids_locked(), 2::bigint, 'a few rows lock their ids');
insert into public.conversation_messages (session_id, role, content)
select tests.s(1), 'user', 'a' from generate_series(1, 150);
select is(tests.ids_locked(), 100::bigint, 'of many the first do');
insert into public.conversation_messages (session_id, role, content)
values (tests.s(1), 'user', 'a');
select is(tests.ids_locked(), 100::bigint, 'those of a transaction together');
select is(tests.counters_of(1), 'messages 153, tokens 0, cost 0, last 153', 'all are counted');

select * from finish();
rollback;
