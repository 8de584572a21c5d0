begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
create temporary table months as
select
  date_trunc('month', now() at time zone 'utc') + make_interval(months => k) as month, k
from generate_series(4, 6) as k;
grant select on months to service_role;
select tests.act_as('service_role');
insert into public.agent_logs (session_id, log_type, details, created_at)
select tests.s(1), 'trace', jsonb_build_object('k', m.k), m.month at time zone 'utc' + d.after
from months as m
cross join (values (interval '0'), (interval '27 days 23:59:59.999999')) as d (after);
insert into public.performance_metrics (name, type, value, created_at)
select 'waits', 'gauge', m.k, m.month at time zone 'utc'
from months as m;
create function pg_temp.places()
returns text
language sql
as $$
  select string_agg(p.place, ' ' order by p.place)
  from (
    select
      (l.details ->> 'k') || case when l.tableoid::regclass::text like '%default' then 'd' else 'm' end
        as place
    from public.agent_logs as l
    where l.details ? 'k'
    union all
    select
      'v' || m.value || case when m.tableoid::regclass::text like '%default' then 'd' else 'm' end
    from public.performance_metrics as m
    where m.name = 'waits'
  ) as p
$$;
select is(pg_temp.places(), '4d 4d 5d 5d 6d 6d v4d v5d v6d', 'all wait');
select is(public.make_log_partitions(5), 4, 'two months of both tables are made');
select is(pg_temp.places(), '4m 4m 5m 5m 6d 6d v4m v5m v6d', 'their rows are in them, and no other');
select is(
  (select count(distinct id) from public.agent_logs where details ? 'k'), 6::bigint,
  'none is lost and none doubled'
);
select is(
  tests.error_of(format(
    'insert into public.agent_logs (session_id, log_type, created_at)
     select %L, %L, m.month at time zone %L from months as m where m.k = 4',
    tests.id_of('nothing'), 'trace', 'utc'
  )), '23503', 'what is new there still needs its session'
);
select is(
  tests.error_of(
    $$ insert into public.agent_logs (log_type, details, created_at)
       select 'trace', '[]', m.month at time zone 'utc' from months as m where m.k = 4 $$
  ), '23514', 'and the shape of its details'
);
select tests.act_as('postgres');
delete from public.conversation_sessions where id = tests.s(1);
select is(pg_temp.places(), 'v4m v5m v6d', 'what was moved goes with its session');
select is(public.make_log_partitions(5), 0, 'nothing is left to make');

select * from finish();
rollback;
