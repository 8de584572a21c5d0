begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(27);

select tests.visit(1);
insert into public.session_outcomes (session_id) values (tests.s(1));
select is(
  tests.error_of(format('update public.session_outcomes set %I = %L', c.name, c.value)), c.expected,
  format('%s = %s', c.name, left(c.value, 20))
)
from (
  values
    ('user_satisfaction', '0', '23514'), ('user_satisfaction', '1', 'ok'),
    ('user_satisfaction', '5', 'ok'), ('user_satisfaction', '6', '23514'),
    ('conversion_value_usd', '-0.01', '23514'), ('conversion_value_usd', '0', 'ok'),
    ('conversion_value_usd', '999999999.99', 'ok'), ('conversion_value_usd', '1000000000', '23514'),
    ('conversion_value_usd', 'NaN', '23514'), ('conversion_value_usd', 'Infinity', '23514'),
    ('conversion_value_usd', '0.00000000000000000001', 'ok'),
    ('conversion_value_usd', '0.000000000000000000001', '23514'),
    ('query_type', 'Product search/v2.1:a_b-c', 'ok'), ('query_type', repeat('x', 64), 'ok'),
    ('query_type', repeat('x', 65), '23514'), ('query_type', '', '23514'),
    ('query_type', ' x', '23514'), ('query_type', 'my mail is a@b.c', '23514'),
    ('query_type', 'two' || chr(10) || 'lines', '23514'), ('query_type', 'x' || chr(10), '23514')
) as c (name, value, expected);
select is(
  tests.error_of(format('update public.session_outcomes set %I = %s', c.name, v.value)), v.expected,
  format('%s: %s', c.name, v.name)
)
from unnest(array['products_viewed', 'products_added_to_cart']) as c (name)
cross join (
  values
    ('1000', 'array_fill(''p''::text, array[1000])', 'ok'),
    ('1001', 'array_fill(''p''::text, array[1001])', 'PT413 TOO_LARGE'),
    ('more than 256 KiB', 'array[repeat(''p'', 262145)]', 'PT413 TOO_LARGE')
) as v (name, value, expected);
delete from public.session_outcomes;
select is(
  tests.error_of(
    format(
      'insert into public.session_outcomes (session_id, products_viewed) values (%L, array_fill(%L::text, array[1001]))',
      tests.s(1), 'p'
    )
  ), 'PT413 TOO_LARGE', 'in an insert too'
);

select * from finish();
rollback;
