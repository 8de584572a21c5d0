begin;
\ir ../_shared/setup.psql
select plan(1);

select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'private.rate_limits'::regclass and attnum > 0 and attnotnull
  ),
  array['calls', 'key_hash', 'window_end', 'window_start'],
  'these are never null'
);

select * from finish();
rollback;
