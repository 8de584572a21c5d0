-- 0050_session_functions: what clients call to make, list, rename and reopen sessions.
-- Makes: create_conversation_session, reopen_conversation_session, rename_session, get_session,
--   list_sessions, count_sessions; private.encode_cursor, private.decode_cursor.
-- Needs: 0010, 0020, 0030. Locks: none. Breaking: no.

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
  if p_brand_id is not null and not exists (
    select 1 from private.my_brand_ids() as b (id) where b.id = p_brand_id
  ) then
    perform private.raise_error('FORBIDDEN');
  end if;

  if p_idempotency_key is not null then
    if octet_length(p_idempotency_key) not between 1 and 200 then
      perform private.raise_error('INVALID_ARGUMENT', 'p_idempotency_key is 1 to 200 bytes.');
    end if;
    v_id := encode(
      substring(
        sha256(convert_to(v_user_id::text || ':' || p_idempotency_key, 'UTF8')) from 1 for 16
      ),
      'hex'
    )::uuid;
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

  if not found then
    select * into v_session
    from public.conversation_sessions as s
    where s.id = v_id and s.user_id = v_user_id;
    if v_session.request_hash is distinct from v_hash then
      perform private.raise_error('IDEMPOTENCY_MISMATCH');
    elsif v_session.deleted_at is not null then
      perform private.raise_error('SESSION_CLOSED', 'The session of this key is in the trash.');
    end if;
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
immutable
parallel safe
set search_path = ''
as $$
  select translate(
    encode(
      convert_to(((extract(epoch from p_at) * 1000000)::bigint)::text || ':' || p_id::text, 'UTF8'),
      'base64'
    ),
    E'+/=\n', '-_'
  )
$$;
revoke all on function private.encode_cursor(timestamptz, uuid)
  from public, anon, authenticated, service_role;
grant execute on function private.encode_cursor(timestamptz, uuid) to authenticated, service_role;
comment on function private.encode_cursor(timestamptz, uuid) is
  'The place of a row in a list sorted by time and id, as opaque base64url text.';

create function private.decode_cursor(p_cursor text, out o_at timestamptz, out o_id uuid)
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_parts text[];
begin
  if p_cursor is null then
    o_at := 'infinity';
    o_id := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    return;
  end if;
  v_parts := string_to_array(
    convert_from(
      decode(
        translate(p_cursor, '-_', '+/') || repeat('=', (4 - length(p_cursor) % 4) % 4), 'base64'
      ),
      'UTF8'
    ),
    ':'
  );
  o_at := 'epoch'::timestamptz + v_parts[1]::bigint * interval '1 microsecond';
  o_id := v_parts[2]::uuid;
  if cardinality(v_parts) <> 2 or o_at is null then
    perform private.raise_error('INVALID_ARGUMENT', 'p_cursor is the cursor of the last row you got.');
  end if;
exception
  when data_exception then
    perform private.raise_error('INVALID_ARGUMENT', 'p_cursor is the cursor of the last row you got.');
end
$$;
revoke all on function private.decode_cursor(text) from public, anon, authenticated, service_role;
grant execute on function private.decode_cursor(text) to authenticated, service_role;
comment on function private.decode_cursor(text) is
  'The time and id in a cursor; before the first row for null; PT400 INVALID_ARGUMENT when malformed.';

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
  status               public.session_status,
  active_message_id    uuid,
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

create function public.list_sessions(
  p_status public.session_status default null,
  p_agent_type text default null,
  p_brand_id uuid default null,
  p_pinned boolean default null,
  p_limit integer default 20,
  p_cursor text default null
)
returns setof public.session_list_item
language plpgsql
stable
security invoker
set search_path = ''
rows 20
as $$
declare
  v_user_id constant uuid := auth.uid();
  v_before record;
begin
  if v_user_id is null then
    perform private.raise_error(
      'UNAUTHENTICATED', 'Sign in; a server selects from conversation_sessions with the user''s id.'
    );
  end if;
  if p_limit is null or p_limit not between 1 and 200 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_limit is 1 to 200.');
  end if;
  v_before := private.decode_cursor(p_cursor);
  return query
    select s.*, private.encode_cursor(s.last_activity_at, s.id)
    from public.conversation_sessions as s
    where s.user_id = v_user_id
      and s.deleted_at is null
      and (s.last_activity_at, s.id) < (v_before.o_at, v_before.o_id)
      and (p_status is null or s.status = p_status)
      and (p_agent_type is null or s.agent_type = p_agent_type)
      and (p_brand_id is null or s.brand_id = p_brand_id)
      and (p_pinned is null or (s.pinned_at is not null) = p_pinned)
    order by s.last_activity_at desc, s.id desc
    limit p_limit;
end
$$;
revoke all on function
  public.list_sessions(public.session_status, text, uuid, boolean, integer, text)
  from public, anon, authenticated, service_role;
grant execute on function
  public.list_sessions(public.session_status, text, uuid, boolean, integer, text)
  to authenticated, service_role;
comment on function
  public.list_sessions(public.session_status, text, uuid, boolean, integer, text) is
  E'The calling user''s sessions, last active first.\n\n'
  'Filters: p_status, p_agent_type, p_brand_id, p_pinned; those left out do not filter. p_limit: 1 to '
  '200, default 20. p_cursor: the cursor of the last row of the page before. Pinned first: one call '
  'with p_pinned => true before the first page. Who: signed-in users. '
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
  'Who: signed-in users. Errors: PT401 UNAUTHENTICATED.';
