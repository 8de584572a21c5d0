begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(10);

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

select * from finish();
rollback;
