begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../budgets/money.psql
select plan(6);

-- What was deleted and comes back is in the ledger once, at every moment.
select tests.set_budget('owner', 10, 1.5);
select tests.set_budget('brand', 10, 1.5);
select tests.act_as('service_role');
select public.log_turn(tests.s(2), tests.m(1), 'a', 'b', p_cost_usd => 1);
create temporary table exported as
select e.line from public.export_user_data(tests.id_of('owner')) as e;
delete from public.conversation_sessions where id = tests.s(2);
select is(tests.state_of('owner'), 'day: 1 spent, 0 held', 'deleted: still spent');
select ok(
  (
    select (public.import_user_data(tests.id_of('owner'), array(select e.line from exported as e)))
      ->> 'public.conversation_messages' = '2'
  ), 'its messages are imported again'
);
select is(tests.state_of('owner'), 'day: 1 spent, 0 held', 'and were spent once');
select is(tests.alerts_of('owner'), 'none', 'no alert of the user, whose limit was never reached');
select is(tests.alerts_of('brand'), 'none', 'nor of the brand');

-- A limit that the rest of it reaches has its alert.
select public.log_turn(tests.s(2), tests.m(3), 'a', 'b', p_cost_usd => 0.5);
select is(tests.alerts_of('owner'), 'soft 1.5 at 1.5', 'the next cost that reaches it leaves one');

select * from finish();
rollback;
