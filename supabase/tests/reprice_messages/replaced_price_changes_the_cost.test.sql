begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(6);

select tests.start(1);
select tests.price('m');
select tests.act_as('service_role');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, input_tokens
)
values (tests.m(1), tests.s(1), 'assistant', 'a', 'acme', 'm', 1000000);
create function pg_temp.reprice()
returns text
language sql
as $$
  select
    concat_ws(' ', r.messages_changed, trim_scale(r.cost_usd_before), trim_scale(r.cost_usd_after))
  from public.reprice_messages(now() - interval '1 day', now() + interval '1 day') as r
$$;
select is(pg_temp.reprice(), '0 0 0', 'nothing to do');
delete from public.model_prices where provider = 'acme';
select tests.price('m', '{"input_usd_per_mtok": 3}');
select is(pg_temp.reprice(), '1 2 3', 'a wrong price is replaced');
select is(tests.cost_of(1), 'price_book 3', 'the message follows');
delete from public.model_prices where provider = 'acme';
select is(pg_temp.reprice(), '1 3 0', 'a price is taken away');
select is(tests.cost_of(1), 'unpriced', 'the cost is unknown, not 0');
select is(tests.ledger(), 'daily exact, totals exact', 'the ledger follows');

select * from finish();
rollback;
