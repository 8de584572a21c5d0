begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(2);

select tests.act_as('owner');
select tests.did(tests.reserve(1, 0.5, 1));
select tests.did(tests.release(1));
create temporary table released as select * from public.budget_reservations;
select is(tests.release(1), 'ok', 'is no error');
select results_eq('table public.budget_reservations', 'table released', 'the row is the same');

select * from finish();
rollback;
