begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(6);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, input_tokens
)
values (tests.m(1), tests.s(1), 'assistant', 'a', 'acme', 'm', 10);
select tests.append(1, jsonb_build_array(
  tests.msg(2, '{"provider": "acme", "model_used": "m", "input_tokens": 10}')
));
select public.log_turn(
  tests.s(1), tests.m(3), 'q', 'a', 'acme', 'm', p_input_tokens => 10
);
select is(tests.cost_of(1), 'unpriced', 'by a plain insert');
select is(tests.cost_of(2), 'unpriced', 'by append_messages');
select is(
  (
    select concat_ws(' ', m.cost_source, m.cost_usd)
    from public.conversation_messages as m where m.parent_message_id = tests.m(3)
  ), 'unpriced', 'by log_turn'
);
select is(
  (select count(m.cost_usd) from public.conversation_messages as m), 0::bigint, 'null, not 0'
);
select is(tests.cost_of(3), 'none', 'a question has no cost');
select is(public.get_session_cost(tests.s(1)), 0::numeric, 'nothing known is spent');

select * from finish();
rollback;
