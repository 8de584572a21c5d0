begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(7);

select tests.price('m');
select tests.act_as('service_role');
select results_eq(
  $$
    select r.id, r.cost_usd, r.cost_source, r.inserted
    from public.record_usage(
      tests.m(1), tests.id_of('owner'), tests.id_of('brand'), 'acme', 'm', p_input_tokens => 1000,
      p_output_tokens => 100, p_cached_input_tokens => 10, p_reasoning_tokens => 5,
      p_latency_ms => 250, p_is_error => true
    ) as r
  $$,
  $$ values (tests.m(1), 0.003, 'price_book'::public.cost_source, true) $$,
  'answers with the cost by the price book'
);
create function pg_temp.usage()
returns text
language sql
as $$
  select concat_ws(
    ' ', u.user_id = tests.id_of('owner'), u.brand_id = tests.id_of('brand'), u.provider, u.model,
    u.reported_by, 'requests', u.requests, u.errors, 'messages',
    u.user_messages + u.assistant_messages + u.system_messages + u.tool_messages, 'tokens',
    u.input_tokens, u.output_tokens, u.cached_input_tokens, u.reasoning_tokens, u.total_tokens,
    'cost', trim_scale(u.cost_usd), trim_scale(u.price_book_cost_usd), 'latency', u.latency_ms_sum
  )
  from public.usage_daily as u
  where u.provider = 'acme'
$$;
select is(
  pg_temp.usage(),
  't t acme m service_role requests 1 1 messages 0 tokens 1000 100 10 5 1100 cost 0.003 0.003 '
  'latency 250', 'a request of the user in the brand, and no message'
);
select is(tests.ledger(), 'daily exact, totals exact', 'the recount holds');
select public.merge_usage();
select is(tests.ledger(), 'daily exact, totals exact', 'merged');
select tests.act_as('owner');
select is(
  (select sum(u.requests) from public.usage_daily as u), 1::numeric, 'the user reads it'
);
select tests.act_as('postgres');
delete from auth.users where id = tests.id_of('owner');
select is(
  (select sum(u.requests) from public.usage_daily as u where u.user_id is null and u.provider = 'acme'),
  1::numeric, 'it outlives the user'
);
select is(tests.ledger(), 'daily exact, totals exact', 'as the recount has it');

select * from finish();
rollback;
