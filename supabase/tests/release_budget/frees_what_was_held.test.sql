begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(6);

select tests.set_budget('owner', 1);
select tests.set_budget('brand', 1);
select tests.act_as('owner');
select tests.did(tests.reserve(2, 1, 1));
select is(tests.reserve(2, 1, 2), 'PT402 BUDGET_EXCEEDED', 'all of it is held');
select is(
  (
    select format('%s %s', r.status, r.closed_at is not null)
    from public.release_budget(tests.r(1)) as r
  ),
  'released t', 'released'
);
select is(tests.state_of('owner'), 'day: 0 spent, 0 held', 'nothing is held for the user');
select is(tests.state_of('brand'), 'day: 0 spent, 0 held', 'nor for the brand');
select is(tests.alerts_of('owner'), 'none', 'nothing was spent');
select is(tests.reserve(2, 1, 2), 'ok', 'all of it is free');

select * from finish();
rollback;
