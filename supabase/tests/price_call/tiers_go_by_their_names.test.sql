begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(15);

select tests.price('m');
select tests.price('m', '{"service_tier": "batch", "input_usd_per_mtok": 1, "output_usd_per_mtok": 5}');
select tests.price('m', '{"service_tier": "priority", "input_usd_per_mtok": 4}');
select tests.price('m', '{"service_tier": "flex", "input_usd_per_mtok": 1.5}');
select tests.price('standard-only');
create function pg_temp.tier(p_tier text, p_model text default 'm')
returns text
language sql
as $$
  select tests.bill(
    p_model, jsonb_build_object('input_tokens', 1000000, 'output_tokens', 0, 'service_tier', p_tier)
  )
$$;
select is(pg_temp.tier(null), '2', 'none: standard');
select is(pg_temp.tier(''), '2', 'an empty one: standard');
select is(pg_temp.tier('standard'), '2', 'standard');
select is(pg_temp.tier('default'), '2', 'default: standard');
select is(pg_temp.tier('auto'), '2', 'auto: standard');
select is(pg_temp.tier('on_demand'), '2', 'on_demand: standard');
select is(pg_temp.tier('priority'), '4', 'priority');
select is(pg_temp.tier('fast'), '4', 'fast: priority');
select is(pg_temp.tier('flex'), '1.5', 'flex');
select is(pg_temp.tier('batch'), '1', 'batch');
select is(pg_temp.tier('Batch'), '1', 'whatever its case');
select is(
  tests.bill('m', '{"input_tokens": 1000, "output_tokens": 100, "service_tier": "batch"}'), '0.0015',
  'half of 0.003'
);
select is(pg_temp.tier('scale'), 'unpriced', 'a tier that the book does not know has no price');
select is(pg_temp.tier('batch', 'standard-only'), 'unpriced', 'nor has one that this model lacks');
select is(pg_temp.tier('standard', 'standard-only'), '2', 'which has a standard price');

select * from finish();
rollback;
