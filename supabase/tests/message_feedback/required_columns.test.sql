begin;
\ir ../_shared/setup.psql
select plan(1);

select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.message_feedback'::regclass and attnum > 0 and attnotnull
  ),
  array['created_at', 'message_id', 'rating', 'session_id', 'updated_at', 'user_id'],
  'these are never null'
);

select * from finish();
rollback;
