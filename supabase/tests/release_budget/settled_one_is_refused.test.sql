begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(3);

select tests.act_as('owner');
select tests.did(tests.reserve(1, 0.5, 1));
select tests.did(tests.settle(1));
select is(tests.release(1), 'PT409 RESERVATION_CLOSED', 'the user');
select tests.act_as('service_role');
select is(tests.release(1), 'PT409 RESERVATION_CLOSED', 'the server');
select is(tests.status_of(1), 'settled', 'it stays settled');

select * from finish();
rollback;
