begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.price('m', '{"validity": "[2026-01-01 00:00+00,2026-06-01 00:00+00)"}');
select tests.price('m', '{"validity": "[2026-06-01 00:00+00,)", "input_usd_per_mtok": 3}');
create function pg_temp.at(p_at text)
returns text
language sql
as $$
  select tests.bill('m', jsonb_build_object('input_tokens', 1000000, 'at', p_at))
$$;
set local timezone = 'Asia/Tokyo';
select is(pg_temp.at('2026-05-31 23:59:59.999999+00'), '2', 'the last microsecond of the old price');
select is(pg_temp.at('2026-06-01 00:00:00+00'), '3', 'the first moment of the new one');
select is(pg_temp.at('2026-01-01 00:00:00+00'), '2', 'the first moment of all');
select is(pg_temp.at('2025-12-31 23:59:59.999999+00'), 'unpriced', 'before it there is none');

select * from finish();
rollback;
