begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(35);

create function pg_temp.adds(p_column text, p_value text)
returns text
language sql
as $$
  select tests.error_of(format(
    'select tests.price(%L, %L)', p_column || p_value, jsonb_build_object(p_column, p_value)
  ))
$$;
select is(pg_temp.adds(c.name, v.value), v.expected, v.value || ' as ' || c.name)
from unnest(array[
  'input_usd_per_mtok', 'output_usd_per_mtok', 'cached_input_usd_per_mtok',
  'cache_write_usd_per_mtok', 'cache_write_1h_usd_per_mtok'
]) as c (name)
cross join (
  values
    ('NaN', '23514'), ('Infinity', '23514'), ('-0.000001', '23514'), ('10000', '23514'),
    ('0.0000000000001', '23514'), ('0.000000000001', 'ok'), ('0', 'ok')
) as v (value, expected);

select * from finish();
rollback;
