begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(6);

select tests.price('m');
select tests.act_as('service_role');
create function pg_temp.record(p_n integer, p_model text, p_cost numeric)
returns text
language sql
as $$
  select concat_ws(' ', r.cost_source, trim_scale(r.cost_usd))
  from public.record_usage(
    tests.m(p_n), p_provider => 'acme', p_model_used => p_model, p_tokens_used => 7,
    p_input_tokens => 1000, p_cost_usd => p_cost
  ) as r
$$;
select is(pg_temp.record(1, 'm', 0.5), 'reported 0.5', 'a cost that is given');
select is(pg_temp.record(2, 'm', 0), 'reported 0', 'of nothing');
select is(pg_temp.record(3, 'm', null), 'price_book 0.002', 'by the book without one');
select is(pg_temp.record(4, 'unknown', null), 'unpriced', 'unknown without either');
select is(
  (
    select string_agg(
      concat_ws(' ', u.model, u.requests, u.unpriced_requests, u.unpriced_tokens,
        trim_scale(u.cost_usd), trim_scale(u.price_book_cost_usd)),
      ', ' order by u.model
    )
    from public.usage_daily as u
    where u.provider = 'acme'
  ), 'm 3 0 0 0.502 0.002, unknown 1 1 7 0 0', 'counted as such'
);
select is(tests.ledger(), 'daily exact, totals exact', 'the recount holds');

select * from finish();
rollback;
