begin;
\ir ../_shared/setup.psql
select plan(5);

-- Names of the partitions that a query would read, default ones included.
create function tests.partitions_read(p_actor text, p_sql text)
returns text
language plpgsql
as $$
declare
  v_plan json;
begin
  perform tests.act_as(p_actor);
  execute 'explain (format json) ' || p_sql into v_plan;
  perform tests.act_as('postgres');
  return coalesce(
    (
      select string_agg(distinct m.name[1], ' ' order by m.name[1])
      from regexp_matches(
        v_plan::text, '"Relation Name": "(?:agent_logs|performance_metrics)_(\w+)"', 'g'
      ) as m (name)
    ),
    'none'
  );
end
$$;
select private.make_log_partition(t.name, m.month)
from (values ('agent_logs'), ('performance_metrics')) as t (name)
cross join (values ('2031-05-01'::date), ('2031-06-01'), ('2031-07-01')) as m (month);

select is(
  tests.partitions_read(
    'analyst',
    $$ select * from public.performance_metrics
       where created_at >= '2031-05-10 00:00+00' and created_at < '2031-05-17 00:00+00' $$
  ), '2031_05', 'a week within a month reads that month'
);
select is(
  tests.partitions_read(
    'analyst',
    $$ select * from public.performance_metrics
       where created_at >= '2031-05-28 00:00+00' and created_at < '2031-06-04 00:00+00' $$
  ), '2031_05 2031_06', 'a week over a border reads two'
);
select matches(
  tests.partitions_read(
    'analyst',
    $$ select * from public.performance_metrics
       where created_at >= now() - interval '7 days' and created_at < now() $$
  ), '^[0-9]{4}_[0-9]{2}( [0-9]{4}_[0-9]{2})?$', 'the last seven days read one or two'
);
select is(
  tests.partitions_read(
    'analyst',
    $$ select * from public.performance_metrics where created_at between '2031-06-30' and '2031-07-30' $$
  ), '2031_06 2031_07', 'a month over a border too'
);
select is(
  tests.partitions_read(
    'analyst',
    $$ select * from public.performance_metrics
       where created_at >= '1999-05-10 00:00+00' and created_at < '1999-05-17 00:00+00' $$
  ), 'default', 'only what has no month of its own lies in the default one'
);

select * from finish();
rollback;
