begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content, tokens_used, cost_usd)
values
  (tests.m(1), tests.s(1), 'assistant', 'a', 10, 0.1),
  (tests.m(2), tests.s(1), 'assistant', 'b', 20, 0.2);
create function pg_temp.usage()
returns text
language sql
as $$
  select concat_ws(' ', sum(u.assistant_messages), sum(u.total_tokens), sum(u.cost_usd))
  from public.usage_daily as u
$$;
select is(tests.counters_of(1), 'messages 2, tokens 30, cost 0.3, last 2', 'two messages');
select is(pg_temp.usage(), '2 30 0.3', 'counted in both');
delete from public.conversation_messages where id = tests.m(2);
select is(tests.counters_of(1), 'messages 1, tokens 10, cost 0.1, last 2', 'the session has one left');
select is(pg_temp.usage(), '2 30 0.3', 'what was spent stays spent');
delete from public.conversation_sessions where id = tests.s(1);
select is_empty('select 1 from public.conversation_sessions', 'without the session');
select is(pg_temp.usage(), '2 30 0.3', 'it stays too');

select * from finish();
rollback;
