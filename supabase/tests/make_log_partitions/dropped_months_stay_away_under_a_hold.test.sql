begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

-- Seven months back; a hold keeps one row of the first and of the third month.
select tests.start(1), tests.start(2);
select public.set_legal_hold('court', p_session_id => tests.s(1));
create temporary table months as
select (date_trunc('month', now() at time zone 'utc') - make_interval(months => k)) as month, k
from generate_series(2, 7) as k;
select private.make_log_partition('agent_logs', m.month::date) from months as m where m.k = 7;
grant select on months to service_role;
select tests.act_as('service_role');
select is(public.make_log_partitions(), 5, 'the months after the first');
insert into public.agent_logs (session_id, log_type, created_at)
select tests.s(s.n), 'trace', m.month at time zone 'utc'
from months as m
cross join generate_series(1, 2) as s (n)
where s.n = 2 or m.k in (5, 7);
-- All that is older than the first day of last month.
create function pg_temp.clean_up()
returns integer
language sql
as $$
  select c.partitions_dropped
  from public.cleanup_old_logs(
    floor(
      extract(epoch from now() at time zone 'utc' - (
        date_trunc('month', now() at time zone 'utc') - interval '1 month'
      ) - interval '2 hours') / 86400
    )::integer
  ) as c
$$;
create function pg_temp.months_left()
returns text
language sql
as $$
  select string_agg(m.k::text, ' ' order by m.k desc)
  from months as m
  join private.log_partitions() as l on l.parent = 'agent_logs' and l.starts_at = m.month at time zone 'utc'
$$;
select is(pg_temp.clean_up(), 4, 'months without a held row are dropped');
select is(public.make_log_partitions(), 0, 'and are not missed');
select tests.act_as('postgres');
select is(pg_temp.months_left(), '7 5', 'the held rows stay in their months');
-- A row that comes late, before what is held, does not bring them back either.
insert into public.agent_logs (session_id, log_type, created_at)
select tests.s(2), 'trace', m.month at time zone 'utc' from months as m where m.k = 6;
select is(public.make_log_partitions(), 0, 'a late row waits in the default partition');
select is(
  (select d.detail from public.store_doctor() as d where d."check" = 'log_partitions' and not d.ok), null,
  'store_doctor misses none'
);
select public.release_legal_hold(h.id, 'over') from public.legal_holds as h;
select pg_temp.clean_up();
select is(public.make_log_partitions(), 0, 'nor are they missed once the hold is over');

select * from finish();
rollback;
