begin;
\ir ../_shared/setup.psql
select plan(2);

select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.attachments'::regclass and attnum > 0 and attnotnull
  ),
  array[
    'created_at', 'id', 'mime_type', 'name', 'processing_status', 'request_hash', 'session_id',
    'sha256', 'size_bytes', 'storage_path', 'updated_at'
  ], 'these are never null'
);
select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'private.storage_deletions'::regclass and attnum > 0 and attnotnull
  ),
  array['attempts', 'bucket_id', 'id', 'path', 'queued_at'], 'nor these of the queue'
);

select * from finish();
rollback;
