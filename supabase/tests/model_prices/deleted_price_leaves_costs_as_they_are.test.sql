begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(3);

select tests.start(1);
create temporary table fixture as select tests.price('m') as price_id;
grant select on fixture to service_role;
select tests.act_as('service_role');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, input_tokens
)
values (tests.m(1), tests.s(1), 'assistant', 'a', 'acme', 'm', 500000);
delete from public.model_prices where provider = 'acme';
select is(tests.cost_of(1), 'price_book 1', 'the message keeps its cost');
select is(
  (select m.price_id from public.conversation_messages as m where m.id = tests.m(1)),
  (select f.price_id from fixture as f), 'and the id of the price'
);
select is(public.get_session_cost(tests.s(1)), 1::numeric, 'the session too');

select * from finish();
rollback;
