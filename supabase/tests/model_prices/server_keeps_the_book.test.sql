begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(6);

select tests.act_as('owner');
select is(
  tests.error_of('select count(*) from public.model_prices'), '42501', 'users do not read prices'
);
select tests.act_as('anon');
select is(
  tests.error_of('select count(*) from public.model_prices'), '42501', 'nor does anon'
);
select tests.act_as('service_role');
create function pg_temp.adds(p_source text)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.model_prices (
       provider, model, input_usd_per_mtok, output_usd_per_mtok, source, source_date
     )
     values (%L, %L, 1, 1, %L, %L)', 'acme', 'm', p_source, '2026-01-01'
  ))
$$;
select is(pg_temp.adds(null), '23502', 'a price without a source');
select is(pg_temp.adds('their site'), 'ok', 'service_role adds one');
select results_eq(
  $$
    select service_tier, min_input_tokens, lower(validity) = now(), upper_inf(validity),
      input_includes_cache, output_includes_reasoning
    from public.model_prices where provider = 'acme'
  $$,
  $$ values ('standard', 0, true, true, true, true) $$, 'in force from now on'
);
select is(
  tests.error_of($$ delete from public.model_prices where provider = 'acme' $$), 'ok',
  'and deletes it'
);

select * from finish();
rollback;
