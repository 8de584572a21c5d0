begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(7);

select tests.set_budget('owner', 1, 0.1);
select tests.act_as('owner');
select is(tests.reserve(1, 1.01, 1), 'PT402 BUDGET_EXCEEDED', 'more than the limit');
select is(tests.status_of(1), 'none', 'leaves no hold');
select is((select last_reserved_at from public.budgets), null, 'and no mark');
select is(tests.alerts_of('owner'), 'none', 'and no alert');
select tests.did(tests.spend(1, 1, 0.6));
select is(tests.reserve(1, 0.41, 1), 'PT402 BUDGET_EXCEEDED', 'more than is left of it');
select is(tests.reserve(1, 0.4, 1), 'ok', 'what is left fits');
select is(tests.reserve(1, 0.01, 2), 'PT402 BUDGET_EXCEEDED', 'after that nothing does');

select * from finish();
rollback;
