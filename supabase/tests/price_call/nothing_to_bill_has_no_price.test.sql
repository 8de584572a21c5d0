begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(5);

select tests.price('m');
create function pg_temp.priced(p_provider text, p_model text, p_input integer, p_output integer)
returns text
language sql
as $$
  select concat_ws(' ', c.cost_usd, c.price_id is not null)
  from private.price_call(
    p_provider, p_model, null, now(), p_input, p_output, 5, null, null, null
  ) as c
$$;
select is(pg_temp.priced('acme', 'm', null, null), 'f', 'no input and no output');
select is(pg_temp.priced(null, 'm', 1, 1), 'f', 'no provider');
select is(pg_temp.priced('acme', null, 1, 1), 'f', 'no model');
select is(pg_temp.priced('acme', 'unknown', 1, 1), 'f', 'a model without a price');
select is(pg_temp.priced('acme', 'm', null, 0), '0.00001 t', 'an output of 0 is a count');

select * from finish();
rollback;
