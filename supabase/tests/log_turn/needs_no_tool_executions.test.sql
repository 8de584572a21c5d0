begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

-- As in a project that leaves 0130_tool_executions.sql out.
drop function private.add_tool_executions(uuid, uuid, jsonb);
select tests.start(1);
select tests.act_as('owner');
select is(
  tests.error_of(format('select public.log_turn(%L, %L, %L, %L)', tests.s(1), tests.m(1), 'q', 'a')),
  'ok', 'a turn without them'
);
select is(tests.counters_of(1), 'messages 2, tokens 0, cost 0, last 2', 'is written');

select * from finish();
rollback;
