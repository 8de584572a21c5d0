begin;
\ir ../_shared/setup.psql
select plan(2);

select tests.act_as('service_role');
select setseed(0.5);
-- A server that writes no message, such as one that makes vectors.
select count(public.record_usage(
  gen_random_uuid(), tests.id_of('owner'), p_provider => 'acme', p_cost_usd => 0.001
))
from generate_series(1, 2000);
select tests.act_as('postgres');
select cmp_ok(
  (select count(*) from private.usage_tail), '<', 2000::bigint, 'who only records usage merges the tail'
);
select tests.act_as('service_role');
select is(
  (select concat_ws(' ', u.requests, u.cost_usd) from public.usage_daily as u), '2000 2.000',
  'and every call counts once'
);

select * from finish();
rollback;
