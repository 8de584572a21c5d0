begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.start(1);
create temporary table fixture as select tests.price('m') as price_id;
grant select on fixture to authenticated;
select tests.act_as('owner');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, input_tokens, output_tokens
)
values (tests.m(1), tests.s(1), 'assistant', 'a', 'acme', 'm', 1000, 100);
select tests.append(1, jsonb_build_array(
  tests.msg(2, '{"provider": "Acme", "model_used": "m", "input_tokens": 1000, "output_tokens": 100}')
));
select public.log_turn(
  tests.s(1), tests.m(3), 'q', 'a', 'acme', 'm', p_input_tokens => 1000, p_output_tokens => 100
);
select is(
  (
    select array_agg(concat_ws(' ', m.cost_source, trim_scale(m.cost_usd), m.tokens_used)
      order by m.sequence_order)
    from public.conversation_messages as m
    where m.price_id = (select f.price_id from fixture as f)
  ),
  array_fill('price_book 0.003 1100'::text, array[3]),
  'insert, append_messages and log_turn: 1000 at 2, 100 at 10'
);
select is(
  (select m.price_id from public.conversation_messages as m where m.id = tests.m(3)), null::uuid,
  'a question has no price'
);
select is(public.get_session_cost(tests.s(1)), 0.009, 'the session has cost the three');
select is(
  tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content, price_id)
     values (%L, %L, %L, %L)', tests.s(1), 'user', 'a', tests.m(1)
  )), '42501', 'clients name no price'
);

select * from finish();
rollback;
