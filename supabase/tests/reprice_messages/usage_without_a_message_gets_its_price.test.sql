begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(9);

-- Recorded without a message, for a tier, with a cost, and of a message that is gone.
select tests.start(1);
select tests.act_as('service_role');
select public.record_usage(
  tests.m(n), tests.id_of('owner'), tests.id_of('brand'), 'acme', 'm', p_input_tokens => 1000000,
  p_service_tier => case when n = 2 then 'batch' end, p_cost_usd => case when n = 3 then 0.5 end,
  p_latency_ms => 7
)
from generate_series(1, 3) as n;
insert into public.conversation_messages (id, session_id, role, content, provider, model_used, input_tokens)
values (tests.m(4), tests.s(1), 'assistant', 'a', 'acme', 'm', 1000000);
delete from public.conversation_messages where id = tests.m(4);
create function pg_temp.reprice(p_limit integer default 10)
returns text
language sql
as $$
  select concat_ws(
    ' ', r.messages_changed, trim_scale(r.cost_usd_before), trim_scale(r.cost_usd_after), r.is_complete
  )
  from public.reprice_messages(
    now() - interval '1 day', now() + interval '1 day', 'ACME', 'm', p_limit
  ) as r
$$;
create function pg_temp.unpriced()
returns bigint
language sql
as $$ select coalesce(sum(u.request_count), 0)::bigint from public.unpriced_usage as u $$;
select is(pg_temp.unpriced(), 3::bigint, 'nobody knows what they cost');
select tests.price('m');
select tests.price('m', '{"service_tier": "batch", "input_usd_per_mtok": 1}');
select alike(pg_temp.reprice(2), '2 0 % f', 'some of them');
select alike(pg_temp.reprice(), '1 0 % t', 'and the rest');
select is(
  (select trim_scale(sum(u.cost_usd)) from public.usage_daily as u), 5.5, 'each by its tier'
);
select is(pg_temp.unpriced() || ' ' || pg_temp.reprice(), '0 0 0 0 t', 'and then none');
select is(tests.ledger(), 'daily exact, totals exact', 'the ledger follows');
select tests.act_as('postgres');
delete from public.model_prices where provider = 'acme';
select tests.price('m', '{"input_usd_per_mtok": 3}');
select tests.act_as('service_role');
select is(pg_temp.reprice(), '3 5 6 t', 'a wrong price is made good, and one that is gone is none');
select is(tests.ledger(), 'daily exact, totals exact', 'as the ledger has it');
select tests.act_as('postgres');
delete from auth.users where id = tests.id_of('owner');
select is(tests.ledger(), 'daily exact, totals exact', 'and whoever it was');

select * from finish();
rollback;
