begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(3);

select tests.visit(n) from generate_series(1, 6) as n;
insert into public.session_outcomes (
  session_id, query_type, products_viewed, products_added_to_cart, conversion_occurred,
  conversion_value_usd, user_satisfaction, created_at, reported_by
)
values
  (tests.s(1), 'product', '{a}', '{a}', true, 10.5, 5, now(), 'visitor'),
  (tests.s(2), 'product', '{a,b}', '{}', true, 2, 2, now(), 'service_role'),
  (
    tests.s(3), 'product', '{}', '{}', false, null, null,
    (date_trunc('day', now() at time zone 'utc') - interval '29 days') at time zone 'utc', null
  ),
  (
    tests.s(4), 'product', '{a}', '{a}', true, 99, 1,
    (date_trunc('day', now() at time zone 'utc') - interval '29 days 1 second') at time zone 'utc', null
  ),
  (tests.s(5), null, '{}', '{}', false, null, null, now(), null),
  (tests.s(6), null, '{}', '{}', false, 7, null, now(), 'visitor');
select tests.act_as('service_role');
select results_eq(
  $$
    select query_type, session_count, viewed_count, added_to_cart_count, converted_count,
      conversion_rate, conversion_value_usd, claimed_value_usd, avg_user_satisfaction
    from public.conversion_funnel order by query_type
  $$,
  $$
    values
      ('product', 3::bigint, 2::bigint, 1::bigint, 2::bigint, 0.6667, 12.5, 10.5, 3.50),
      (null, 2, 0, 0, 0, 0, 0, 0, null)
  $$, 'over 30 UTC days; what did not lead to a conversion was worth nothing'
);
select public.record_outcome(tests.s(2), p_conversion_occurred => false);
select results_eq(
  $$
    select converted_count, conversion_value_usd
    from public.conversion_funnel
    where query_type = 'product'
  $$,
  $$ values (1::bigint, 10.5) $$, 'nor is one that the server takes back'
);
select tests.act_as('owner');
select is_empty('select * from public.conversion_funnel', 'users see their own');

select * from finish();
rollback;
