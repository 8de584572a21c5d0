begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(2);

select tests.visit(n) from generate_series(1, 5) as n;
insert into public.session_outcomes (
  session_id, query_type, products_viewed, products_added_to_cart, conversion_occurred,
  conversion_value_usd, user_satisfaction, created_at, reported_by
)
values
  (tests.s(1), 'product', '{a}', '{a}', true, 10.5, 5, now(), 'visitor'),
  (tests.s(2), 'product', '{a,b}', '{}', false, 2, 2, now(), 'service_role'),
  (
    tests.s(3), 'product', '{}', '{}', false, null, null,
    (date_trunc('day', now() at time zone 'utc') - interval '29 days') at time zone 'utc', null
  ),
  (
    tests.s(4), 'product', '{a}', '{a}', true, 99, 1,
    (date_trunc('day', now() at time zone 'utc') - interval '29 days 1 second') at time zone 'utc', null
  ),
  (tests.s(5), null, '{}', '{}', false, null, null, now(), null);
select tests.act_as('service_role');
select results_eq(
  $$
    select query_type, session_count, viewed_count, added_to_cart_count, converted_count,
      conversion_rate, conversion_value_usd, claimed_value_usd, avg_user_satisfaction
    from public.conversion_funnel order by query_type
  $$,
  $$
    values
      ('product', 3::bigint, 2::bigint, 1::bigint, 1::bigint, 0.3333, 12.5, 10.5, 3.50),
      (null, 1, 0, 0, 0, 0, 0, 0, null)
  $$, 'over 30 UTC days'
);
select tests.act_as('owner');
select is_empty('select * from public.conversion_funnel', 'users see their own');

select * from finish();
rollback;
