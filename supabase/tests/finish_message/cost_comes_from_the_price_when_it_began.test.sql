begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/streaming.psql
select plan(4);

select tests.start(1);
select tests.price('m', '{"validity": "[2020-01-01 00:00:00+00,2026-01-01 00:00:00+00)"}');
select tests.price('m', '{"validity": "[2026-01-01 00:00:00+00,)", "input_usd_per_mtok": 4}');
select tests.act_as('owner');
select tests.begin(1, 'active', 'm');
select is(
  trim_scale((public.finish_message(tests.m(1), p_input_tokens => 1000)).cost_usd), 0.004, 'of today'
);
select tests.begin(2, 'active', 'm');
select tests.act_as('postgres');
update public.conversation_messages set created_at = '2025-12-31T23:59:59Z' where id = tests.m(2);
select tests.act_as('owner');
select is(
  trim_scale((public.finish_message(tests.m(2), p_input_tokens => 1000)).cost_usd), 0.002,
  'of the day when it began'
);
select is(
  (
    select
      string_agg(
        concat_ws(' ', u.day = '2025-12-31', u.requests, trim_scale(u.cost_usd)), ', ' order by u.day
      )
    from public.usage_daily as u
  ), 't 1 0.002, f 1 0.004', 'where it counts'
);
select is(tests.ledger(false), 'daily exact, totals exact', 'usage is exact');

select * from finish();
rollback;
