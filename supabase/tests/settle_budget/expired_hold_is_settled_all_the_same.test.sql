begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(3);

select tests.set_budget('owner', 1);
select tests.act_as('owner');
select tests.did(tests.reserve(1, 0.5, 1));
select tests.act_as('postgres');
update public.budget_reservations set expires_at = now() - interval '1 hour';
select tests.act_as('owner');
select is(
  tests.error_of(format(
    'select public.log_turn(%L, %L, ''Hi'', ''Hello'', p_cost_usd => 5, p_reservation_id => %L)',
    tests.s(1), tests.m(1), tests.r(1)
  )), 'ok', 'what was spent is written'
);
select is(tests.status_of(1), 'settled', 'and the hold settled');
select is(tests.state_of('owner'), 'day: 5 spent, 0 held', 'though it was too late');

select * from finish();
rollback;
