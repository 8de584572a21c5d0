begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(8);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, input_tokens
)
values
  (tests.m(1), tests.s(1), 'assistant', 'a', 'acme', 'm', 1000000),
  (tests.m(2), tests.s(1), 'assistant', 'a', 'acme', 'm-2026-01-01', 500000),
  (tests.m(3), tests.s(1), 'assistant', 'a', 'acme', 'unknown', 1000000);
select is(tests.counters_of(1), 'messages 3, tokens 2500000, cost 0, last 3', 'nothing has a price');
create temporary table fixture as select tests.price('m') as price_id;
grant select on fixture to service_role;
select tests.act_as('service_role');
select is(
  (
    select concat_ws(' ', r.messages_changed, r.cost_usd_before, trim_scale(r.cost_usd_after), r.is_complete)
    from public.reprice_messages(now() - interval '1 day', now() + interval '1 day') as r
  ), '2 0 3 t', 'two messages are priced'
);
select is(
  tests.cost_of(1) || ', ' || tests.cost_of(2) || ', ' || tests.cost_of(3),
  'price_book 2, price_book 1, unpriced', 'as the book says'
);
select is(
  (
    select count(*) from public.conversation_messages as m
    where m.price_id = (select f.price_id from fixture as f)
  ), 2::bigint, 'and say by which price'
);
select is(tests.counters_of(1), 'messages 3, tokens 2500000, cost 3, last 3', 'the session follows');
select is(tests.ledger(), 'daily exact, totals exact', 'the ledger too');
select tests.act_as('service_role');
select is(
  (
    select concat_ws(' ', sum(u.unpriced_requests), trim_scale(sum(u.price_book_cost_usd)))
    from public.usage_daily as u where u.user_id = tests.id_of('owner')
  ), '1 3', 'which knows of one call without a price'
);
select is(
  (select string_agg(distinct u.reported_by::text, ' ') from public.usage_daily as u), 'authenticated',
  'who wrote a message stays who wrote it'
);

select * from finish();
rollback;
