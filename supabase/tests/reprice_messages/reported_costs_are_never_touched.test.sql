begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, input_tokens, cost_usd
)
values
  (tests.m(1), tests.s(1), 'assistant', 'a', 'acme', 'm', 1000000, 0.25),
  (tests.m(2), tests.s(1), 'assistant', 'a', 'acme', 'm', 1000000, null),
  (tests.m(3), tests.s(1), 'user', 'a', null, null, null, null);
select tests.price('m');
select tests.act_as('service_role');
select is(
  (
    select r.messages_changed
    from public.reprice_messages(now() - interval '1 day', now() + interval '1 day') as r
  ), 1::bigint, 'one message has no cost yet'
);
select is(tests.cost_of(1), 'reported 0.25', 'what was reported stays');
select is(tests.cost_of(2), 'price_book 2', 'what was not is priced');
select is(tests.cost_of(3), 'none', 'a question costs nothing');

select * from finish();
rollback;
