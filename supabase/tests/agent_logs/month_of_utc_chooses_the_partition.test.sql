begin;
\ir ../_shared/setup.psql
select plan(8);

set local timezone = 'Pacific/Auckland';
select tests.act_as('postgres');
select private.make_log_partition(t.name, '2031-05-01')
from (values ('agent_logs'), ('performance_metrics')) as t (name);
select tests.act_as('service_role');
create temporary table borders (at timestamptz, place text);
insert into borders (at, place)
values
  ('2031-04-30 23:59:59.999999+00', 'default'), ('2031-05-01 00:00:00+00', '2031_05'),
  ('2031-05-31 23:59:59.999999+00', '2031_05'), ('2031-06-01 00:00:00+00', 'default');
insert into public.agent_logs (log_type, created_at) select 'trace', b.at from borders as b;
insert into public.performance_metrics (name, type, value, created_at)
select 'n', 'gauge', 1, b.at from borders as b;
select is(l.tableoid::regclass::text, 'private.agent_logs_' || b.place, 'a log at ' || b.at)
from borders as b
join public.agent_logs as l on l.created_at = b.at;
select is(
  m.tableoid::regclass::text, 'private.performance_metrics_' || b.place, 'a metric at ' || b.at
)
from borders as b
join public.performance_metrics as m on m.created_at = b.at;

select * from finish();
rollback;
