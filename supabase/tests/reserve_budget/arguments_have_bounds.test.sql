begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(14);

create function pg_temp.reserved(p_amount text, p_seconds integer default 300)
returns text
language sql
as $$
  select tests.error_of(
    format('select public.reserve_budget(%L, %L, null, %L)', tests.s(1), p_amount, p_seconds)
  )
$$;
select tests.act_as('owner');
select is(pg_temp.reserved('0'), 'ok', 'nothing');
select is(pg_temp.reserved('-0.01'), 'PT400 INVALID_ARGUMENT', 'less than nothing');
select is(pg_temp.reserved('NaN'), 'PT400 INVALID_ARGUMENT', 'no number');
select is(pg_temp.reserved('Infinity'), 'PT400 INVALID_ARGUMENT', 'without end');
select is(pg_temp.reserved(null), 'PT400 INVALID_ARGUMENT', 'no amount');
select is(pg_temp.reserved('999999999.5'), 'ok', 'below a billion');
select is(pg_temp.reserved('1000000000'), 'PT400 INVALID_ARGUMENT', 'a billion');
select is(pg_temp.reserved('0.00000000000000000001'), 'ok', '20 decimals');
select is(pg_temp.reserved('0.000030000000000000004'), 'ok', 'what a program makes of 3 times 0.00001');
select is(
  (
    select max(amount_usd) from public.budget_reservations where amount_usd between 0.00003 and 0.00004
  ), 0.00003, 'with 20 decimals'
);
select is(pg_temp.reserved('1', 1) || ' ' || pg_temp.reserved('1', 3600), 'ok ok', 'a second, an hour');
select is(pg_temp.reserved('1', 0), 'PT400 INVALID_ARGUMENT', 'no time');
select is(pg_temp.reserved('1', 3601), 'PT400 INVALID_ARGUMENT', 'longer than an hour');
select is(pg_temp.reserved('1', null), 'PT400 INVALID_ARGUMENT', 'null seconds');

select * from finish();
rollback;
