begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(15);

select tests.price('m');
select tests.act_as('service_role');
create function pg_temp.changes(p_column text, p_value text)
returns text
language sql
as $$
  select tests.error_of(format(
    'update public.model_prices set %I = %L where provider = %L and model = %L', p_column, p_value,
    'acme', 'm'
  ))
$$;
select is(pg_temp.changes(c.name, c.value), '42501', c.name || ' by service_role')
from (
  values
    ('provider', 'x'), ('model', 'x'), ('service_tier', 'batch'), ('min_input_tokens', '1'),
    ('input_usd_per_mtok', '1'), ('output_usd_per_mtok', '1'), ('cached_input_usd_per_mtok', '1'),
    ('cache_write_usd_per_mtok', '1'), ('cache_write_1h_usd_per_mtok', '1'),
    ('input_includes_cache', 'false'), ('output_includes_reasoning', 'false'),
    ('id', '00000000-0000-4000-8000-000000000000')
) as c (name, value);
select is(pg_temp.changes('validity', '[2020-01-01 00:00+00,2021-01-01 00:00+00)'), 'ok', 'its end');
select is(pg_temp.changes('source', 'a letter'), 'ok', 'where it stands');
select is(pg_temp.changes('source_date', '2026-02-02'), 'ok', 'when it was read');

select * from finish();
rollback;
