begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(5);

select tests.start(1);
select tests.price('m');
create function pg_temp.say(p_n integer)
returns text
language sql
as $$
  insert into public.conversation_messages (
    id, session_id, role, content, provider, model_used, input_tokens
  )
  values (tests.m(p_n), tests.s(1), 'assistant', 'a', 'acme', 'm', 1000000);
  select tests.cost_of(p_n)
$$;
select tests.act_as('service_role');
select is(pg_temp.say(1), 'price_book 2', 'the old price');
update public.model_prices
set validity = tstzrange(lower(validity), clock_timestamp())
where provider = 'acme' and model = 'm';
select is(pg_temp.say(2), 'unpriced', 'nothing between the two');
insert into public.model_prices (
  provider, model, validity, input_usd_per_mtok, output_usd_per_mtok, source, source_date
)
select 'acme', 'm', tstzrange(upper(validity), null), 3, 3, 'a test', '2026-01-01'
from public.model_prices where provider = 'acme' and model = 'm';
select is(pg_temp.say(3), 'price_book 3', 'the new price');
select is(tests.cost_of(1), 'price_book 2', 'what was said before keeps its cost');
select isnt(
  (select m.price_id from public.conversation_messages as m where m.id = tests.m(1)),
  (select m.price_id from public.conversation_messages as m where m.id = tests.m(3)),
  'and says by which price'
);

select * from finish();
rollback;
