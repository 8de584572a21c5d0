begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(3);

select tests.price('m');
select tests.act_as('service_role');
create function pg_temp.record()
returns text
language sql
as $$
  select concat_ws(' ', r.cost_source, trim_scale(r.cost_usd), r.inserted)
  from public.record_usage(
    tests.m(1), p_provider => 'acme', p_model_used => 'm', p_input_tokens => 1000000
  ) as r
$$;
select is(pg_temp.record(), 'price_book 2 t', 'a call');
delete from public.model_prices where provider = 'acme';
select tests.price('m', '{"input_usd_per_mtok": 3}');
select is(
  (select sum(u.cost_usd) from public.usage_daily as u where u.provider = 'acme'), 2::numeric,
  'a new price changes nothing that is recorded'
);
select is(pg_temp.record(), 'price_book 2 f', 'nor the answer to the same call');

select * from finish();
rollback;
