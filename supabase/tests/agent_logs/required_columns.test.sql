begin;
\ir ../_shared/setup.psql
select plan(1);

select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.agent_logs'::regclass and attnum > 0 and attnotnull
  ),
  array['created_at', 'details', 'id', 'level', 'log_type'], 'these are never null'
);

select * from finish();
rollback;
