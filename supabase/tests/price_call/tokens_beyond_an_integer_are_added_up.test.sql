begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(2);

select tests.price('m', '{"input_usd_per_mtok": 1, "input_includes_cache": false}');
select tests.price('m', '{"min_input_tokens": 2147483647, "input_usd_per_mtok": 2,
  "input_includes_cache": false}');
select is(
  tests.bill('m', '{"input_tokens": 2147483646}'), '2147.483646', 'one token short of long'
);
select is(
  tests.bill('m', '{"input_tokens": 2147483647, "cached_input_tokens": 2147483647,
    "cache_write_tokens": 2147483647, "cache_write_1h_tokens": 2147483647}'),
  '17179.869176', 'four times as many as an integer holds, at 2'
);

select * from finish();
rollback;
