begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(7);

select tests.start(1);
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, input_tokens
)
select tests.m(i), tests.s(1), 'assistant', 'a', 'acme', case when i = 5 then 'n' else 'm' end, 1000000
from generate_series(1, 6) as i;
update public.conversation_messages as m
set created_at = e.created_at
from (
  values
    (tests.m(1), '2026-03-31 23:59:59.999999+00'::timestamptz), (tests.m(2), '2026-04-01 00:00+00'),
    (tests.m(3), '2026-04-30 23:59:59.999999+00'), (tests.m(4), '2026-05-01 00:00+00'),
    (tests.m(5), '2026-04-10 00:00+00'), (tests.m(6), '2026-04-10 00:00+00')
) as e (id, created_at)
where e.id = m.id;
select tests.price('m');
select tests.price('n');
select tests.price('m', '{"provider": "other"}');
update public.conversation_messages set provider = 'other' where id = tests.m(6);
update public.conversation_messages
set cost_usd = null, price_id = null, cost_source = 'unpriced' where id = tests.m(6);
create function pg_temp.priced()
returns text
language sql
as $$
  select string_agg(tests.number_of(m.id), ' ' order by m.sequence_order)
  from public.conversation_messages as m
  where m.cost_source = 'price_book'
$$;
select is(pg_temp.priced(), null, 'nothing has a price yet');
select tests.act_as('service_role');
select public.reprice_messages('2026-04-01 00:00+00', '2026-05-01 00:00+00', 'acme', 'n');
select is(pg_temp.priced(), '5', 'a model');
select public.reprice_messages('2026-04-01 00:00+00', '2026-05-01 00:00+00', 'other');
select is(pg_temp.priced(), '5 6', 'a provider');
select public.reprice_messages('2026-04-01 00:00+00', '2026-05-01 00:00+00');
select is(pg_temp.priced(), '2 3 5 6', 'from the first moment of the window until before its end');
select is(tests.ledger(false), 'daily exact, totals exact', 'the ledger follows');
select tests.act_as('service_role');
select public.reprice_messages('-infinity', 'infinity');
select is(pg_temp.priced(), '1 2 3 4 5 6', 'all time');
select is(tests.ledger(false), 'daily exact, totals exact', 'the ledger follows');

select * from finish();
rollback;
