begin;
\ir ../_shared/setup.psql
select plan(1);

select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.session_outcomes'::regclass and attnum > 0 and attnotnull
  ),
  array[
    'added_to_cart_count', 'conversion_occurred', 'created_at', 'products_added_to_cart',
    'products_viewed', 'session_id', 'updated_at', 'viewed_count'
  ],
  'these are never null'
);

select * from finish();
rollback;
