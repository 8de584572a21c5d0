begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(6);

select tests.set_budget('owner', 1, 0.5);
select tests.set_budget('brand', 1, 0.5);
select tests.act_as('owner');
select is(tests.spend(1, 1, 3), 'ok', 'a cost far above');
select is(tests.alerts_of('owner'), 'hard 1 at 3, soft 0.5 at 3', 'leaves both alerts');
select is(tests.spend(1, 2, 3), 'ok', 'so does not stop the next one');
select is(tests.alerts_of('owner'), 'hard 1 at 3, soft 0.5 at 3', 'which leaves none');
select is(tests.alerts_of('brand'), 'none', 'it was not in the brand');
select tests.act_as('service_role');
select tests.did(tests.spend(3, 3, 2));
select is(tests.alerts_of('brand'), 'hard 1 at 2, soft 0.5 at 2', 'of a member in the brand');

select * from finish();
rollback;
