begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.price('m', '{"input_usd_per_mtok": 3, "output_usd_per_mtok": 15,
  "cached_input_usd_per_mtok": 0.3, "cache_write_usd_per_mtok": 3.75,
  "cache_write_1h_usd_per_mtok": 6, "input_includes_cache": false}');
select is(
  tests.bill('m', '{"input_tokens": 10, "output_tokens": 50, "cached_input_tokens": 20000}'),
  '0.00678', '10 at 3, 20000 at 0.30, 50 at 15'
);
select is(
  tests.bill('m', '{"input_tokens": 10, "cache_write_tokens": 1000}'), '0.00378',
  '10 at 3, 1000 written for 5 minutes at 3.75'
);
select is(
  tests.bill('m', '{"input_tokens": 10, "cache_write_1h_tokens": 1000}'), '0.00603',
  '10 at 3, 1000 written for an hour at 6'
);
select is(
  tests.bill('m', '{"input_tokens": 10, "output_tokens": 50, "cached_input_tokens": 20000,
    "cache_write_tokens": 1000, "cache_write_1h_tokens": 100}'), '0.01113', 'all of it'
);

select * from finish();
rollback;
