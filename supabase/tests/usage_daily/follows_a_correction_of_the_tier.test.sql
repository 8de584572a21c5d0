begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(3);

select tests.start(1);
select tests.price('m');
select tests.price('m', '{"service_tier": "batch", "input_usd_per_mtok": 1}');
select tests.act_as('service_role');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, input_tokens
)
values (tests.m(1), tests.s(1), 'assistant', 'a', 'acme', 'm', 1000000);
update public.conversation_messages set service_tier = 'batch' where id = tests.m(1);
select is(tests.cost_of(1), 'price_book 1', 'the message costs half');
select is(public.get_session_cost(tests.s(1)), 1::numeric, 'the session too');
select is(
  (select sum(u.cost_usd) from public.usage_daily as u where u.user_id = tests.id_of('owner')),
  1::numeric, 'and so does the usage of the day'
);

select * from finish();
rollback;
