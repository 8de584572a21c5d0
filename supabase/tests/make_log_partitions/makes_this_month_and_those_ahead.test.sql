begin;
\ir ../_shared/setup.psql
select plan(7);

select tests.act_as('service_role');
select is(public.make_log_partitions(), 0, 'three months ahead are there from the start');
select is(public.make_log_partitions(5), 4, 'two more of both tables');
select is(public.make_log_partitions(5), 0, 'once');
select is(public.make_log_partitions(0), 0, 'fewer take none away');
select tests.act_as('postgres');
select set_eq(
  $$ select l.partition::text from private.log_partitions() as l where l.parent = 'agent_logs' $$,
  $$
    select 'private.agent_logs_default'
    union all
    select
      'private.agent_logs_'
      || to_char((now() at time zone 'utc') + make_interval(months => k), 'YYYY_MM')
    from generate_series(-1, 5) as k
  $$,
  'named by their months'
);
select is(
  (
    select count(*)
    from private.log_partitions() as l
    cross join generate_series(-1, 5) as k
    where l.parent = 'performance_metrics'
      and l.starts_at = (
        date_trunc('month', now() at time zone 'utc') + make_interval(months => k)
      ) at time zone 'utc'
      and l.ends_at = (
        date_trunc('month', now() at time zone 'utc') + make_interval(months => k + 1)
      ) at time zone 'utc'
  ),
  7::bigint, 'from the first of a month to the first of the next, UTC'
);
select is_empty(
  $$
    select l.partition, i.indexrelid::regclass
    from private.log_partitions() as l
    cross join lateral (
      select x.indexrelid from pg_index as x where x.indrelid = format('public.%I', l.parent)::regclass
    ) as i
    where not exists (
      select 1
      from pg_inherits as h
      join pg_index as own on own.indexrelid = h.inhrelid
      where h.inhparent = i.indexrelid and own.indrelid = l.partition and own.indisvalid
    )
  $$,
  'each with every index of its table'
);

select * from finish();
rollback;
