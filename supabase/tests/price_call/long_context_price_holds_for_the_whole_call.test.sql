begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(9);

select tests.price('m', '{"cached_input_usd_per_mtok": 1}');
select tests.price('m', '{"min_input_tokens": 200001, "input_usd_per_mtok": 4,
  "output_usd_per_mtok": 15, "cached_input_usd_per_mtok": 2}');
select tests.price('m', '{"min_input_tokens": 500000, "input_usd_per_mtok": 8}');
select tests.price('beside', '{"cached_input_usd_per_mtok": 1, "input_includes_cache": false}');
select tests.price('beside', '{"min_input_tokens": 200001, "input_usd_per_mtok": 4,
  "cached_input_usd_per_mtok": 2, "input_includes_cache": false}');
select is(
  tests.bill('m', '{"input_tokens": 200000, "output_tokens": 1000}'), '0.41', 'up to 200000 at 2 and 10'
);
select is(
  tests.bill('m', '{"input_tokens": 200001, "output_tokens": 1000}'), '0.815004',
  'one more: every token at 4 and 15'
);
select is(
  tests.bill('m', '{"input_tokens": 500000, "output_tokens": 0}'), '4', 'the highest that fits'
);
select is(
  tests.bill('m', '{"input_tokens": 200000, "cached_input_tokens": 150000}'), '0.25',
  'tokens of the cache that are in the input count once: 50000 at 2, 150000 at 1'
);
select is(
  tests.bill('beside', '{"input_tokens": 1, "cached_input_tokens": 199999}'), '0.200001',
  'beside the input they make up the prompt with it'
);
select is(
  tests.bill('beside', '{"input_tokens": 1, "cached_input_tokens": 200000}'), '0.400004',
  'read from the cache'
);
select is(
  tests.bill('beside', '{"input_tokens": 1, "cache_write_tokens": 200000}'), '0.800004', 'written to it'
);
select is(
  tests.bill('beside', '{"input_tokens": 1, "cache_write_1h_tokens": 100000,
    "cached_input_tokens": 100000}'), '0.600004', 'for an hour, and read'
);
select is(
  tests.bill('m', '{"input_tokens": 1000, "output_tokens": 300000}'), '3.002',
  'a long answer is no long prompt'
);

select * from finish();
rollback;
