begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(5);

select tests.set_budget('owner', 10);
select tests.act_as('owner');
select tests.did(tests.reserve(1, 1, 1));
select is(tests.reserve(1, 2, 1), 'PT409 IDEMPOTENCY_MISMATCH', 'another amount');
select is(tests.reserve(2, 1, 1), 'PT409 IDEMPOTENCY_MISMATCH', 'another session');
select tests.act_as('other');
select is(tests.reserve(4, 1, 1), 'PT409 IDEMPOTENCY_MISMATCH', 'of another user');
select tests.act_as('service_role');
select is(tests.reserve(4, 1, 1), 'PT409 IDEMPOTENCY_MISMATCH', 'by the server');
select is(tests.state_of('owner'), 'day: 0 spent, 1 held', 'the first one stays');

select * from finish();
rollback;
