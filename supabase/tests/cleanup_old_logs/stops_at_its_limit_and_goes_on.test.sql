begin;
\ir ../_shared/setup.psql
select plan(6);

insert into public.agent_logs (log_type, details, created_at)
select 'trace', '{"n": 1}', '1999-01-01' from generate_series(1, 4);
insert into public.performance_metrics (name, type, value, created_at)
select 'n', 'gauge', 1, '1999-01-01' from generate_series(1, 3);
select tests.act_as('service_role');
select is(
  public.cleanup_old_logs(3650, 5), row(5, 0, false)::public.logs_cleanup, 'five, and more is left'
);
select is(
  (select count(*) from public.agent_logs where details ? 'n')
  + (select count(*) from public.performance_metrics where name = 'n'), 2::bigint, 'two are left'
);
select is(
  public.cleanup_old_logs(3650, 5), row(2, 0, true)::public.logs_cleanup, 'the rest'
);
select is(
  tests.error_of(format('select public.cleanup_old_logs(1, %L)', c.rows)),
  'PT400 INVALID_ARGUMENT', coalesce(c.rows, 'null') || ' rows'
)
from (values ('0'), ('1000001'), (null)) as c (rows);

select * from finish();
rollback;
