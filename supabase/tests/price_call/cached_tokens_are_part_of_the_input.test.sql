begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(5);

select tests.price('m', '{"input_usd_per_mtok": 2.5, "output_usd_per_mtok": 10,
  "cached_input_usd_per_mtok": 1.25, "cache_write_usd_per_mtok": 3.125}');
select is(
  tests.bill('m', '{"input_tokens": 1000, "output_tokens": 100}'), '0.0035', '1000 at 2.50, 100 at 10'
);
select is(
  tests.bill('m', '{"input_tokens": 1000, "output_tokens": 100, "cached_input_tokens": 400}'),
  '0.003', '600 at 2.50, 400 at 1.25, 100 at 10'
);
select is(
  tests.bill('m', '{"input_tokens": 1000, "cached_input_tokens": 400, "cache_write_tokens": 200}'),
  '0.002125', '400 at 2.50, 400 at 1.25, 200 at 3.125'
);
select is(
  tests.bill('m', '{"input_tokens": 1000, "cached_input_tokens": 1000}'), '0.00125', 'all from the cache'
);
select is(
  tests.bill('m', '{"input_tokens": 10, "cached_input_tokens": 1000}'), '0.00125',
  'more from the cache than there was: nothing is given back'
);

select * from finish();
rollback;
