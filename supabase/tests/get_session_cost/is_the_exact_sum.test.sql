begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
select is(public.get_session_cost(tests.s(1)), 0::numeric, 'an empty session has cost nothing');
insert into public.conversation_messages (session_id, role, content, cost_usd)
values
  (tests.s(1), 'assistant', 'a', 0.1), (tests.s(1), 'assistant', 'b', 0.2),
  (tests.s(1), 'user', 'c', null), (tests.s(1), 'assistant', 'd', 0.00000000000000000001);
select is(
  public.get_session_cost(tests.s(1)), 0.30000000000000000001,
  'to the last digit; null adds nothing'
);
select tests.append(
  1, jsonb_build_array(tests.msg(9, '{"parent": "root", "cost_usd": 999999999}'))
);
select is(
  public.get_session_cost(tests.s(1)), 999999999.30000000000000000001, 'over every branch'
);
select tests.act_as('service_role');
select is(
  public.get_session_cost(tests.s(1)), 999999999.30000000000000000001, 'service_role reads any'
);

select * from finish();
rollback;
