begin;
\ir ../../_shared/setup.psql
\ir plan.psql
select plan(8);

insert into auth.users (id) select md5(n::text)::uuid from generate_series(1, 6000) as n;
insert into private.usage_tail (
  sign, created_at, user_id, provider, reported_by, is_error, cost_source, latency_ms
)
select 1, now(), u.id, 'acme', 'authenticated', false, 'unpriced', 100
from (
  select md5(n::text)::uuid from generate_series(1, 6000) as n
  union all
  select tests.id_of('owner')
) as u (id);
select public.merge_usage();
analyze private.usage_rollups;

-- But for those of the tail, which is read as a whole.
create function tests.blocks_read_by(p_actor text, p_view text)
returns bigint
language plpgsql
as $$
declare
  v_plan jsonb;
begin
  perform tests.act_as(p_actor);
  execute format('explain (analyze, buffers, timing off, format json) select * from public.%I', p_view)
  into v_plan;
  perform tests.act_as('postgres');
  v_plan := v_plan #> '{0,Plan}';
  return (v_plan ->> 'Shared Hit Blocks')::bigint + (v_plan ->> 'Shared Read Blocks')::bigint
    - pg_relation_size('private.usage_tail') / 8192;
end
$$;
-- What is read for the first time is looked up in the catalog, too.
do $$
begin
  perform tests.blocks_read_by(a.name, v.name)
  from unnest('{owner,analyst}'::text[]) as a (name)
  cross join unnest('{usage_daily,provider_usage_stats,response_time_stats}'::text[]) as v (name);
end
$$;

select cmp_ok(pg_relation_size('private.usage_rollups'), '>', 100 * 8192::bigint, 'there are many rows');
select cmp_ok(tests.blocks_read_by('owner', v.name), '<', 30::bigint, v.name || ' of a user reads few blocks')
from unnest(
  '{usage_daily,provider_usage_stats,daily_message_volume,response_time_stats,user_activity_summary}'::text[]
) as v (name);
select cmp_ok(
  tests.blocks_read_by('analyst', 'provider_usage_stats'), '<', 30::bigint,
  'so does what everybody did, of an analyst'
);
create table tests.plans (plan jsonb);
grant insert on tests.plans to analyst;
select tests.act_as('analyst');
insert into tests.plans (plan) select tests.plan_of('select * from public.provider_usage_stats');
select tests.act_as('postgres');
select is_empty(
  $$
    select n.node
    from tests.plans as p
    cross join tests.nodes_of(p.plan) as n
    where n.node ->> 'Relation Name' = 'usage_rollups' and n.node ->> 'Node Type' = 'Seq Scan'
  $$,
  'nor is an analyst''s query expected to read all users'
);

select * from finish();
rollback;
