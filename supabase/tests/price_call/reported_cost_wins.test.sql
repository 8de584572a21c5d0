begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.start(1);
select tests.price('m');
select tests.act_as('owner');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, input_tokens, cost_usd
)
values
  (tests.m(1), tests.s(1), 'assistant', 'a', 'acme', 'm', 1000000, 0.25),
  (tests.m(2), tests.s(1), 'assistant', 'a', 'acme', 'm', 1000000, 0);
select is(tests.cost_of(1), 'reported 0.25', 'what the writer says');
select is(tests.cost_of(2), 'reported 0', 'nothing, if the writer says so');
select tests.append(1, jsonb_build_array(
  tests.msg(3, '{"provider": "acme", "model_used": "m", "input_tokens": 1000000, "cost_usd": 0.5}')
));
select is(tests.cost_of(3), 'reported 0.5', 'by append_messages too');
select is(
  (select count(m.price_id) from public.conversation_messages as m), 0::bigint,
  'and no price is named'
);

select * from finish();
rollback;
