begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(33);

select tests.act_as('service_role');
create function pg_temp.record(p_argument text, p_value text, p_more text default '')
returns text
language sql
as $$
  select tests.error_of(format(
    'select public.record_usage(%L, %s %I => %L)', gen_random_uuid(), p_more, p_argument, p_value
  ))
$$;
select is(
  pg_temp.record(a.name, '-1', $$p_provider => 'acme',$$), 'PT400 INVALID_ARGUMENT', a.name || ' -1'
)
from unnest(array[
  'p_tokens_used', 'p_input_tokens', 'p_output_tokens', 'p_cached_input_tokens',
  'p_cache_write_tokens', 'p_cache_write_1h_tokens', 'p_reasoning_tokens', 'p_latency_ms'
]) as a (name);
select is(
  pg_temp.record(a.name, '0', $$p_provider => 'acme',$$), 'ok', a.name || ' 0'
)
from unnest(array[
  'p_tokens_used', 'p_input_tokens', 'p_output_tokens', 'p_cached_input_tokens',
  'p_cache_write_tokens', 'p_cache_write_1h_tokens', 'p_reasoning_tokens', 'p_latency_ms'
]) as a (name);
select is(pg_temp.record('p_cost_usd', c.cost), c.expected, 'a cost of ' || c.cost)
from (
  values
    ('NaN', 'PT400 INVALID_ARGUMENT'), ('Infinity', 'PT400 INVALID_ARGUMENT'),
    ('-0.01', 'PT400 INVALID_ARGUMENT'), ('1000000000', 'PT400 INVALID_ARGUMENT'),
    ('0.000000000000000000001', 'ok'), ('0.00000000000000000001', 'ok'),
    ('0', 'ok')
) as c (cost, expected);
select is(
  pg_temp.record('p_provider', repeat('x', 1025)), 'PT400 INVALID_ARGUMENT', 'a long provider'
);
select is(
  pg_temp.record('p_model_used', repeat('x', 1025)), 'PT400 INVALID_ARGUMENT', 'a long model'
);
select is(
  pg_temp.record('p_service_tier', repeat('x', 1025), $$p_provider => 'acme',$$), 'PT400 INVALID_ARGUMENT',
  'a long tier'
);
select is(
  tests.error_of($$ select public.record_usage(null, p_provider => 'acme') $$),
  'PT400 INVALID_ARGUMENT', 'no key'
);
select is(
  tests.error_of($$ select public.record_usage(gen_random_uuid()) $$), 'PT400 INVALID_ARGUMENT',
  'nothing used'
);
select is(
  pg_temp.record('p_latency_ms', '5'), 'PT400 INVALID_ARGUMENT', 'a latency is no use'
);
select is(
  pg_temp.record('p_used_at', t.at, $$p_provider => 'acme',$$), 'PT400 INVALID_ARGUMENT', t.at
)
from unnest(array['infinity', '-infinity']) as t (at);
select is(
  (select count(*) from public.usage_daily as u where u.provider = repeat('x', 1025)), 0::bigint,
  'what is refused is not counted'
);
select is(
  (select sum(u.requests) from public.usage_daily as u), 11::numeric, 'what is taken is'
);

select * from finish();
rollback;
