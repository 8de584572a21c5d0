begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(15);

select tests.price('m');
select tests.price('m-2024-05-13', '{"input_usd_per_mtok": 5}');
select tests.price('dated-only-20250101', '{"input_usd_per_mtok": 6}');
create function pg_temp.of(p_model text)
returns text
language sql
as $$ select tests.bill(p_model, '{"input_tokens": 1000000}') $$;
select is(pg_temp.of('m-2024-08-06'), '2', 'a date as OpenAI writes it');
select is(pg_temp.of('m-20250929'), '2', 'as Anthropic writes it');
select is(pg_temp.of('m@20250929'), '2', 'as Vertex writes it');
select is(pg_temp.of('m-latest'), '2', 'the latest');
select is(pg_temp.of('m-2024-05-13'), '5', 'an exact row comes first');
select is(pg_temp.of('m-mini'), 'unpriced', 'another model is no version');
select is(pg_temp.of('m-0613'), 'unpriced', 'nor is a number a date');
select is(pg_temp.of('m-latest-2024-08-06'), 'unpriced', 'one suffix, not two');
select is(pg_temp.of('dated-only'), 'unpriced', 'and a row with a date is for that date alone');
select tests.price('m-2024-08-06', '{"input_usd_per_mtok": 7, "validity": "[2020-01-01,2021-01-01)"}');
select is(pg_temp.of('m-2024-08-06'), '2', 'an exact row that is over does not count');


select tests.price('m', '{"service_tier": "batch", "input_usd_per_mtok": 1}');
create function pg_temp.batch_of(p_model text)
returns text
language sql
as $$ select tests.bill(p_model, '{"input_tokens": 1000000, "service_tier": "batch"}') $$;
select is(pg_temp.batch_of('m-2024-11-20'), '1', 'a date without a row takes every tier of the name');
select is(
  pg_temp.batch_of('m-2024-05-13'), 'unpriced', 'one with a price of its own takes no tier of the name'
);
select is(pg_temp.batch_of('m-2024-08-06'), '1', 'while one that is over has none of its own');
select tests.price('m-2024-09-09', '{"input_usd_per_mtok": 9, "min_input_tokens": 2000000}');
select is(pg_temp.of('m-2024-09-09'), 'unpriced', 'nor its price for another length');
select is(
  tests.bill('gpt-4o-2024-05-13', '{"provider": "openai", "input_tokens": 1000000, "service_tier": "batch"}'),
  'unpriced', 'gpt-4o-2024-05-13 costs more than gpt-4o'
);

select * from finish();
rollback;
