begin;
\ir ../_shared/setup.psql
select plan(8);

-- The cutoff lies within the month before last; an old month stands before it.
create temporary table cutoff as
select
  now() - make_interval(days => 45) as at,
  date_trunc('month', (now() - make_interval(days => 45)) at time zone 'utc') as month;
select private.make_log_partition(t.name, (c.month + make_interval(months => k))::date)
from (values ('agent_logs'), ('performance_metrics')) as t (name), cutoff as c,
  generate_series(-2, 0) as k;
insert into public.agent_logs (log_type, details, created_at)
select 'trace', jsonb_build_object('n', r.n), r.at
from cutoff as c
cross join lateral (
  values
    ('dropped', (c.month - interval '1 month') at time zone 'utc'),
    ('dropped too', (c.month - interval '1 second') at time zone 'utc'),
    ('ancient', '1999-01-01'), ('just too old', c.at - interval '1 microsecond'),
    ('at the cutoff', c.at), ('new', now())
) as r (n, at);
insert into public.performance_metrics (name, type, value, created_at)
select l.details ->> 'n', 'gauge', 1, l.created_at
from public.agent_logs as l
where l.details ? 'n';
create function pg_temp.left_over()
returns text
language sql
as $$
  select string_agg(r.n, ', ' order by r.n)
  from (
    select l.details ->> 'n' from public.agent_logs as l where l.details ? 'n'
    union all
    select m.name from public.performance_metrics as m
  ) as r (n)
$$;
delete from public.performance_metrics as m
where not exists (select 1 from public.agent_logs as l where l.details ->> 'n' = m.name);
select is(
  pg_temp.left_over(),
  'ancient, ancient, at the cutoff, at the cutoff, dropped, dropped, dropped too, dropped too, '
  'just too old, just too old, new, new', 'before'
);
select tests.act_as('service_role');
select is(
  public.cleanup_old_logs(45), row(4, 4, true)::public.logs_cleanup,
  'four months dropped; of each table the ancient row and the one just too old'
);
select is(
  pg_temp.left_over(), 'at the cutoff, at the cutoff, new, new', 'what is not older is left'
);
select tests.act_as('postgres');
select is_empty(
  $$ select l.partition from private.log_partitions() as l, cutoff as c where l.ends_at <= c.at $$,
  'no older month is left'
);
select is(
  (
    select count(*)
    from private.log_partitions() as l, cutoff as c
    where l.starts_at = c.month at time zone 'utc' or l.ends_at is null
  ),
  4::bigint, 'the month of the cutoff and the default ones are'
);
select tests.act_as('service_role');
select is(
  public.cleanup_old_logs(45), row(0, 0, true)::public.logs_cleanup, 'a second time does nothing'
);
select is(
  tests.error_of(
    $$ insert into public.agent_logs (log_type, created_at) values ('trace', now() - interval '99 days') $$
  ), 'ok', 'a row that comes too late finds a place'
);
select is(
  (public.cleanup_old_logs(45)).rows_deleted, 1::bigint, 'and goes the next time'
);

select * from finish();
rollback;
