begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content, provider, cost_usd, latency_ms)
values
  (tests.m(1), tests.s(1), 'assistant', 'a', 'acme', 0.1, 100),
  (tests.m(2), tests.s(1), 'assistant', 'a', 'acme', 0.2, 100),
  (tests.m(3), tests.s(2), 'assistant', 'a', 'acme', 0.4, 100);
create function pg_temp.stats()
returns text
language sql
as $$
  select concat_ws(' ', request_count, total_cost_usd, avg_latency_ms) from public.provider_usage_stats
$$;
select is(pg_temp.stats(), '3 0.7 100.00', 'three calls');
delete from public.conversation_messages where id = tests.m(1);
select is(pg_temp.stats(), '3 0.7 100.00', 'a message deleted');
delete from public.conversation_sessions where id = tests.s(1);
select is(pg_temp.stats(), '3 0.7 100.00', 'a session deleted');
select tests.act_as('postgres');
update public.conversation_sessions set deleted_at = now() where id = tests.s(2);
select tests.act_as('owner');
select is(pg_temp.stats(), '3 0.7 100.00', 'a session in the trash');
select tests.act_as('postgres');
delete from auth.users where id = tests.id_of('owner');
select tests.act_as('service_role');
select is(pg_temp.stats(), '3 0.7 100.00', 'and the user gone');

select * from finish();
rollback;
