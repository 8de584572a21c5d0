begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(5);

create function pg_temp.alerts_after(p_sql text)
returns text
language plpgsql
as $$
declare
  v_alerts text;
begin
  execute p_sql;
  v_alerts := tests.alerts_of('brand');
  raise exception using errcode = 'UNDO0', message = v_alerts;
exception
  when sqlstate 'UNDO0' then
    return sqlerrm;
end
$$;
select tests.set_budget('brand', 1);
select tests.act_as('service_role');
select is(
  pg_temp.alerts_after(format(
    'select public.append_messages(%L, %L)', tests.s(2),
    '[{"role": "assistant", "content": "a", "cost_usd": 0.6},
      {"role": "assistant", "content": "b", "cost_usd": 0.6}]'
  )), 'hard 1 at 1.2', 'append_messages, both messages together'
);
select is(
  pg_temp.alerts_after(format(
    'select public.log_turn(%L, gen_random_uuid(), ''a'', ''b'', p_cost_usd => 1)', tests.s(2)
  )), 'hard 1 at 1', 'log_turn'
);
select is(
  pg_temp.alerts_after(format(
    'select public.record_usage(gen_random_uuid(), p_brand_id => %L, p_cost_usd => 1)',
    tests.id_of('brand')
  )), 'hard 1 at 1', 'record_usage'
);
select tests.did(tests.spend(2, 1, 0.1));
select is(
  pg_temp.alerts_after(format(
    'update public.conversation_messages set cost_usd = 1.5 where id = %L', tests.m(1)
  )), 'hard 1 at 1.5', 'a correction'
);
select is(
  pg_temp.alerts_after(format(
    'insert into public.conversation_messages
       (session_id, role, content, provider, model_used, input_tokens)
     values (%L, ''assistant'', ''a'', ''openai'', ''gpt-4o'', 400000)', tests.s(3)
  )), 'hard 1 at 1.1', 'a price of the price book'
);

select * from finish();
rollback;
