begin;
\ir ../../_shared/setup.psql
\ir plan.psql
select plan(8);

insert into private.usage_rollups (
  scope, day, user_id, provider, model, reported_by, requests, errors, user_messages,
  assistant_messages, system_messages, tool_messages, unpriced_requests, unpriced_tokens, input_tokens,
  output_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens,
  total_tokens, cost_usd, price_book_cost_usd, latency_ms_sum, latency_count, latency_histogram,
  first_used_at, last_used_at
)
select
  u.scope::private.usage_scope, (now() at time zone 'utc')::date, u.user_id, 'acme', 'large',
  'authenticated', 1, 0, 1, 1, 0, 0, 0, 0, 10, 10, 0, 0, 0, 0, 20, 0.1, 0, 100, 1, '{}', now(), now()
from (
  select 'user', md5(n::text)::uuid from generate_series(1, 6000) as n
  union all
  select 'user', tests.id_of('owner')
  union all
  select 'all', null
) as u (scope, user_id);
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
