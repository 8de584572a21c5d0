begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(3);

select tests.price('m');
select is(
  tests.bill('m', '{"provider": "Acme", "input_tokens": 1000000}'), '2', 'a provider in capitals'
);
select is(
  tests.bill('M', '{"input_tokens": 1000000}'), 'unpriced', 'a model is what the provider calls it'
);
select is(
  tests.bill('m', '{"provider": "acme2", "input_tokens": 1000000}'), 'unpriced', 'another provider'
);

select * from finish();
rollback;
