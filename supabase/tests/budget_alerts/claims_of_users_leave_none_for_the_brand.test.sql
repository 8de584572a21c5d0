begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(2);

select tests.set_budget('owner', 1);
select tests.set_budget('brand', 1);
select tests.act_as('owner');
select tests.did(tests.spend(2, 1, 1.5));
select is(tests.alerts_of('owner'), 'hard 1 at 1.5', 'the user''s');
select is(tests.alerts_of('brand'), 'none', 'not the brand''s');

select * from finish();
rollback;
