begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(2);

select tests.start(1);
select tests.act_as('service_role');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, input_tokens
)
values (tests.m(1), tests.s(1), 'assistant', 'a', 'Acme', 'm', 1000000);
select tests.price('m');
select is(
  (
    select r.messages_changed
    from public.reprice_messages(now() - interval '1 day', now() + interval '1 day', 'acme') as r
  ), 1::bigint, 'prices are matched in lower case, and so is the provider to reprice'
);
select is(tests.cost_of(1), 'price_book 2', 'priced');

select * from finish();
rollback;
