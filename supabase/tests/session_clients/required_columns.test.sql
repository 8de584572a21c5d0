begin;
\ir ../_shared/setup.psql
select plan(1);

select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.session_clients'::regclass and attnum > 0 and attnotnull
  ),
  array['secret_hash', 'session_id', 'session_token', 'started_at'],
  'these are never null'
);

select * from finish();
rollback;
