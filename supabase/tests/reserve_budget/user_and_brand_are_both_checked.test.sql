begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(11);

select tests.set_budget('owner', 1);
select tests.set_budget('brand', 1.5);
select tests.act_as('owner');
select is(tests.reserve(2, 1.1, 1), 'PT402 BUDGET_EXCEEDED', 'over the user''s');
select is(tests.reserve(2, 0.9, 1), 'ok', 'within both');
select is(tests.state_of('owner'), 'day: 0 spent, 0.9 held', 'held for the user');
select is(tests.state_of('brand'), 'day: 0 spent, 0.9 held', 'and for the brand');
select tests.act_as('brand_member');
select is(tests.reserve(3, 0.7, 2), 'PT402 BUDGET_EXCEEDED', 'of another member: over the brand''s');
select is(tests.reserve(5, 0.7, 3), 'ok', 'outside the brand nothing holds it back');
select is(tests.reserve(3, 0.6, 2), 'ok', 'inside, what is left');
select tests.act_as('owner');
select is(tests.reserve(1, 0.1, 4), 'ok', 'a personal session asks for the user''s alone');


-- Who has left spends nothing of the brand's.
select tests.act_as('postgres');
delete from public.brand_members where user_id = tests.id_of('brand_member');
select tests.act_as('brand_member');
select is(tests.reserve(3, 0, 5), 'PT403 FORBIDDEN', 'a brand that one has left');
select is(tests.reserve(5, 0.1, 6), 'ok', 'one''s own budget');
select tests.act_as('service_role');
select is(tests.reserve(3, 0, 5), 'ok', 'a server');

select * from finish();
rollback;
