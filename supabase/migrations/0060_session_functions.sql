-- 0060_session_functions: what clients call to make, list, rename, keep, drop and reopen sessions.
-- Makes: create_conversation_session, reopen_conversation_session, rename_session, pin_session,
--   archive_session, unarchive_session, delete_session, restore_session, archive_old_sessions,
--   get_session, list_sessions, count_sessions; private.session_id_of_key, private.encode_cursor,
--   private.decode_cursor, private.list_place.
-- Needs: 0010, 0030, 0050. Locks: none. Breaking: no.

create function private.session_id_of_key(p_user_id uuid, p_key text)
returns uuid
language plpgsql
immutable
set search_path = ''
as $$
begin
  if octet_length(p_key) not between 1 and 200 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_idempotency_key is 1 to 200 bytes.');
  end if;
  return encode(
    substring(sha256(convert_to(p_user_id::text || ':' || p_key, 'UTF8')) from 1 for 16), 'hex'
  )::uuid;
end
$$;
revoke all on function private.session_id_of_key(uuid, text)
  from public, anon, authenticated, service_role;
comment on function private.session_id_of_key(uuid, text) is
  'The id of the session that a user makes with an idempotency key: nobody else''s key leads to it.';

-- Definer: writes id and request_hash, which no caller may choose. The id is derived from the caller
-- and the key, so a key of somebody else can neither be hit nor guessed.
create function public.create_conversation_session(
  p_brand_id uuid default null,
  p_title text default null,
  p_description text default null,
  p_agent_type text default null,
  p_context jsonb default '{}',
  p_settings jsonb default '{}',
  p_metadata jsonb default '{}',
  p_language text default 'simple',
  p_idempotency_key text default null
)
returns public.conversation_sessions
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := auth.uid();
  v_id uuid := gen_random_uuid();
  v_hash bytea;
  v_may_begin boolean;
  v_session public.conversation_sessions;
begin
  if v_user_id is null then
    perform private.raise_error(
      'UNAUTHENTICATED',
      'Sign in; a server inserts into conversation_sessions with the user''s id instead.'
    );
  end if;
  if private.has_wide_number(p_context) or private.has_wide_number(p_settings)
    or private.has_wide_number(p_metadata)
  then
    perform private.raise_error('TOO_LARGE');
  end if;
  if p_idempotency_key is not null then
    v_id := private.session_id_of_key(v_user_id, p_idempotency_key);
    v_hash := sha256(
      convert_to(
        jsonb_build_array(
          p_brand_id, p_title, p_description, p_agent_type, p_context, p_settings, p_metadata,
          p_language
        )::text,
        'UTF8'
      )
    );
  end if;

  v_may_begin := p_brand_id is null or exists (
    select 1 from private.my_brand_ids() as b (id) where b.id = p_brand_id
  );
  if v_may_begin then
    insert into public.conversation_sessions as s (
      id, brand_id, user_id, title, description, agent_type, context, settings, metadata, language,
      request_hash
    )
    values (
      v_id, p_brand_id, v_user_id, p_title, p_description, p_agent_type, coalesce(p_context, '{}'),
      coalesce(p_settings, '{}'), coalesce(p_metadata, '{}'), coalesce(p_language, 'simple'), v_hash
    )
    on conflict (id) do nothing
    returning * into v_session;
    if found then
      return v_session;
    end if;
  end if;

  -- Who left the brand since keeps the session, and may repeat the call that made it.
  select * into v_session
  from public.conversation_sessions as s
  where s.id = v_id and s.user_id = v_user_id;
  if not found and not v_may_begin then
    perform private.raise_error('FORBIDDEN');
  -- One that was wiped has no hash any more.
  elsif not found or v_session.request_hash <> v_hash then
    perform private.raise_error('IDEMPOTENCY_MISMATCH');
  elsif v_session.deleted_at is not null then
    perform private.raise_error(
      'SESSION_CLOSED', 'The session of this key is in the trash: restore_session takes it out.'
    );
  end if;
  return v_session;
end
$$;
revoke all on function
  public.create_conversation_session(uuid, text, text, text, jsonb, jsonb, jsonb, text, text)
  from public, anon, authenticated, service_role;
grant execute on function
  public.create_conversation_session(uuid, text, text, text, jsonb, jsonb, jsonb, text, text)
  to authenticated;
comment on function
  public.create_conversation_session(uuid, text, text, text, jsonb, jsonb, jsonb, text, text) is
  E'Starts a session of the calling user.\n\n'
  'p_brand_id: a brand that the caller is a member of; left out: personal. p_idempotency_key: the '
  'same key and arguments again return the session that the first call made. '
  'Returns: the session. Who: signed-in and anonymous users. '
  'Errors: PT400 INVALID_ARGUMENT; PT401 UNAUTHENTICATED; PT403 FORBIDDEN (not a member of the '
  'brand); PT409 IDEMPOTENCY_MISMATCH, SESSION_CLOSED (the session is in the trash); PT413 TOO_LARGE.';

-- Definer: clears completed_at, which no caller may write; that is what makes this the one way back.
create function public.reopen_conversation_session(p_session_id uuid)
returns public.conversation_sessions
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_session public.conversation_sessions;
begin
  select * into v_session
  from public.conversation_sessions as s
  where s.id = p_session_id
    and (v_trusted or (s.user_id = (select auth.uid()) and s.deleted_at is null))
  for no key update;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  if v_session.completed_at is null then
    perform private.raise_error('ILLEGAL_TRANSITION', 'Only a delivered or cancelled session reopens.');
  end if;
  update public.conversation_sessions as s set state = 'gathering', completed_at = null
  where s.id = p_session_id
  returning * into v_session;
  return v_session;
end
$$;
revoke all on function public.reopen_conversation_session(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.reopen_conversation_session(uuid) to authenticated, service_role;
comment on function public.reopen_conversation_session(uuid) is
  E'Takes a delivered or cancelled session back to gathering.\n\n'
  'Returns: the session. Who: its user, service_role. '
  'Errors: PT404 SESSION_NOT_FOUND; PT409 ILLEGAL_TRANSITION when it is open.';

create function public.rename_session(p_session_id uuid, p_title text)
returns public.conversation_sessions
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_session public.conversation_sessions;
begin
  update public.conversation_sessions as s set title = p_title
  where s.id = p_session_id
  returning * into v_session;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return v_session;
end
$$;
revoke all on function public.rename_session(uuid, text)
  from public, anon, authenticated, service_role;
grant execute on function public.rename_session(uuid, text) to authenticated, service_role;
comment on function public.rename_session(uuid, text) is
  E'Gives a session a title, at most 200 characters.\n\n'
  'Returns: the session. Its place in lists stays. Who: its user, service_role. '
  'Errors: PT404 SESSION_NOT_FOUND; PT413 TOO_LARGE.';

-- Definer: writes a time that no caller may write.
create function public.pin_session(p_session_id uuid, p_pinned boolean default true)
returns public.conversation_sessions
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_session public.conversation_sessions;
begin
  update public.conversation_sessions as s
  set pinned_at = case when p_pinned then coalesce(s.pinned_at, now()) end
  where s.id = p_session_id and (v_trusted or (s.user_id = (select auth.uid()) and s.deleted_at is null))
  returning * into v_session;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return v_session;
end
$$;
revoke all on function public.pin_session(uuid, boolean)
  from public, anon, authenticated, service_role;
grant execute on function public.pin_session(uuid, boolean) to authenticated, service_role;
comment on function public.pin_session(uuid, boolean) is
  E'Pins a session, or with p_pinned false unpins it.\n\n'
  'Returns: the session; pinned again, it keeps its time. Its place in lists stays: list_sessions with '
  'p_pinned tells the two apart. Who: its user, service_role. Errors: PT404 SESSION_NOT_FOUND.';

-- Definer: writes a time that no caller may write.
create function public.archive_session(p_session_id uuid)
returns public.conversation_sessions
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_session public.conversation_sessions;
begin
  update public.conversation_sessions as s set archived_at = coalesce(s.archived_at, now())
  where s.id = p_session_id and (v_trusted or (s.user_id = (select auth.uid()) and s.deleted_at is null))
  returning * into v_session;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return v_session;
end
$$;
revoke all on function public.archive_session(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.archive_session(uuid) to authenticated, service_role;
comment on function public.archive_session(uuid) is
  E'Archives a session: it is listed as archived and takes no new turns of its user.\n\n'
  'Returns: the session; archived again, it keeps its time. Who: its user, service_role. '
  'Errors: PT404 SESSION_NOT_FOUND.';

-- Definer: writes a time that no caller may write.
create function public.unarchive_session(p_session_id uuid)
returns public.conversation_sessions
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_session public.conversation_sessions;
begin
  update public.conversation_sessions as s set archived_at = null
  where s.id = p_session_id and (v_trusted or (s.user_id = (select auth.uid()) and s.deleted_at is null))
  returning * into v_session;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return v_session;
end
$$;
revoke all on function public.unarchive_session(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.unarchive_session(uuid) to authenticated, service_role;
comment on function public.unarchive_session(uuid) is
  E'Takes a session out of the archive.\n\n'
  'Returns: the session. Who: its user, service_role. Errors: PT404 SESSION_NOT_FOUND.';

-- Definer: writes a time that no caller may write.
create function public.delete_session(p_session_id uuid)
returns public.conversation_sessions
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_session public.conversation_sessions;
begin
  update public.conversation_sessions as s set deleted_at = coalesce(s.deleted_at, now())
  where s.id = p_session_id and (v_trusted or s.user_id = (select auth.uid()))
  returning * into v_session;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return v_session;
end
$$;
revoke all on function public.delete_session(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.delete_session(uuid) to authenticated, service_role;
comment on function public.delete_session(uuid) is
  E'Puts a session into the trash: it and what hangs on it can be read no more.\n\n'
  'Returns: the session; deleted again, it keeps its time. restore_session brings it back. For good: '
  'delete the row of a session that is not in the trash. From the trash its user restores it first; a '
  'server deletes there too, and so does retention (class trash). Who: its user, service_role. '
  'Errors: PT404 SESSION_NOT_FOUND.';

-- Definer: writes a time that no caller may write.
create function public.restore_session(p_session_id uuid)
returns public.conversation_sessions
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_session public.conversation_sessions;
begin
  update public.conversation_sessions as s set deleted_at = null
  where s.id = p_session_id and (v_trusted or s.user_id = (select auth.uid()))
  returning * into v_session;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return v_session;
end
$$;
revoke all on function public.restore_session(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.restore_session(uuid) to authenticated, service_role;
comment on function public.restore_session(uuid) is
  E'Takes a session out of the trash, archived or pinned as it was.\n\n'
  'Returns: the session. Who: its user, service_role. Errors: PT404 SESSION_NOT_FOUND.';

-- Definer: writes archived_at, which no caller may.
create function public.archive_old_sessions(p_days integer, p_limit integer default 10000)
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_archived integer;
begin
  if p_days is null or p_days not between 1 and 36500 or p_limit is null
    or p_limit not between 1 and 100000
  then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'p_days is 1 to 36500, and p_limit 1 to 100000.'
    );
  end if;
  update public.conversation_sessions as s set archived_at = now()
  where s.id = any (array(
    select o.id
    from public.conversation_sessions as o
    where o.last_activity_at < now() - p_days * interval '1 day'
      and o.archived_at is null and o.deleted_at is null and o.pinned_at is null
      and (v_trusted or o.user_id = (select auth.uid()))
    limit p_limit
    -- Who writes into a session at this moment makes it young again.
    for no key update skip locked
  ));
  get diagnostics v_archived = row_count;
  return v_archived;
end
$$;
revoke all on function public.archive_old_sessions(integer, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.archive_old_sessions(integer, integer)
  to authenticated, service_role;
comment on function public.archive_old_sessions(integer, integer) is
  E'Archives sessions without activity for so many days; pinned ones stay.\n\n'
  'p_limit: at most so many in one call, 1 to 100000. '
  'Returns: how many; as many as p_limit: call again for the rest. '
  'Who: service_role for everybody''s, a user for their own. Errors: PT400 INVALID_ARGUMENT.';

create function public.get_session(p_session_id uuid)
returns public.conversation_sessions
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_session public.conversation_sessions;
begin
  select * into v_session
  from public.conversation_sessions as s
  where s.id = p_session_id;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return v_session;
end
$$;
revoke all on function public.get_session(uuid) from public, anon, authenticated, service_role;
grant execute on function public.get_session(uuid) to authenticated, service_role;
comment on function public.get_session(uuid) is
  E'One session with its counters.\n\n'
  'Who: its user, service_role. Errors: PT404 SESSION_NOT_FOUND.';

create function private.encode_cursor(p_at timestamptz, p_id uuid)
returns text
language sql
stable
parallel safe
begin atomic
  select encode(timestamptz_send(p_at) || uuid_send(p_id), 'hex');
end;
revoke all on function private.encode_cursor(timestamptz, uuid)
  from public, anon, authenticated, service_role;
grant execute on function private.encode_cursor(timestamptz, uuid) to authenticated, service_role;
comment on function private.encode_cursor(timestamptz, uuid) is
  'The place of a row in a list sorted by time and id, as opaque text.';

create function private.decode_cursor(p_cursor text, out o_at timestamptz, out o_id uuid)
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_cursor !~ '^[0-9a-f]{48}$' then
    perform private.raise_error('INVALID_ARGUMENT', 'p_cursor is the cursor of the last row you got.');
  end if;
  -- The binary form of a timestamptz: microseconds since 2000.
  o_at := '2000-01-01 00:00:00+00'::timestamptz
    + ('x' || left(p_cursor, 16))::bit(64)::bigint * interval '1 microsecond';
  o_id := right(p_cursor, 32)::uuid;
exception
  when data_exception then
    perform private.raise_error('INVALID_ARGUMENT', 'p_cursor is the cursor of the last row you got.');
end
$$;
revoke all on function private.decode_cursor(text) from public, anon, authenticated, service_role;
grant execute on function private.decode_cursor(text) to authenticated, service_role;
comment on function private.decode_cursor(text) is
  'The time and id in a cursor; PT400 INVALID_ARGUMENT when it is malformed.';

create type public.session_list_item as (
  id                   uuid,
  brand_id             uuid,
  user_id              uuid,
  state                public.session_state,
  parsed_intent        jsonb,
  answered_questions   jsonb,
  pending_questions    jsonb,
  selected_kb_ids      uuid[],
  active_task_plan_id  uuid,
  created_at           timestamptz,
  last_activity_at     timestamptz,
  completed_at         timestamptz,
  title                text,
  description          text,
  agent_type           text,
  context              jsonb,
  settings             jsonb,
  metadata             jsonb,
  language             text,
  content_mode         public.content_mode,
  pinned_at            timestamptz,
  archived_at          timestamptz,
  deleted_at           timestamptz,
  wiped_at             timestamptz,
  status               public.session_status,
  active_message_id    uuid,
  prior_message_id     uuid,
  branch_count         integer,
  last_sequence        integer,
  message_count        integer,
  total_tokens         bigint,
  total_cost_usd       numeric,
  updated_at           timestamptz,
  request_hash         bytea,
  cursor               text
);
comment on type public.session_list_item is
  'A row of conversation_sessions and its cursor: pass the last one as p_cursor for the next page.';

create type private.list_place as (user_id uuid, at timestamptz, id uuid, row_limit integer);
comment on type private.list_place is
  'Whose list is read, the place after which the page begins, and how long it is.';

create function private.list_place(
  p_limit integer,
  p_cursor text,
  p_status public.session_status default null
)
returns private.list_place
language plpgsql
stable
set search_path = ''
as $$
declare
  v_place private.list_place;
begin
  v_place.user_id := auth.uid();
  if v_place.user_id is null then
    perform private.raise_error(
      'UNAUTHENTICATED', 'Sign in; a server selects from conversation_sessions with the user''s id.'
    );
  end if;
  if p_limit is null or p_limit not between 1 and 200 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_limit is 1 to 200.');
  end if;
  -- Row level security hides the trash, so the answer would be an empty list, whatever is in it.
  if p_status = 'deleted' then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'The trash is not listed: restore_session takes a session out by its id; a server selects from '
      'conversation_sessions.'
    );
  end if;
  v_place.row_limit := p_limit;
  if p_cursor is null then
    v_place.at := 'infinity';
    v_place.id := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  else
    select c.o_at, c.o_id into v_place.at, v_place.id from private.decode_cursor(p_cursor) as c;
  end if;
  return v_place;
end
$$;
revoke all on function private.list_place(integer, text, public.session_status)
  from public, anon, authenticated, service_role;
grant execute on function private.list_place(integer, text, public.session_status)
  to authenticated, service_role;
comment on function private.list_place(integer, text, public.session_status) is
  'The caller and the place that a cursor names (PT401 UNAUTHENTICATED, PT400 INVALID_ARGUMENT, which is '
  'also the answer to who asks for the trash).';

-- In SQL and without "join", for the reasons of get_conversation_history.
create function public.list_sessions(
  p_status public.session_status default null,
  p_agent_type text default null,
  p_brand_id uuid default null,
  p_pinned boolean default null,
  p_limit integer default 20,
  p_cursor text default null
)
returns setof public.session_list_item
language sql
stable
security invoker
rows 20
begin atomic
  select s.*, private.encode_cursor(s.last_activity_at, s.id)
  from private.list_place(p_limit, p_cursor, p_status) as l,
  lateral (
    select c.*
    from public.conversation_sessions as c
    where c.user_id = l.user_id
      and c.deleted_at is null
      and (c.last_activity_at, c.id) < (l.at, l.id)
      and (p_status is null or c.status = p_status)
      and (p_agent_type is null or c.agent_type = p_agent_type)
      and (p_brand_id is null or c.brand_id = p_brand_id)
      and (p_pinned is null or (c.pinned_at is not null) = p_pinned)
    order by c.last_activity_at desc, c.id desc
    -- Not p_limit: from a number that it knows, the planner concludes that all sessions of an average
    -- user are fewer, and sorts all of this one.
    limit l.row_limit
  ) as s
  order by s.last_activity_at desc, s.id desc;
end;
revoke all on function
  public.list_sessions(public.session_status, text, uuid, boolean, integer, text)
  from public, anon, authenticated, service_role;
grant execute on function
  public.list_sessions(public.session_status, text, uuid, boolean, integer, text)
  to authenticated, service_role;
comment on function
  public.list_sessions(public.session_status, text, uuid, boolean, integer, text) is
  E'The calling user''s sessions, last active first.\n\n'
  'Filters: p_status (active or archived; the trash is not listed), p_agent_type, p_brand_id, p_pinned; '
  'those left out do not filter. p_limit: 1 to 200, default 20. p_cursor: the cursor of the last row of '
  'the page before. Pinned first: one call with p_pinned => true before the first page. Who: signed-in users. '
  'Errors: PT400 INVALID_ARGUMENT; PT401 UNAUTHENTICATED.';

create function public.count_sessions(
  p_status public.session_status default null,
  p_agent_type text default null,
  p_brand_id uuid default null,
  p_pinned boolean default null
)
returns bigint
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_user_id constant uuid := auth.uid();
begin
  if v_user_id is null then
    perform private.raise_error(
      'UNAUTHENTICATED', 'Sign in; a server counts conversation_sessions with the user''s id.'
    );
  elsif p_status = 'deleted' then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'The trash is not counted: restore_session takes a session out by its id; a server counts '
      'conversation_sessions.'
    );
  end if;
  return (
    select count(*)
    from public.conversation_sessions as s
    where s.user_id = v_user_id
      and s.deleted_at is null
      and (p_status is null or s.status = p_status)
      and (p_agent_type is null or s.agent_type = p_agent_type)
      and (p_brand_id is null or s.brand_id = p_brand_id)
      and (p_pinned is null or (s.pinned_at is not null) = p_pinned)
  );
end
$$;
revoke all on function public.count_sessions(public.session_status, text, uuid, boolean)
  from public, anon, authenticated, service_role;
grant execute on function public.count_sessions(public.session_status, text, uuid, boolean)
  to authenticated, service_role;
comment on function public.count_sessions(public.session_status, text, uuid, boolean) is
  E'How many sessions list_sessions would list with these filters.\n\n'
  'Who: signed-in users. Errors: PT400 INVALID_ARGUMENT; PT401 UNAUTHENTICATED.';
