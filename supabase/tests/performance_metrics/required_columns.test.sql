begin;
\ir ../_shared/setup.psql
select plan(1);

select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.performance_metrics'::regclass and attnum > 0 and attnotnull
  ),
  array['created_at', 'id', 'name', 'tags', 'type', 'value'], 'these are never null'
);

select * from finish();
rollback;
