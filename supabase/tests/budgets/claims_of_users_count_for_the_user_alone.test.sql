begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(5);

select tests.set_budget('owner', 10);
select tests.set_budget('brand', 10);
select tests.act_as('owner');
select is(tests.spend(2, 1, 0.75), 'ok', 'a cost that a member reports');
select is(tests.state_of('owner'), 'day: 0.75 spent, 0 held', 'counts for the member');
select is(tests.state_of('brand'), 'day: 0 spent, 0 held', 'and not for the brand');
select tests.act_as('service_role');
select from public.merge_usage();
select is(tests.state_of('brand'), 'day: 0 spent, 0 held', 'nor once it is merged');
update public.conversation_messages set cost_usd = 0.75;
select is(tests.state_of('brand'), 'day: 0.75 spent, 0 held', 'but once the server says the same');

select * from finish();
rollback;
