begin;
\ir ../_shared/setup.psql
select plan(1);

select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.message_retrievals'::regclass and attnum > 0 and attnotnull
  ),
  array['created_at', 'message_id', 'request_hash', 'session_id'],
  'these are never null'
);

select * from finish();
rollback;
