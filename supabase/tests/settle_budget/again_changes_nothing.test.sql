begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(3);

select tests.act_as('owner');
select tests.did(tests.reserve(1, 0.5, 1));
select tests.did(tests.settle(1));
create temporary table settled as select * from public.budget_reservations;
grant select on settled to service_role;
select results_eq(
  'select * from public.settle_budget(tests.r(1))', 'table settled', 'the same answer'
);
select tests.act_as('service_role');
select is(tests.settle(1), 'ok', 'for the server too');
select results_eq('table public.budget_reservations', 'table settled', 'and the same row');

select * from finish();
rollback;
