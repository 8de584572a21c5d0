begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(13);

select tests.start(1);
select tests.price('m');
select tests.price('m', '{"service_tier": "batch", "input_usd_per_mtok": 1}');
select tests.price('dear', '{"input_usd_per_mtok": 20}');
select tests.act_as('owner');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, input_tokens, cost_usd
)
values
  (tests.m(1), tests.s(1), 'assistant', 'a', 'acme', 'm', 1000000, null),
  (tests.m(2), tests.s(1), 'assistant', 'a', 'acme', 'm', 1000000, 0.25);
create function pg_temp.correct(p_n integer, p_set text)
returns text
language plpgsql
as $$
begin
  execute format(
    'update public.conversation_messages set %s where id = %L', p_set, tests.m(p_n)
  );
  return tests.cost_of(p_n);
end
$$;
select tests.act_as('service_role');
select is(pg_temp.correct(1, 'input_tokens = 500000'), 'price_book 1', 'tokens');
select is(pg_temp.correct(1, 'output_tokens = 100000'), 'price_book 2', 'output');
select is(
  (select m.tokens_used from public.conversation_messages as m where m.id = tests.m(1)), 600000,
  'the total follows'
);
select is(pg_temp.correct(1, $$model_used = 'dear'$$), 'price_book 11', 'model');
select is(
  (
    select p.model
    from public.conversation_messages as m
    join public.model_prices as p on p.id = m.price_id
    where m.id = tests.m(1)
  ), 'dear', 'which it names'
);
select is(pg_temp.correct(1, $$provider = 'nobody'$$), 'unpriced', 'a provider without prices');
select is(
  (select m.price_id from public.conversation_messages as m where m.id = tests.m(1)), null::uuid,
  'no price is named'
);
select is(
  pg_temp.correct(1, $$provider = 'acme', model_used = 'm', service_tier = 'batch'$$),
  'price_book 1.5', 'tier'
);
select is(pg_temp.correct(1, 'cost_usd = 1.6'), 'reported 1.6', 'the bill of the provider');
select is(pg_temp.correct(1, 'input_tokens = 1'), 'reported 1.6', 'stays when tokens change');
select is(
  pg_temp.correct(1, 'cost_usd = null'), 'price_book 1.000001', 'without it the book is asked again'
);
select is(pg_temp.correct(2, 'input_tokens = 1'), 'reported 0.25', 'a claim of the user stays');
select is(
  pg_temp.correct(2, 'cost_usd = null'), 'price_book 0.000002', 'until the server takes it away'
);

select * from finish();
rollback;
