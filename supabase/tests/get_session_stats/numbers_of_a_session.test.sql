begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
insert into public.conversation_messages (session_id, role, content, tokens_used, cost_usd, latency_ms)
values
  (tests.s(1), 'user', 'a', 1, null, null), (tests.s(1), 'assistant', 'b', 10, 0.1, 100),
  (tests.s(1), 'user', 'c', null, null, null), (tests.s(1), 'assistant', 'd', 20, 0.25, 201),
  (tests.s(1), 'tool', 'e', null, null, 0), (tests.s(1), 'system', 'f', null, null, null);
create function pg_temp.stats(p_n integer)
returns text
language sql
as $$
  select concat_ws(
    ' ', s.session_id = tests.s(p_n), s.message_count, s.conversation_count, s.avg_latency_ms,
    s.total_tokens, s.total_cost_usd
  )
  from public.get_session_stats(tests.s(p_n)) as s
$$;
select is(pg_temp.stats(1), 't 6 2 100.33 31 0.35', 'messages, turns, mean latency, tokens, cost');
select is(
  (
    select s.started_at = c.created_at and s.last_activity_at = c.last_activity_at
    from public.get_session_stats(tests.s(1)) as s
    join public.conversation_sessions as c on c.id = s.session_id
  ), true, 'and times'
);
select is(pg_temp.stats(2), 't 0 0 0 0', 'an empty session has no latency');
delete from public.conversation_messages where content in ('c', 'd');
select is(pg_temp.stats(1), 't 4 1 50.00 11 0.10', 'what is deleted no longer counts here');

select * from finish();
rollback;
