-- 0160_attachments: files of a session. The bytes lie in Supabase Storage, each once a user.
-- Makes: public.attachments, private.storage_deletions, take_storage_deletions,
--   settle_storage_deletions, private.my_deleted_file_paths, private.my_held_file_paths; bucket
--   attachments and its policies on storage.objects.
-- Needs: 0010, 0030, 0050, Supabase Storage.
-- Locks: conversation_sessions, conversation_messages (foreign keys, trigger), storage.objects
--   (policies). Breaking: no.

create type public.attachment_status as enum ('pending', 'processing', 'processed', 'failed');
comment on type public.attachment_status is 'How far the server is with reading a file.';

create table public.attachments (
  id                 uuid                      not null default gen_random_uuid()
    constraint attachments_pkey primary key,
  session_id         uuid                      not null constraint attachments_session_id_fkey
    references public.conversation_sessions (id) on delete cascade,
  message_id         uuid,
  user_id            uuid,
  storage_path       text                      not null default '',
  name               text                      not null
    constraint attachments_name_format
      check (name ~ '^[^\u0001-\u001f\u007f-\u009f]+$'),
  size_bytes         bigint                    not null
    constraint attachments_size_bytes_range check (size_bytes >= 0),
  mime_type          text                      not null
    constraint attachments_mime_type_format check (mime_type ~ '^[\x20-\x7e]{1,255}$'),
  sha256             text                      not null
    constraint attachments_sha256_format check (sha256 ~ '^[0-9a-f]{64}$'),
  processing_status  public.attachment_status  not null default 'pending',
  duplicate_of       uuid,
  request_hash       bytea                     not null default '',
  created_at         timestamptz               not null default now(),
  updated_at         timestamptz               not null default now(),
  constraint attachments_message_id_fkey foreign key (session_id, message_id)
    references public.conversation_messages (session_id, id) on delete cascade
);
comment on table public.attachments is
  E'Files of a session, perhaps of one of its messages.\n\n'
  'Insert a row, then upload the bytes to storage_path in bucket attachments, unless duplicate_of says '
  'that they are there. The id is the idempotency key: the same id with the same body writes nothing, '
  'with another body it is PT409 IDEMPOTENCY_MISMATCH. Who: the session''s user, not when anonymous; '
  'service_role for visitors too. When the last row with a path goes, its object is queued for '
  'deletion. Errors: PT404 SESSION_NOT_FOUND, MESSAGE_NOT_FOUND; PT409 FILE_IN_DELETION.';
comment on column public.attachments.id is 'Attachment id and idempotency key of the write.';
comment on column public.attachments.session_id is 'The session it belongs to.';
comment on column public.attachments.message_id is
  'The message it belongs to, in the same session; null: none yet.';
comment on column public.attachments.user_id is
  'The session''s user, kept equal to it by trigger. No foreign key: the session''s holds.';
comment on column public.attachments.storage_path is
  'Where the bytes are in bucket attachments, given by the database: <user_id>/<sha256>, for a visitor '
  'visitor/<session_id>/<sha256>. It stays when the session changes hands.';
comment on column public.attachments.name is
  'File name to show, at most 1 KiB, without control characters.';
comment on column public.attachments.size_bytes is 'Size in bytes, as the client says.';
comment on column public.attachments.mime_type is
  'Media type, as the client says: 1 to 255 printable ASCII characters.';
comment on column public.attachments.sha256 is
  'SHA-256 of the bytes, as the client says: 64 lowercase hex digits.';
comment on column public.attachments.processing_status is
  'How far the server is with reading it; written by service_role.';
comment on column public.attachments.duplicate_of is
  'The first attachment with these bytes, where they were stored already when this row was written; '
  'null: upload them. No foreign key: it may be gone while the bytes stay.';
comment on column public.attachments.request_hash is
  'SHA-256 of the client-given columns as first sent.';
comment on column public.attachments.created_at is 'When it was registered.';
comment on column public.attachments.updated_at is 'Last change of the row.';

-- The files of a session and of a message; foreign key side of their deletion.
create index attachments_session_id_message_id_idx on public.attachments (session_id, message_id);
-- A user's files.
create index attachments_user_id_created_at_idx on public.attachments (user_id, created_at);
-- Rows that share an object: duplicates, and whether the last one went.
create index attachments_storage_path_created_at_idx
  on public.attachments (storage_path, created_at);
-- Files that a server has yet to read, oldest first.
create index attachments_processing_status_created_at_idx
  on public.attachments (processing_status, created_at)
  where processing_status in ('pending', 'processing');

alter table public.attachments enable row level security;
revoke all on table public.attachments from public, anon, authenticated, service_role;

create policy attachments_select_own on public.attachments for select to authenticated
  using (
    user_id = (select auth.uid())
    and coalesce(session_id <> all ((select private.my_deleted_session_ids())::uuid[]), true)
  );
create policy attachments_insert_own on public.attachments for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and coalesce(((select auth.jwt()) ->> 'is_anonymous')::boolean, false) = false
  );
create policy attachments_update_own on public.attachments for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));
create policy attachments_delete_own on public.attachments for delete to authenticated
  using (user_id = (select auth.uid()));
comment on policy attachments_select_own on public.attachments is
  'Users read the files of their own sessions, but not of those in the trash.';
comment on policy attachments_insert_own on public.attachments is
  'Users attach files to their own sessions; anonymous users attach none.';
comment on policy attachments_update_own on public.attachments is
  'Users put files of their own sessions to a message.';
comment on policy attachments_delete_own on public.attachments is
  'Users delete files of their own sessions for good.';

grant select, delete on table public.attachments to authenticated, service_role;
-- Not granted: what the database gives (user_id, storage_path, duplicate_of, request_hash, times), and
-- processing_status.
grant insert (id, session_id, message_id, name, size_bytes, mime_type, sha256)
  on table public.attachments to authenticated, service_role;
-- Files are uploaded before the message that they go with is sent.
grant update (message_id) on table public.attachments to authenticated;
grant update (message_id, processing_status) on table public.attachments to service_role;

-- SQL deletes of storage.objects are refused by the platform, so a worker asks the Storage API.
create table private.storage_deletions (
  id            bigint       generated always as identity
    constraint storage_deletions_pkey primary key,
  bucket_id     text         not null,
  path          text         not null,
  queued_at     timestamptz  not null default clock_timestamp(),
  attempts      integer      not null default 0,
  leased_until  timestamptz,
  constraint storage_deletions_bucket_id_path_key unique (bucket_id, path)
);
comment on table private.storage_deletions is
  E'Storage objects that nothing refers to any more.\n\n'
  'Writes: triggers, take_storage_deletions and settle_storage_deletions only.';
comment on column private.storage_deletions.id is 'Order in the queue.';
comment on column private.storage_deletions.bucket_id is 'Bucket of the object.';
comment on column private.storage_deletions.path is 'Name of the object in the bucket.';
comment on column private.storage_deletions.queued_at is 'When the last reference went.';
comment on column private.storage_deletions.attempts is 'How often a worker took it.';
comment on column private.storage_deletions.leased_until is
  'Until then the worker that took it is trusted to delete it; null: nobody took it yet.';
-- What may be taken, with the fewest attempts first.
create index storage_deletions_attempts_id_idx on private.storage_deletions (attempts, id);

alter table private.storage_deletions enable row level security;
revoke all on table private.storage_deletions from public, anon, authenticated, service_role;
revoke all on sequence private.storage_deletions_id_seq
  from public, anon, authenticated, service_role;

-- Who registers a file and who deletes the last row with its path wait for each other, so that neither
-- misses the other's row. By folder, which is a user or a visitor's session: a lock by path would take
-- thousands with a user's deletion.
create function private.lock_files(p_storage_path text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(
    1953854160, hashtext(regexp_replace(p_storage_path, '/[^/]*$', ''))
  );
end
$$;
revoke all on function private.lock_files(text) from public, anon, authenticated, service_role;
comment on function private.lock_files(text) is
  'Locks the folder of a path until the end of the transaction.';

create trigger attachments_05_lock before update or delete on public.attachments
  for each statement execute function private.tg__share_messages_lock();
create trigger attachments_10_limit before insert on public.attachments
  for each row when (octet_length(new.name) > 1024)
  execute function private.tg__refuse_too_large();

create function private.tg_attachments__place()
returns trigger
language plpgsql
security definer
set search_path = ''
-- A plan of a table that is empty would read all of it, and is kept while a long import fills it.
set enable_seqscan = off
set jit = off
as $$
declare
  v_session private.locked_session;
  v_stored record;
begin
  new.request_hash := sha256(
    convert_to(
      row(
        new.session_id, new.message_id, new.name, new.size_bytes, new.mime_type, new.sha256
      )::text,
      'UTF8'
    )
  );
  v_session := private.lock_session(new.session_id);
  if not private.is_trusted_caller() and exists (
    select 1
    from public.conversation_sessions as s
    where s.id = new.session_id and s.deleted_at is not null
  ) then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  new.user_id := v_session.user_id;
  new.storage_path := coalesce(new.user_id::text, 'visitor/' || new.session_id::text)
    || '/' || new.sha256;
  perform private.lock_files(new.storage_path);
  select a.request_hash into v_stored
  from public.attachments as a
  where a.id = new.id;
  if found then
    if v_stored.request_hash <> new.request_hash then
      perform private.raise_error('IDEMPOTENCY_MISMATCH');
    end if;
    return null;
  end if;
  if new.message_id is not null and not exists (
    select 1
    from public.conversation_messages as m
    where m.session_id = new.session_id and m.id = new.message_id
  ) then
    perform private.raise_error('MESSAGE_NOT_FOUND');
  end if;

  -- It is wanted again. A worker that took it may delete it at any moment.
  delete from private.storage_deletions as d
  where d.bucket_id = 'attachments' and d.path = new.storage_path
    and (d.leased_until is null or d.leased_until < clock_timestamp());
  if exists (
    select 1
    from private.storage_deletions as d
    where d.bucket_id = 'attachments' and d.path = new.storage_path
  ) then
    perform private.raise_error('FILE_IN_DELETION');
  end if;
  -- Only where the bytes arrived: a client may have been lost before its upload.
  if exists (
    select 1
    from storage.objects as o
    where o.bucket_id = 'attachments' and o.name = new.storage_path
  ) then
    new.duplicate_of := (
      select a.id
      from public.attachments as a
      where a.storage_path = new.storage_path
      order by a.created_at, a.id
      limit 1
    );
  end if;
  return new;
end
$$;
revoke all on function private.tg_attachments__place()
  from public, anon, authenticated, service_role;
comment on function private.tg_attachments__place() is
  'Gives a file its owner and its path, recognises a repeated id and bytes that are stored already, '
  'and takes the path out of the queue of deletions.';

create trigger attachments_20_place before insert on public.attachments
  for each row execute function private.tg_attachments__place();

create function private.tg_attachments__check_message()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not exists (
    select 1
    from public.conversation_messages as m
    where m.session_id = new.session_id and m.id = new.message_id
  ) then
    perform private.raise_error('MESSAGE_NOT_FOUND');
  end if;
  return new;
end
$$;
revoke all on function private.tg_attachments__check_message()
  from public, anon, authenticated, service_role;
comment on function private.tg_attachments__check_message() is
  'Refuses a message of another session like one that does not exist (PT404 MESSAGE_NOT_FOUND).';

create trigger attachments_20_check_message before update of message_id on public.attachments
  for each row when (new.message_id is not null and new.message_id is distinct from old.message_id)
  execute function private.tg_attachments__check_message();

create trigger attachments_30_touch before update on public.attachments
  for each row when (old.* is distinct from new.*)
  execute function private.tg__touch_updated_at();

create function private.tg_attachments__queue_deletion()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_files(f.path)
  from (
    select min(o.storage_path) as path
    from old_attachments as o
    group by regexp_replace(o.storage_path, '/[^/]*$', '')
    order by 1
  ) as f;
  insert into private.storage_deletions (bucket_id, path)
  select distinct 'attachments', o.storage_path
  from old_attachments as o
  -- Not "not exists": as a join its plan is kept, and one for many files would read all of them for one.
  where (select true from public.attachments as a where a.storage_path = o.storage_path limit 1) is null
  on conflict on constraint storage_deletions_bucket_id_path_key do nothing;
  return null;
end
$$;
revoke all on function private.tg_attachments__queue_deletion()
  from public, anon, authenticated, service_role;
comment on function private.tg_attachments__queue_deletion() is
  'Queues the objects of deleted files that no other row names.';

create trigger attachments_80_queue_deletion after delete on public.attachments
  referencing old table as old_attachments
  for each statement execute function private.tg_attachments__queue_deletion();

create function private.tg_conversation_sessions__carry_attachments()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  update public.attachments as a set user_id = new.user_id where a.session_id = new.id;
  return null;
end
$$;
revoke all on function private.tg_conversation_sessions__carry_attachments()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__carry_attachments() is
  'Carries a change of a session''s user to its files. The bytes stay where they are.';

create trigger conversation_sessions_70_carry_attachments after update of user_id
  on public.conversation_sessions for each row when (old.user_id is distinct from new.user_id)
  execute function private.tg_conversation_sessions__carry_attachments();

create type public.storage_deletion as (
  id            bigint,
  bucket_id     text,
  path          text,
  attempts      integer,
  leased_until  timestamptz
);
comment on type public.storage_deletion is
  'A storage object to delete. attempts: how often it was taken, this time included. leased_until: '
  'delete it before then, or leave it.';

create function public.take_storage_deletions(p_limit integer default 100)
returns setof public.storage_deletion
language plpgsql
volatile
security definer
set search_path = ''
rows 100
as $$
declare
  v_now constant timestamptz := clock_timestamp();
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Storage objects are deleted by service_role.');
  end if;
  if p_limit is null or p_limit not between 1 and 1000 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_limit is 1 to 1000.');
  end if;
  return query
    update private.storage_deletions as d
    set attempts = d.attempts + 1, leased_until = v_now + interval '5 minutes'
    where d.id = any (array(
      select q.id
      from private.storage_deletions as q
      where (q.leased_until is null or q.leased_until < v_now)
        -- Queued by a snapshot that did not see who registered the file again.
        and not exists (
          select 1
          from public.attachments as a
          where q.bucket_id = 'attachments' and a.storage_path = q.path
        )
        -- What has not arrived may do so yet: an upload is asked once whether it may, and a signed one may
        -- begin two hours later. Not exists: hashed, it would read all objects.
        and (
          q.queued_at < v_now - interval '3 hours'
          or (
            select true
            from storage.objects as o
            where o.bucket_id = q.bucket_id and o.name = q.path
            limit 1
          )
        )
      order by q.attempts, q.id
      limit p_limit
      for update skip locked
    ))
    returning d.id, d.bucket_id, d.path, d.attempts, d.leased_until;
end
$$;
revoke all on function public.take_storage_deletions(integer)
  from public, anon, authenticated, service_role;
grant execute on function public.take_storage_deletions(integer) to service_role;
comment on function public.take_storage_deletions(integer) is
  E'Hands out storage objects that nothing refers to, each to one worker for 5 minutes.\n\n'
  'Delete them with the Storage API before leased_until, then call settle_storage_deletions; what is '
  'not settled by then is handed out again. A path without an object waits for 3 hours, because its upload '
  'may be under way. p_limit: 1 to 1,000, default 100. Who: service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN.';

create function public.settle_storage_deletions(p_ids bigint[])
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_count integer;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Storage objects are deleted by service_role.');
  end if;
  if p_ids is null or cardinality(p_ids) > 1000 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_ids has at most 1000 ids.');
  end if;
  -- What nobody took was not deleted either.
  delete from private.storage_deletions as d
  where d.id = any (p_ids) and d.attempts > 0;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
revoke all on function public.settle_storage_deletions(bigint[])
  from public, anon, authenticated, service_role;
grant execute on function public.settle_storage_deletions(bigint[]) to service_role;
comment on function public.settle_storage_deletions(bigint[]) is
  E'Takes objects out of the queue that a worker has deleted, by the ids of take_storage_deletions.\n\n'
  'Returns: how many there were. Who: service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN.';

-- 50 MiB; the operator may change it.
insert into storage.buckets (id, name, public, file_size_limit)
values ('attachments', 'attachments', false, 52428800)
on conflict (id) do nothing;

-- Reads what the select policies hide, so it cannot be an invoker; takes no column of the row.
create function private.my_deleted_file_paths()
returns text[]
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_deleted constant uuid[] := private.my_deleted_session_ids();
begin
  -- Most users have none.
  if v_deleted is null then
    return null;
  end if;
  return (
    select array_agg(distinct a.storage_path)
    from public.attachments as a
    where a.session_id = any (v_deleted)
      and not exists (
        select 1
        from public.attachments as o
        join public.conversation_sessions as s on s.id = o.session_id
        where o.storage_path = a.storage_path and s.deleted_at is null
      )
  );
end
$$;
revoke all on function private.my_deleted_file_paths()
  from public, anon, authenticated, service_role;
grant execute on function private.my_deleted_file_paths() to authenticated, service_role;
comment on function private.my_deleted_file_paths() is
  'Paths of the calling user''s files that only sessions in the trash have; null without any.';

-- Definer: nobody may read holds; of these, only which of their own files they keep.
create function private.my_held_file_paths()
returns text[]
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := auth.uid();
  v_is_held boolean;
begin
  if not private.has_holds() then
    return null;
  end if;
  v_is_held := private.is_held(v_user_id, null);
  return (
    select array_agg(o.name order by o.name)
    from storage.objects as o
    where o.bucket_id = 'attachments'
      and o.name like v_user_id::text || '/%'
      and (
        v_is_held
        or exists (
          select 1
          from public.attachments as a
          where a.storage_path = o.name and private.is_held(a.user_id, a.session_id)
        )
      )
  );
end
$$;
revoke all on function private.my_held_file_paths() from public, anon, authenticated, service_role;
grant execute on function private.my_held_file_paths() to authenticated, service_role;
comment on function private.my_held_file_paths() is
  'Paths of what lies in the calling user''s folder and a legal hold keeps; null without any.';

-- The schema is the platform's and stays when a project is reset, and so do policies in it.
drop policy if exists attachments_select_own on storage.objects;
drop policy if exists attachments_insert_own on storage.objects;
drop policy if exists attachments_update_own on storage.objects;
drop policy if exists attachments_delete_own on storage.objects;
-- A name is the caller's id, a slash and 64 lowercase hex digits, and nothing else: no other folder,
-- no "..", no empty segment, no escape. Bytes arrive only for a row that names them, so that none is
-- left when its rows are gone. The trash hides them, and a legal hold keeps them as they are.
create policy attachments_select_own on storage.objects for select to authenticated
  using (
    bucket_id = 'attachments'
    and name ~ ('^' || (select auth.uid())::text || '/[0-9a-f]{64}$')
    and coalesce(((select auth.jwt()) ->> 'is_anonymous')::boolean, false) = false
    and coalesce(name <> all ((select private.my_deleted_file_paths())::text[]), true)
  );
create policy attachments_insert_own on storage.objects for insert to authenticated
  with check (
    bucket_id = 'attachments'
    and name ~ ('^' || (select auth.uid())::text || '/[0-9a-f]{64}$')
    and coalesce(((select auth.jwt()) ->> 'is_anonymous')::boolean, false) = false
    and exists (select 1 from public.attachments as a where a.storage_path = objects.name)
  );
create policy attachments_update_own on storage.objects for update to authenticated
  using (
    bucket_id = 'attachments'
    and name ~ ('^' || (select auth.uid())::text || '/[0-9a-f]{64}$')
    and coalesce(((select auth.jwt()) ->> 'is_anonymous')::boolean, false) = false
    and coalesce(name <> all ((select private.my_held_file_paths())::text[]), true)
  )
  with check (
    bucket_id = 'attachments'
    and name ~ ('^' || (select auth.uid())::text || '/[0-9a-f]{64}$')
    and exists (select 1 from public.attachments as a where a.storage_path = objects.name)
  );
create policy attachments_delete_own on storage.objects for delete to authenticated
  using (
    bucket_id = 'attachments'
    and name ~ ('^' || (select auth.uid())::text || '/[0-9a-f]{64}$')
    and coalesce(((select auth.jwt()) ->> 'is_anonymous')::boolean, false) = false
    and coalesce(name <> all ((select private.my_held_file_paths())::text[]), true)
  );
