begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content, tokens_used, cost_usd)
values (tests.m(1), tests.s(1), 'assistant', 'a', 7, 0.01);
select is(
  (
    select jsonb_build_array(
      id, user_id, message_count, last_sequence, total_tokens, total_cost_usd, active_message_id
    )
    from public.get_session(tests.s(1))
  ),
  jsonb_build_array(tests.s(1), tests.id_of('owner'), 1, 1, 7, 0.01, tests.m(1)), 'its own'
);
select tests.act_as('service_role');
select is((select id from public.get_session(tests.s(1))), tests.s(1), 'service_role reads any');

select * from finish();
rollback;
