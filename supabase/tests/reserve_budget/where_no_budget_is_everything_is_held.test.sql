begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(3);

select tests.set_budget('other', 0);
select tests.set_budget('other_brand', 0);
select tests.act_as('owner');
select is(tests.reserve(2, 999999999, 1), 'ok', 'without a budget of user or brand');
select is(tests.status_of(1), 'held', 'a hold all the same');
select tests.act_as('postgres');
select tests.set_budget('owner', 999999999);
select tests.act_as('owner');
select is(tests.reserve(1, 1, 2), 'PT402 BUDGET_EXCEEDED', 'that counts once there is a budget');

select * from finish();
rollback;
