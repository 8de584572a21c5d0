begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(7);

select tests.set_budget('owner', 10);
select tests.set_budget('brand', 10);
select tests.act_as('service_role');
select is(tests.spend(2, 1, 0.75), 'ok', 'a cost that the server reports');
select is(tests.state_of('owner'), 'day: 0.75 spent, 0 held', 'counts for the user');
select is(tests.state_of('brand'), 'day: 0.75 spent, 0 held', 'and the brand');
update public.conversation_messages set cost_usd = 0.5 where id = tests.m(1);
select is(tests.state_of('brand'), 'day: 0.5 spent, 0 held', 'a correction too');
select public.record_usage(
  tests.m(2), p_user_id => tests.id_of('owner'), p_brand_id => tests.id_of('brand'), p_cost_usd => 0.2
);
select is(tests.state_of('brand'), 'day: 0.7 spent, 0 held', 'and usage without a message');
select from public.merge_usage();
select is(tests.state_of('owner'), 'day: 0.7 spent, 0 held', 'merged: the user''s');
select is(tests.state_of('brand'), 'day: 0.7 spent, 0 held', 'and the brand''s');

select * from finish();
rollback;
