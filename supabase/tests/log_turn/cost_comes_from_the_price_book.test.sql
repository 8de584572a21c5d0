begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(5);

select tests.start(1);
select tests.price('m', '{"cached_input_usd_per_mtok": 0.5}');
select tests.act_as('owner');
create function pg_temp.turn(p_n integer, p_model text, p_cost numeric default null)
returns text
language sql
as $$
  select concat_ws(' ', r.cost_source, trim_scale(r.cost_usd), r.tokens_used)
  from public.log_turn(
    tests.s(1), tests.m(p_n), 'q', 'a', 'acme', p_model, p_input_tokens => 1000,
    p_output_tokens => 100, p_cached_input_tokens => 400, p_cost_usd => p_cost
  ) as r
  where r.role = 'assistant'
$$;
select is(
  pg_temp.turn(1, 'm'), 'price_book 0.0024 1100', '600 at 2, 400 at 0.50, 100 at 10'
);
select is(pg_temp.turn(2, 'unknown'), 'unpriced 1100', 'no price: unknown');
select is(pg_temp.turn(3, 'm', 0.01), 'reported 0.01 1100', 'a reported cost wins');
select is(
  public.get_session_cost(tests.s(1)), 0.0124, 'the session has cost the sum'
);
select is(tests.ledger(), 'daily exact, totals exact', 'and the ledger knows');

select * from finish();
rollback;
