begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(8);

create function pg_temp.adds(p_model text, p_validity text, p_more jsonb default '{}')
returns text
language sql
as $$
  select tests.error_of(format(
    'select tests.price(%L, %L)', p_model, p_more || jsonb_build_object('validity', p_validity)
  ))
$$;
select is(pg_temp.adds('m', '[2026-01-01 00:00+00,2026-02-01 00:00+00)'), 'ok', 'a first price');
select is(
  pg_temp.adds('m', '[2026-01-31 23:59:59.999999+00,2026-03-01 00:00+00)'), '23P01',
  'the last microsecond twice'
);
select is(pg_temp.adds('m', '[2025-01-01 00:00+00,)'), '23P01', 'an open end over it');
select is(
  pg_temp.adds('m', '[2026-02-01 00:00+00,)'), 'ok', 'from the very moment at which the first ends'
);
select is(
  pg_temp.adds('m', '[2025-12-01 00:00+00,2026-01-01 00:00+00)'), 'ok', 'until the first begins'
);
select is(
  pg_temp.adds('m', '[2026-01-15 00:00+00,)', '{"service_tier": "batch"}'), 'ok', 'another tier'
);
select is(
  pg_temp.adds('m', '[2026-01-15 00:00+00,)', '{"min_input_tokens": 200001}'), 'ok',
  'another length of the prompt'
);
select is(
  pg_temp.adds('m', '[2026-01-15 00:00+00,)', '{"provider": "other"}'), 'ok', 'another provider'
);

select * from finish();
rollback;
