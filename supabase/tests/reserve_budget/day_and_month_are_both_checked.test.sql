begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(6);

select tests.set_budget('owner', 1, null, 'day');
select tests.set_budget('owner', 1.5, 1.4, 'month');
select tests.set_budget('other', 2, null, 'day');
select tests.set_budget('other', 1, null, 'month');
select tests.act_as('owner');
select is(tests.reserve(1, 1.1, 1), 'PT402 BUDGET_EXCEEDED', 'the day is the smaller one');
select tests.did(tests.spend(1, 1, 0.9));
select is(
  tests.state_of('owner'), 'day: 0.9 spent, 0 held; month: 0.9 spent, 0 held', 'both count it'
);
select is(tests.reserve(1, 0.11, 1), 'PT402 BUDGET_EXCEEDED', 'the day is used up first');
select tests.act_as('postgres');
update public.budgets set hard_limit_usd = 9 where period = 'day';
select tests.act_as('owner');
select is(tests.reserve(1, 0.61, 1), 'PT402 BUDGET_EXCEEDED', 'or else the month');
select is(
  (select r.soft_limit_reached from public.reserve_budget(tests.s(1), 0.5) as r), true,
  'the soft limit of either is a flag'
);
select tests.act_as('other');
select is(tests.reserve(4, 1.1, 2), 'PT402 BUDGET_EXCEEDED', 'the month is the smaller one');

select * from finish();
rollback;
