begin;
\ir ../_shared/setup.psql
select plan(2);

select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.brands'::regclass and attnum > 0 and attnotnull
  ),
  array['content_mode', 'created_at', 'id', 'name', 'settings', 'slug', 'updated_at'], 'of brands'
);
select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.brand_members'::regclass and attnum > 0 and attnotnull
  ), array['brand_id', 'created_at', 'role', 'user_id'], 'of brand_members'
);

select * from finish();
rollback;
