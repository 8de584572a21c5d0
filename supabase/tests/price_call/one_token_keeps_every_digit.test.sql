begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.price('m', '{"cached_input_usd_per_mtok": 0.03, "output_usd_per_mtok": 0.000000000001}');
select is(
  tests.bill('m', '{"input_tokens": 1, "cached_input_tokens": 1}'), '0.00000003',
  'a cached token at 0.03 for a million'
);
select is(
  tests.bill('m', '{"output_tokens": 1}'), '0.000000000000000001', 'a token at 12 decimals'
);
select is(
  tests.bill('m', '{"input_tokens": 2147483647, "output_tokens": 2147483647}'),
  '4294.967294002147483647', 'as many as an integer holds'
);
select is(
  tests.bill('m', '{"input_tokens": 0, "output_tokens": 0}'), '0', 'none: 0, which is known'
);

select * from finish();
rollback;
