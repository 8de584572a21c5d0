begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(6);

select tests.start(1);
select tests.act_as('service_role');
insert into public.conversation_messages (session_id, role, content, provider, model_used, input_tokens)
select tests.s(1), 'assistant', 'a', 'acme', 'm', 1000000 from generate_series(1, 5);
select tests.price('m');
create function pg_temp.reprice(p_limit integer)
returns text
language sql
as $$
  select concat_ws(' ', r.messages_changed, trim_scale(r.cost_usd_after), r.is_complete)
  from public.reprice_messages(
    now() - interval '1 day', now() + interval '1 day', p_limit => p_limit
  ) as r
$$;
select is(pg_temp.reprice(2), '2 4 f', 'two of five');
select is(
  (select count(*) from public.conversation_messages as m where m.cost_source = 'unpriced'), 3::bigint,
  'three are left'
);
select is(pg_temp.reprice(2), '2 4 f', 'two more');
select is(pg_temp.reprice(2), '1 2 t', 'the last');
select is(pg_temp.reprice(2), '0 0 t', 'and none');
select is(tests.ledger(), 'daily exact, totals exact', 'the ledger follows');

select * from finish();
rollback;
