begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../budgets/money.psql
select plan(9);

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

-- Prices that change places: 1 and 2 US dollars a call. Messages fall by one dollar, usage without one rises
-- by it.
select tests.set_budget('other', 20, 9.5);
select tests.act_as('postgres');
select tests.price(m.name, jsonb_build_object('input_usd_per_mtok', m.price))
from (values ('m1', 1), ('m2', 2), ('m3', 1), ('m4', 2)) as m (name, price);
select tests.act_as('service_role');
insert into public.conversation_messages (session_id, role, content, provider, model_used, input_tokens)
select tests.s(4), 'assistant', 'a', 'acme', m.name, 1000000
from unnest(array['m1', 'm2', 'm2']) as m (name);
select public.record_usage(
  gen_random_uuid(), tests.id_of('other'), p_provider => 'acme', p_model_used => m.name, p_input_tokens => 1000000
)
from unnest(array['m3', 'm3', 'm4']) as m (name);
select is(tests.state_of('other'), 'day: 9 spent, 0 held', 'before they are priced again');
select tests.act_as('postgres');
delete from public.model_prices where provider = 'acme';
select tests.price(m.name, jsonb_build_object('input_usd_per_mtok', m.price))
from (values ('m1', 2), ('m2', 1), ('m3', 2), ('m4', 1)) as m (name, price);
select tests.act_as('service_role');
select public.reprice_messages(now() - interval '1 day', now() + interval '1 day');
select is(tests.state_of('other'), 'day: 9 spent, 0 held', 'and after');
select is(tests.alerts_of('other'), 'none', 'whatever was priced first');

select * from finish();
rollback;
