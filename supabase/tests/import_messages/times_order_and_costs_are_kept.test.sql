begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(8);

select tests.start(1);
select tests.price('m', '{"validity": "[2025-01-01 00:00:00+00,2026-01-01 00:00:00+00)"}');
select tests.price(
  'm', '{"validity": "[2026-01-01 00:00:00+00,)", "input_usd_per_mtok": 4}'
);
select tests.act_as('owner');
create temporary table imported as
select r.*
from public.import_messages(
  tests.s(1),
  jsonb_build_array(
    tests.msg(1, '{"created_at": "2025-12-31T23:59:59Z"}'),
    tests.msg(2, '{"role": "assistant", "created_at": "2025-12-31T23:59:59.5Z", "provider": "acme",
      "model_used": "m", "input_tokens": 1000}'),
    tests.msg(3, '{"created_at": "2026-01-01T00:00:00Z", "role": "assistant", "provider": "acme",
      "model_used": "m", "input_tokens": 1000}'),
    tests.msg(4, '{"created_at": "2025-06-01T00:00:00Z", "role": "assistant", "cost_usd": 0.5}'),
    tests.msg(5)
  )
) as r;
select results_eq(
  $$
    select tests.number_of(i.id), i.sequence_order, nullif(i.created_at, i.imported_at),
      trim_scale(i.cost_usd), i.inserted
    from imported as i
  $$,
  $$
    values
      ('1', 1, '2025-12-31 23:59:59+00'::timestamptz, null::numeric, true),
      ('2', 2, '2025-12-31 23:59:59.5+00', 0.002, true),
      ('3', 3, '2026-01-01 00:00:00+00', 0.004, true),
      ('4', 4, '2025-06-01 00:00:00+00', 0.5, true),
      ('5', 5, null, null, true)
  $$, 'in the order sent, at their times, priced as of them'
);
select is(
  (select count(*) from imported as i where i.imported_at >= now()), 5::bigint, 'marked as imported'
);
select is(tests.tree_of(1), '1 2<1 3<2 4<3 5<4 | shown 5 | branches 0', 'a straight line');
select is(tests.counters_of(1), 'messages 5, tokens 2000, cost 0.506, last 5', 'counted');
select is(
  (public.get_session(tests.s(1))).created_at, '2025-06-01 00:00:00+00'::timestamptz,
  'the session is as old as what it holds'
);
select is(
  (public.get_session(tests.s(1))).last_activity_at >= now(), true, 'and as young'
);
select is(tests.history_of(1), '1 2 3 4 5', 'history is in order');
select is(tests.ledger(), 'daily exact, totals exact', 'usage counts on the days of the messages');

select * from finish();
rollback;
