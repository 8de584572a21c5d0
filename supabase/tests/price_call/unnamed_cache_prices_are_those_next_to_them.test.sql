begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(5);

select tests.price('plain', '{"input_includes_cache": false}');
select tests.price('short', '{"input_includes_cache": false, "cache_write_usd_per_mtok": 3}');
select is(
  tests.bill('plain', '{"input_tokens": 0, "cached_input_tokens": 1000000}'), '2',
  'a read costs the input where nothing else is said'
);
select is(
  tests.bill('plain', '{"input_tokens": 0, "cache_write_tokens": 1000000}'), '2', 'a write too'
);
select is(
  tests.bill('plain', '{"input_tokens": 0, "cache_write_1h_tokens": 1000000}'), '2', 'for an hour too'
);
select is(
  tests.bill('short', '{"input_tokens": 0, "cache_write_1h_tokens": 1000000}'), '3',
  'an hour costs what 5 minutes cost'
);
select is(
  tests.bill('short', '{"input_tokens": 0, "cached_input_tokens": 1000000}'), '2',
  'but a read does not cost what a write costs'
);

select * from finish();
rollback;
