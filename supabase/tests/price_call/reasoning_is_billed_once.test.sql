begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.price('within');
select tests.price('beside', '{"output_includes_reasoning": false}');
select is(
  tests.bill('within', '{"input_tokens": 1000, "output_tokens": 500, "reasoning_tokens": 400}'),
  '0.007', 'part of the output: 1000 at 2, 500 at 10'
);
select is(
  tests.bill('beside', '{"input_tokens": 1000, "output_tokens": 500, "reasoning_tokens": 400}'),
  '0.011', 'on top of it, as at Google: 1000 at 2, 900 at 10'
);
select is(
  tests.bill('beside', '{"input_tokens": 1000, "reasoning_tokens": 400}'), '0.006',
  'without any other output'
);
select is(
  tests.bill('beside', '{"input_tokens": 1000, "output_tokens": 500}'), '0.007', 'without reasoning'
);

select * from finish();
rollback;
