begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(4);

select tests.act_as('owner');
select tests.did(tests.reserve(1, 0.1, 1));
select tests.did(tests.spend(1, 1, 0.5));
-- The limits come after the cost, as when two costs crossed one only together.
select tests.act_as('postgres');
alter table public.budgets disable trigger budgets_80_note_alerts;
select tests.set_budget('owner', 1, 0.5);
alter table public.budgets enable trigger budgets_80_note_alerts;
select tests.act_as('owner');
select is(tests.alerts_of('owner'), 'none', 'nothing has been noticed');
select tests.did(tests.settle(1));
select is(tests.alerts_of('owner'), 'soft 0.5 at 0.5', 'a settlement notices');
select tests.act_as('postgres');
delete from public.budget_alerts;
select tests.act_as('owner');
select tests.did(tests.reserve(1, 0.1, 2));
select is(tests.alerts_of('owner'), 'soft 0.5 at 0.5', 'a hold notices');
select tests.act_as('postgres');
delete from public.budget_alerts;
select tests.act_as('owner');
select tests.did(tests.spend(1, 2, 0.1));
select is(tests.alerts_of('owner'), 'soft 0.5 at 0.6', 'the next cost notices');

select * from finish();
rollback;
