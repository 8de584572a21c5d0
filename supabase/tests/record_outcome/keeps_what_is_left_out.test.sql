begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(14);

select tests.visit(1), tests.start(2);
select tests.act_as('service_role');
select results_eq(
  $$
    select products_viewed, products_added_to_cart, viewed_count, added_to_cart_count, query_type,
      user_satisfaction, conversion_occurred, conversion_value_usd
    from public.record_outcome(
      p_session_token => 'chat-1', p_session_secret => tests.secret(1), p_products_viewed => '{a,b}',
      p_query_type => 'product'
    )
  $$,
  $$
    values (
      '{a,b}'::text[], '{}'::text[], 2, 0, 'product', null::smallint, false, null::numeric
    )
  $$, 'the first'
);
select tests.act_as('postgres');
update public.session_outcomes set created_at = 'epoch', updated_at = 'epoch';
select tests.act_as('service_role');
select results_eq(
  $$
    select products_viewed, products_added_to_cart, query_type, conversion_occurred,
      conversion_value_usd, created_at, updated_at
    from public.record_outcome(
      tests.s(1), p_products_added_to_cart => '{b}', p_conversion_occurred => true,
      p_conversion_value_usd => 12.50
    )
  $$,
  $$ values ('{a,b}'::text[], '{b}'::text[], 'product', true, 12.50, timestamptz 'epoch', now()) $$,
  'more of it'
);
select public.record_feedback(tests.s(1), p_user_satisfaction => 5);
select results_eq(
  $$
    select products_viewed, products_added_to_cart, query_type, user_satisfaction, conversion_occurred,
      conversion_value_usd
    from public.record_outcome(tests.s(1), p_query_type => 'support', p_products_viewed => '{c}')
  $$,
  $$ values ('{c}'::text[], '{b}'::text[], 'support', 5::smallint, true, 12.50) $$, 'other values'
);
select is(tests.error_of(c.sql), c.expected, c.name)
from (
  values
    ('nothing', 'select public.record_outcome(tests.s(1))', 'PT400 INVALID_ARGUMENT'),
    (
      'a product of null',
      $$ select public.record_outcome(tests.s(1), p_products_viewed => '{a,null}') $$,
      'PT400 INVALID_ARGUMENT'
    ),
    (
      'a product of null in the cart',
      $$ select public.record_outcome(tests.s(1), p_products_added_to_cart => '{null}') $$,
      'PT400 INVALID_ARGUMENT'
    ),
    (
      'a table of products', $$ select public.record_outcome(tests.s(1), p_products_viewed => '{{a}}') $$,
      'PT400 INVALID_ARGUMENT'
    ),
    (
      'a table of products in the cart',
      $$ select public.record_outcome(tests.s(1), p_products_added_to_cart => '{{a}}') $$,
      'PT400 INVALID_ARGUMENT'
    ),
    (
      'a product of 200 characters',
      $$ select public.record_outcome(tests.s(1), p_products_viewed => array[repeat('é', 200)]) $$, 'ok'
    ),
    (
      'a longer one',
      $$ select public.record_outcome(tests.s(1), p_products_added_to_cart => array[repeat('p', 201)]) $$,
      'PT413 TOO_LARGE'
    ),
    (
      'another secret',
      $$ select public.record_outcome(
           tests.s(1), p_session_secret => tests.secret(2), p_query_type => 'x'
         ) $$,
      'PT404 SESSION_NOT_FOUND'
    ),
    ('a free text', $$ select public.record_outcome(tests.s(1), p_query_type => 'x?') $$, '23514')
) as c (name, sql, expected);
select tests.act_as('owner');
select is(
  (select user_id from public.record_outcome(tests.s(2), p_conversion_occurred => false)),
  tests.id_of('owner'), 'a user''s own'
);
select is(
  tests.error_of('select public.record_outcome(tests.s(1), p_conversion_occurred => true)'),
  'PT404 SESSION_NOT_FOUND', 'nobody else''s'
);

select * from finish();
rollback;
