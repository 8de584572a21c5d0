begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(6);

select tests.act_as('owner');
select is(tests.settle(1), 'PT404 RESERVATION_NOT_FOUND', 'an unknown id');
select is(
  tests.error_of('select public.settle_budget(null)'), 'PT404 RESERVATION_NOT_FOUND', 'no id'
);
select tests.did(tests.reserve(1, 0.5, 1));
select tests.did(tests.release(1));
select is(tests.settle(1), 'PT409 RESERVATION_CLOSED', 'a released one');
select is(tests.status_of(1), 'released', 'stays released');
select is(
  tests.error_of(format(
    'select public.log_turn(%L, %L, ''Hi'', ''Hello'', p_cost_usd => 1, p_reservation_id => %L)',
    tests.s(1), tests.m(1), tests.r(1)
  )), 'ok', 'log_turn writes what was spent all the same'
);
select is(tests.status_of(1), 'released', 'and changes nothing in it');

select * from finish();
rollback;
