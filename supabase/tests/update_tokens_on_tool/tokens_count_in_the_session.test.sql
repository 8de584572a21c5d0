begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(14);

select tests.start(1);
select tests.start(2);
create function pg_temp.tokens() returns text language sql as $$
  select tests.tokens_of(1) || ' ' || tests.tokens_of(2)
$$;
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(tests.msg(1, '{"tokens_used": 100}'), tests.msg(2)));
select is(tests.run(1, 1, '{"tokens_used": 5}'), 'ok', 'a run with tokens');
select is(pg_temp.tokens(), '105 0', 'insert: added to those of the messages');
insert into public.tool_executions (id, session_id, message_id, tool_name, tokens_used)
values
  (tests.t(2), tests.s(1), tests.m(1), 'a', 20), (tests.t(3), tests.s(2), null, 'a', 7),
  (tests.t(4), tests.s(1), tests.m(1), 'a', null), (tests.t(5), tests.s(1), tests.m(2), 'a', 2147483647),
  (tests.t(6), tests.s(1), tests.m(2), 'a', 2147483647);
select is(pg_temp.tokens(), '4294967419 7', 'several at once, beyond an integer');
update public.tool_executions set tokens_used = 3 where id in (tests.t(3), tests.t(4), tests.t(5));
select is(pg_temp.tokens(), '2147483778 3', 'update: the difference, in both');
update public.tool_executions set tokens_used = null where id = tests.t(6);
select is(pg_temp.tokens(), '131 3', 'to null');
update public.tool_executions set tokens_used = 1 - coalesce(tokens_used, 1)
where tokens_used is null or tokens_used = 1;
select is(pg_temp.tokens(), '131 3', 'from null to 0');
delete from public.tool_executions where id = tests.t(1);
select is(pg_temp.tokens(), '126 3', 'delete: taken away');
delete from public.conversation_messages where id = tests.m(1);
select is(pg_temp.tokens(), '3 3', 'with a deleted message: its own and those of its runs');
delete from public.tool_executions;
select is(pg_temp.tokens(), '0 0', 'all of both');

-- A run is no activity of the conversation.
select tests.act_as('postgres');
update public.conversation_sessions set last_activity_at = '2026-01-01', updated_at = '2026-01-01';
select tests.act_as('owner');
select tests.did(tests.run(1, 8, '{"tokens_used": 5}'));
select is(
  (
    select (last_activity_at = '2026-01-01') || ' ' || (updated_at > '2026-01-01')
    from public.conversation_sessions where id = tests.s(1)
  ), 'true true', 'the place in lists stays'
);
select is_empty(
  $$ select * from public.usage_daily where total_tokens not in (0, 100) $$, 'and usage is of messages'
);
select is(tests.counters_of(1), 'messages 1, tokens 5, cost 0, last 2', 'nothing else is counted');
savepoint before;
select tests.did(tests.run(1, 9, '{"tokens_used": 5}'));
select is(tests.tokens_of(1), 10::bigint, 'what is rolled back');
rollback to savepoint before;
select is(tests.tokens_of(1), 5::bigint, 'is not counted');

select * from finish();
rollback;
