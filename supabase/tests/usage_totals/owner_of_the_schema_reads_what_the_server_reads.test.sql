begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.work();
create function pg_temp.totals()
returns text
language sql
as $$
  select concat_ws(' ', count(*), sum(t.requests), sum(t.cost_usd), sum(t.latency_ms_sum))
  from public.usage_totals as t
$$;
create function pg_temp.by_provider()
returns text
language sql
as $$
  select concat_ws(' ', count(*), sum(p.request_count), sum(p.total_cost_usd))
  from public.provider_usage_stats as p
$$;
select tests.act_as('service_role');
create temporary table fixture as
select pg_temp.totals() as totals, pg_temp.by_provider() as by_provider;
grant select on fixture to public;
select tests.act_as('postgres');
select is(pg_temp.totals(), (select f.totals from fixture as f), 'usage_totals, in the SQL editor');
select is(
  pg_temp.by_provider(), (select f.by_provider from fixture as f), 'provider_usage_stats'
);
select public.merge_usage();
select is(pg_temp.totals(), (select f.totals from fixture as f), 'usage_totals after a merge');
select is(
  pg_temp.by_provider(), (select f.by_provider from fixture as f),
  'provider_usage_stats after a merge'
);

select * from finish();
rollback;
