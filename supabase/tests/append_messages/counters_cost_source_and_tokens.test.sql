begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
create temp table appended as
select a.*
from public.append_messages(tests.s(1), jsonb_build_array(
  tests.msg(1), tests.msg(2, '{"cost_usd": 0.1}'), tests.msg(3, '{"provider": "p"}'),
  tests.msg(4, '{"input_tokens": 3, "output_tokens": 4}'), tests.msg(5, '{"output_tokens": 4}'),
  tests.msg(6, '{"tokens_used": 9, "input_tokens": 3, "cost_usd": 0.2}')
)) as a;
select is(
  (
    select array_agg(concat_ws(' ', cost_source, tokens_used) order by sequence_order) from appended
  ),
  array['none', 'reported', 'unpriced', 'unpriced 7', 'unpriced 4', 'reported 9'],
  'the source of each cost, and tokens from input and output'
);
select is(
  (select array_agg(distinct reported_by) from appended),
  array['authenticated']::public.cost_reporter[], 'by the user'
);
select is(tests.counters_of(1), 'messages 6, tokens 20, cost 0.3, last 6', 'the counters');
select tests.act_as('service_role');
select is(
  (
    select a.reported_by
    from public.append_messages(tests.s(1), jsonb_build_array(tests.msg(7))) as a
  ), 'service_role', 'by the server'
);

select * from finish();
rollback;
