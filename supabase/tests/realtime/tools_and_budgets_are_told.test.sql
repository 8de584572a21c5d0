begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
\ir ../_fixtures/realtime.psql
select plan(6);

create function pg_temp.tools(p_event text, p_ids text, p_count integer default 1)
returns text[]
language sql
as $$
  select
    array[
      format(
        'session:s1 tool_execution.%s {session_id: s1, tool_execution_ids: [%s], '
        'tool_execution_count: %s}',
        p_event, p_ids, p_count
      )
    ]
$$;
select tests.told();
select tests.act_as('owner');
insert into public.tool_executions (id, session_id, tool_name)
values (tests.m(1), tests.s(1), 'weather'), (tests.m(2), tests.s(1), 'weather');
select is(tests.told(), pg_temp.tools('inserted', 'm1, m2', 2), 'two runs of one statement');
update public.tool_executions set status = 'running' where id = tests.m(1);
select is(tests.told(), pg_temp.tools('updated', 'm1'), 'a status');
delete from public.tool_executions where id = tests.m(1);
select is(tests.told(), pg_temp.tools('deleted', 'm1'), 'a deleted one');

select tests.act_as('postgres');
select tests.set_budget('owner', 0.5, 0.5);
select tests.set_budget('brand', 0.5);
select tests.told();
select tests.act_as('owner');
select tests.did(tests.spend(1, 5, 1));
select ok(
  tests.told() @> array['user:owner budget.alert {budget_ids: [?], alert_count: 2}'],
  'two limits of one budget are one event'
);
select tests.act_as('postgres');
insert into public.budget_alerts (budget_id, period_start, limit_kind, limit_usd, spent_usd)
select b.id, '2026-01-01', 'soft', 0.5, 1 from public.budgets as b where b.brand_id is not null;
select is(tests.told(), null, 'a brand has no topic');

delete from public.conversation_sessions where id = tests.s(1);
select is(
  tests.told(),
  array[tests.sessions('session:s1', 'deleted'), tests.sessions('user:owner', 'deleted')],
  'what goes with its session is not told beside it'
);

select * from finish();
rollback;
