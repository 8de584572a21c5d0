begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.act_as('service_role');
select public.record_usage(
  tests.m(1), tests.id_of('owner'), p_provider => 'acme', p_tokens_used => 12, p_cost_usd => 0.5
);
select tests.act_as('owner');
select results_eq(
  'select message_count, total_tokens, total_cost_usd from public.daily_message_volume',
  'values (0::bigint, 12::bigint, 0.5)', 'it has tokens and a cost'
);
select tests.act_as('service_role');
select public.record_usage(tests.m(2), tests.id_of('other'), p_provider => 'acme');
select is(
  (
    select message_count from public.daily_message_volume where user_id = tests.id_of('other')
  ), 0::bigint, 'or none'
);

select * from finish();
rollback;
