begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(6);

select tests.visit(1);
select tests.act_as('service_role');
select is(
  tests.log(jsonb_build_array(tests.turn(1, 1, '{"cost_usd": 1, "provider": "acme"}')), tests.secret(1)),
  '1+', 'by the secret'
);
select is(
  tests.log(jsonb_build_array(tests.turn(1, 2, '{"cost_usd": 2, "provider": "acme"}'))), '2+',
  'by the server'
);
select results_eq(
  $$
    select reported_by::text, sum(cost_usd)
    from public.usage_daily where provider = 'acme' group by reported_by order by 1
  $$, $$ values ('service_role', 2::numeric), ('visitor', 1::numeric) $$, 'in the ledger too'
);
select is(
  tests.error_of($$ select public.log_chat_turns(jsonb_build_array(tests.turn(1, 3)), tests.secret(2)) $$),
  'PT404 SESSION_NOT_FOUND', 'not by another secret'
);
select public.end_visitor_session(tests.s(1));
select is(
  tests.error_of($$ select public.log_chat_turns(jsonb_build_array(tests.turn(1, 3)), tests.secret(1)) $$),
  'PT409 SESSION_CLOSED', 'a chat that has ended takes no turn of its visitor'
);
select is(tests.log(jsonb_build_array(tests.turn(1, 3))), '3+', 'but of the server');

select * from finish();
rollback;
