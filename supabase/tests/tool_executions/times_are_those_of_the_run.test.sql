begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(12);

select tests.start(1);
select tests.act_as('owner');
-- Which times are known, whether they rise, and the milliseconds.
create function pg_temp.times(p_n integer)
returns text
language sql
as $$
  select concat_ws(
    ' ', case when t.started_at is not null then 'started' end,
    case when t.completed_at is not null then 'completed' end,
    case when t.completed_at < t.started_at then 'backwards' end,
    coalesce(t.execution_time_ms::text, 'unknown')
  )
  from public.tool_executions as t
  where t.id = tests.t(p_n)
$$;
select tests.did(tests.run(1, 1));
select is(pg_temp.times(1), 'unknown', 'pending: no time');
select tests.did(tests.set_run(1, $$ status = 'running' $$));
select is(pg_temp.times(1), 'started unknown', 'running: it has begun');
create temporary table begun as select started_at from public.tool_executions where id = tests.t(1);
select pg_sleep(0.03);
select tests.did(tests.set_run(1, $$ status = 'running', output = '[]' $$));
select is(
  (select started_at from public.tool_executions where id = tests.t(1)), (select started_at from begun),
  'it begins once'
);
select tests.did(tests.set_run(1, $$ status = 'completed' $$));
select matches(pg_temp.times(1), '^started completed (3|[4-9]|\d)\d+$', 'ended: the time between');
select is(
  (
    select t.execution_time_ms
    from public.tool_executions as t
    where t.id = tests.t(1)
      and t.execution_time_ms
        = round(extract(epoch from t.completed_at - (select b.started_at from begun as b)) * 1000)
  ) >= 30, true, 'in milliseconds, rounded'
);
select tests.did(tests.run(1, 2, '{"status": "running"}'));
select tests.did(tests.set_run(2, $$ status = 'failed', execution_time_ms = 0 $$));
select is(pg_temp.times(2), 'started completed 0', 'a time that is given stays, with the start as seen');
select tests.did(tests.run(1, 3, '{"status": "completed", "execution_time_ms": 1500}'));
select is(pg_temp.times(3), 'started completed 1500', 'logged afterwards, with its time');
select is(
  (select completed_at - started_at from public.tool_executions where id = tests.t(3)),
  interval '1.5 seconds', 'it began so much earlier'
);
select tests.did(tests.run(1, 4, '{"status": "cancelled"}'));
select is(pg_temp.times(4), 'completed unknown', 'without its time, only the end is known');
select tests.did(tests.set_run(4, 'execution_time_ms = 20'));
select is(pg_temp.times(4), 'started completed 20', 'until it is told');
select is(
  tests.set_run(1, 'started_at = now()') || ' ' || tests.set_run(1, 'completed_at = now()'),
  '42501 42501', 'nobody writes the times'
);

-- As after a clock that was set, and after a very long run.
select tests.act_as('postgres');
select tests.did(tests.run(1, 5, '{"status": "running"}'));
select tests.did(tests.run(1, 6, '{"status": "running"}'));
update public.tool_executions as t
set started_at = now() + case t.id when tests.t(5) then interval '1 hour' else interval '-1 year' end
where t.id in (tests.t(5), tests.t(6));
select tests.did(tests.set_run(5, $$ status = 'completed' $$)), tests.did(tests.set_run(6, $$ status = 'completed' $$));
select is(
  array(
    select t.execution_time_ms
    from public.tool_executions as t
    where t.id in (tests.t(5), tests.t(6))
    order by t.id
  ),
  array[0, 2147483647], 'a time is never negative, and ends where an integer does'
);

select * from finish();
rollback;
