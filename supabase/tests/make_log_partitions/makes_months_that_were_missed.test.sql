begin;
\ir ../_shared/setup.psql
select plan(4);

-- As if nobody had called it for a while: a month of logs stands alone, and a row waits after it.
create temporary table missed as
select date_trunc('month', now() at time zone 'utc') - make_interval(months => 4) as month;
select private.make_log_partition('agent_logs', m.month::date) from missed as m;
insert into public.agent_logs (log_type, details, created_at)
select 'trace', jsonb_build_object('n', r.n), r.at at time zone 'utc'
from missed as m
cross join lateral (
  values (1, m.month + interval '1 month 1 day'), (2, m.month - interval '1 day')
) as r (n, at);
select tests.act_as('service_role');
select is(public.make_log_partitions(), 2, 'the two months between it and those of the first day');
select tests.act_as('postgres');
select is(
  (
    select l.tableoid::regclass::text
    from public.agent_logs as l
    where l.details ->> 'n' = '1'
  ),
  (
    select 'private.agent_logs_' || to_char(m.month + interval '1 month', 'YYYY_MM') from missed as m
  ),
  'what waited is in its month'
);
select is(
  (select l.tableoid::regclass::text from public.agent_logs as l where l.details ->> 'n' = '2'),
  'private.agent_logs_default', 'what is older than the first month stays in the default partition'
);
select is(public.make_log_partitions(), 0, 'once');

select * from finish();
rollback;
