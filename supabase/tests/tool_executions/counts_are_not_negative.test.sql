begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(2);

select tests.start(1);
select tests.act_as('owner');
select is(
  tests.run(1, 1, jsonb_build_object(c, -1)) || ' ' || tests.run(1, p, jsonb_build_object(c, 0)),
  '23514 ok', c || ': -1 and 0'
)
from unnest(array['execution_time_ms', 'tokens_used']) with ordinality as x (c, n)
cross join lateral (select x.n::integer + 1) as i (p);

select * from finish();
rollback;
