begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
select public.begin_message(tests.s(1), tests.m(1));
select public.append_message_delta(tests.m(1), 1, 'secret');
select public.wipe_session_content(tests.s(1));
select is(
  tests.error_of(format('select public.finish_message(%L, p_cost_usd => 1)', tests.m(1))), 'ok', 'it ends'
);
select is(
  tests.error_of(format('select public.finish_message(%L, p_cost_usd => 1)', tests.m(1))), 'ok',
  'ended again, it stays as it is'
);
select tests.act_as('service_role');
select is(
  tests.error_of(format('select public.finish_message(%L, p_cost_usd => 2)', tests.m(1))), 'ok',
  'what the server knows of the cost is taken'
);
select results_eq(
  $$ select content, cost_usd from public.conversation_messages where id = tests.m(1) $$,
  $$ values ('', 2::numeric) $$, 'without a text'
);

select * from finish();
rollback;
