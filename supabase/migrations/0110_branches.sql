-- 0110_branches: versions of a message side by side, and which of them a session shows.
-- Makes: edit_message, select_branch, get_message_thread, fork_session; private.lock_session_of,
--   private.add_message.
-- Needs: 0010, 0030, 0050, 0060, 0070. Locks: none. Breaking: no.

-- Callable by definer functions only.
create function private.lock_session_of(p_message_id uuid, p_new_message_id uuid default null)
returns private.locked_session
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_found record;
  v_session private.locked_session;
begin
  select m.id, m.session_id into v_found
  from public.conversation_messages as m
  where m.id = p_message_id and (v_trusted or m.user_id = (select auth.uid()));
  if not found and p_new_message_id is not null then
    select m.id, m.session_id into v_found
    from public.conversation_messages as m
    where m.id = p_new_message_id and (v_trusted or m.user_id = (select auth.uid()));
  end if;
  if found then
    v_session := private.lock_session(v_found.session_id);
    -- It may have gone while this waited.
    perform 1 from public.conversation_messages as m where m.id = v_found.id;
  end if;
  if not found then
    perform private.raise_error('MESSAGE_NOT_FOUND');
  end if;
  return v_session;
end
$$;
revoke all on function private.lock_session_of(uuid, uuid)
  from public, anon, authenticated, service_role;
comment on function private.lock_session_of(uuid, uuid) is
  'Locks the session of a message of the caller, or of its new version where it is gone, and returns it '
  '(PT404 MESSAGE_NOT_FOUND).';

-- Callable by definer functions only, after lock_session.
create function private.add_message(
  p_session private.locked_session,
  p_message public.conversation_messages
)
returns public.conversation_messages
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_message public.conversation_messages := p_message;
begin
  -- Only what follows the end of the shown branch can be an answer.
  if p_session.is_closed then
    perform private.refuse_closed_session(
      p_session.id,
      case
        when v_message.parent_message_id is not distinct from p_session.active_message_id
          then v_message.role
        else 'user'
      end,
      p_session.active_message_id
    );
  end if;
  v_message.session_id := p_session.id;
  v_message.brand_id := p_session.brand_id;
  v_message.user_id := p_session.user_id;
  v_message.created_at := p_session.at;
  v_message.sequence_order := p_session.last_sequence + 1;
  v_message.reported_by := p_session.reporter;
  v_message.content_mode := p_session.content_mode;
  update public.conversation_sessions as s
  set
    last_sequence = s.last_sequence + 1,
    message_count = s.message_count + 1,
    branch_count = s.branch_count + (
      case
        when v_message.parent_message_id is null then s.message_count > 0
        else exists (
          select 1
          from public.conversation_messages as m
          where m.session_id = p_session.id and m.parent_message_id = v_message.parent_message_id
        )
      end
    )::integer,
    last_activity_at = p_session.at,
    prior_message_id = s.active_message_id,
    active_message_id = v_message.id,
    updated_at = now()
  where s.id = p_session.id;
  insert into public.conversation_messages select (v_message).* returning * into v_message;
  return v_message;
end
$$;
revoke all on function private.add_message(
  private.locked_session, public.conversation_messages
) from public, anon, authenticated, service_role;
comment on function private.add_message(
  private.locked_session, public.conversation_messages
) is
  'Adds a message without tokens and cost at its parent in a locked session, and shows it (PT409 '
  'SESSION_CLOSED). The rest of the row is the caller''s.';

-- Definer: gives sequence_order, owner and parent, which no caller may. lock_session_of checks the
-- caller.
create function public.edit_message(
  p_message_id uuid,
  p_content text,
  p_new_message_id uuid default null,
  p_parts jsonb default null,
  p_metadata jsonb default '{}'
)
returns public.appended_message
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_session private.locked_session;
  v_old public.conversation_messages;
  v_new public.conversation_messages;
  v_stored public.conversation_messages;
  v_result public.appended_message;
begin
  if p_message_id is null or p_content is null or p_message_id = p_new_message_id then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'Give p_message_id and p_content; p_new_message_id is a new id.'
    );
  elsif private.has_wide_number(p_parts) or private.has_wide_number(p_metadata) then
    perform private.raise_error('TOO_LARGE');
  end if;
  v_session := private.lock_session_of(p_message_id, p_new_message_id);
  v_new.id := coalesce(p_new_message_id, gen_random_uuid());
  -- Of nothing that the old message tells: a delete may change or take it before the call is repeated.
  v_new.request_hash := sha256(
    convert_to(
      row('edit', p_message_id, p_content, p_parts, coalesce(p_metadata, '{}'))::text, 'UTF8'
    )
  );

  select * into v_stored from public.conversation_messages as m where m.id = v_new.id;
  if found then
    if v_stored.session_id <> v_session.id or v_stored.request_hash <> v_new.request_hash then
      perform private.raise_error('IDEMPOTENCY_MISMATCH');
    end if;
    select (v_stored).*, false into v_result;
    return v_result;
  end if;

  select * into v_old from public.conversation_messages as m where m.id = p_message_id;
  if not found then
    perform private.raise_error('MESSAGE_NOT_FOUND');
  elsif v_old.status = 'streaming' then
    perform private.raise_error('ILLEGAL_TRANSITION', 'Finish the message with finish_message first.');
  end if;
  v_new.role := v_old.role;
  v_new.content := p_content;
  v_new.content_type := v_old.content_type;
  v_new.parts := p_parts;
  v_new.tool_calls := v_old.tool_calls;
  v_new.tool_call_id := v_old.tool_call_id;
  v_new.parent_message_id := v_old.parent_message_id;
  v_new.status := 'complete';
  v_new.metadata := coalesce(p_metadata, '{}');
  v_new.cost_source := 'none';
  v_new := private.add_message(v_session, v_new);
  update public.conversation_messages as m set edited_at = v_new.created_at
  where m.id = p_message_id;
  select (v_new).*, true into v_result;
  return v_result;
end
$$;
revoke all on function public.edit_message(uuid, text, uuid, jsonb, jsonb)
  from public, anon, authenticated, service_role;
grant execute on function public.edit_message(uuid, text, uuid, jsonb, jsonb)
  to authenticated, service_role;
comment on function public.edit_message(uuid, text, uuid, jsonb, jsonb) is
  E'Writes another version of a message beside it and shows that one; nothing is overwritten.\n\n'
  'The new message has the role and the parent of the old one, which gets edited_at; what followed '
  'stays below the old one: select_branch shows it again. p_new_message_id: idempotency key. p_parts, '
  'p_metadata: of the new message, as in the table. Returns: the new message, with inserted. '
  'Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 MESSAGE_NOT_FOUND; PT409 IDEMPOTENCY_MISMATCH, '
  'SESSION_CLOSED, ILLEGAL_TRANSITION (it is streaming); PT413 TOO_LARGE.';

-- Definer: moves the end of the shown branch, which no caller may. lock_session_of checks the caller.
create function public.select_branch(p_message_id uuid)
returns public.conversation_sessions
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_locked private.locked_session;
  v_session public.conversation_sessions;
begin
  v_locked := private.lock_session_of(p_message_id);
  update public.conversation_sessions as s
  set active_message_id = private.newest_leaf(s.id, p_message_id)
  where s.id = v_locked.id and (s.deleted_at is null or private.is_trusted_caller())
  returning * into v_session;
  if not found then
    perform private.raise_error('MESSAGE_NOT_FOUND');
  end if;
  return v_session;
end
$$;
revoke all on function public.select_branch(uuid) from public, anon, authenticated, service_role;
grant execute on function public.select_branch(uuid) to authenticated, service_role;
comment on function public.select_branch(uuid) is
  E'Shows the branch that a message is on: its session then ends at the newest message below it.\n\n'
  'The versions of a message are the messages with its parent_message_id. '
  'Returns: the session. Who: the session''s user, service_role. Errors: PT404 MESSAGE_NOT_FOUND.';

create function public.get_message_thread(
  p_message_id uuid,
  p_limit integer default 200,
  p_before_sequence integer default null
)
returns setof public.conversation_messages
language plpgsql
stable
security invoker
set search_path = ''
rows 50
as $$
declare
  v_session_id uuid;
begin
  if p_limit is null or p_limit not between 1 and 200 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_limit is 1 to 200.');
  end if;
  select m.session_id into v_session_id
  from public.conversation_messages as m
  where m.id = p_message_id;
  if not found then
    perform private.raise_error('MESSAGE_NOT_FOUND');
  end if;
  return query
    select t.*
    from private.walk_branch(
      v_session_id, p_message_id, coalesce(p_before_sequence, 2147483647), p_limit
    ) as t
    order by t.sequence_order;
end
$$;
revoke all on function public.get_message_thread(uuid, integer, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.get_message_thread(uuid, integer, integer)
  to authenticated, service_role;
comment on function public.get_message_thread(uuid, integer, integer) is
  E'The messages that lead to one, from the first to it, whatever branch is shown.\n\n'
  'p_limit: the last 1 to 200, default 200. p_before_sequence: only messages before this '
  'sequence_order, for the page before. Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 MESSAGE_NOT_FOUND.';

-- Definer: writes ids, counters and places of another session, which no caller may; reads only what
-- the caller may read.
create function public.fork_session(
  p_session_id uuid,
  p_message_id uuid default null,
  p_title text default null,
  p_idempotency_key text default null
)
returns public.conversation_sessions
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_source public.conversation_sessions;
  v_session public.conversation_sessions;
  v_is_stored boolean := false;
  v_leaf uuid;
  v_id uuid := gen_random_uuid();
  v_hash bytea;
  v_copied public.conversation_messages[];
  v_message public.conversation_messages;
  v_parent_id uuid;
begin
  if p_idempotency_key is not null then
    -- Of nothing that the source tells: it may be gone when the call is repeated.
    v_id := private.session_id_of_key(
      case when v_trusted then p_session_id else (select auth.uid()) end, p_idempotency_key
    );
    v_hash := sha256(
      convert_to(
        jsonb_build_array('fork', p_session_id, p_message_id, p_title)::text, 'UTF8'
      )
    );
    select * into v_session
    from public.conversation_sessions as s
    where s.id = v_id and (v_trusted or s.user_id = (select auth.uid()));
    v_is_stored := found;
  end if;

  if not v_is_stored then
    select * into v_source
    from public.conversation_sessions as s
    where s.id = p_session_id
      and (v_trusted or (s.user_id = (select auth.uid()) and s.deleted_at is null));
    if not found then
      perform private.raise_error('SESSION_NOT_FOUND');
    end if;
    if not v_trusted and v_source.brand_id is not null and not exists (
      select 1 from private.my_brand_ids() as b (id) where b.id = v_source.brand_id
    ) then
      perform private.raise_error('FORBIDDEN');
    end if;
    -- Its secret opens one session, which expires and is erased by itself.
    if v_source.user_id is null and to_regproc('private.find_chat_session') is not null then
      if exists (select 1 from public.session_clients as c where c.session_id = p_session_id) then
        perform private.raise_error('FORBIDDEN', 'A visitor''s chat is copied once a user has claimed it.');
      end if;
    end if;
    v_leaf := coalesce(p_message_id, v_source.active_message_id);
    if p_message_id is not null and not exists (
      select 1
      from public.conversation_messages as m
      where m.session_id = p_session_id and m.id = p_message_id
    ) then
      perform private.raise_error('MESSAGE_NOT_FOUND');
    end if;

    insert into public.conversation_sessions (
      id, brand_id, user_id, title, description, agent_type, context, settings, metadata, language,
      content_mode, request_hash
    )
    values (
      v_id, v_source.brand_id, v_source.user_id, coalesce(p_title, v_source.title),
      v_source.description, v_source.agent_type, v_source.context, v_source.settings,
      v_source.metadata
        || jsonb_build_object(
          'forked_from', jsonb_build_object('session_id', p_session_id, 'message_id', v_leaf)
        ),
      v_source.language, v_source.content_mode, v_hash
    )
    on conflict (id) do nothing
    returning * into v_session;
    if not found then
      select * into v_session
      from public.conversation_sessions as s
      where s.id = v_id and (v_trusted or s.user_id = (select auth.uid()));
      v_is_stored := true;
    end if;
  end if;
  if v_is_stored then
    -- One that was wiped has no hash any more.
    if v_session.id is null or v_session.request_hash <> v_hash then
      perform private.raise_error('IDEMPOTENCY_MISMATCH');
    elsif v_session.deleted_at is not null then
      perform private.raise_error(
        'SESSION_CLOSED', 'The session of this key is in the trash: restore_session takes it out.'
      );
    end if;
    return v_session;
  end if;

  -- All in one snapshot: nobody keeps others from deleting meanwhile.
  select array_agg(t order by t.sequence_order) into v_copied
  from private.walk_branch(p_session_id, v_leaf, 2147483647, 2147483647) as t;
  if v_copied is null and v_leaf is not null then
    perform private.raise_error('MESSAGE_NOT_FOUND', 'It was deleted at this moment; call again.');
  end if;
  -- Runs are counted where they ran; the model is told all the same. Files may be left out.
  if to_regproc('private.add_tool_executions') is not null
    and to_regproc('private.with_ended_runs') is not null
  then
    v_copied := private.with_ended_runs(v_copied);
  end if;
  for i in 1 .. coalesce(cardinality(v_copied), 0) loop
    v_message := v_copied[i];
    v_message.id := gen_random_uuid();
    v_message.session_id := v_id;
    -- The source may have found an owner meanwhile.
    v_message.user_id := v_source.user_id;
    v_message.brand_id := v_source.brand_id;
    v_message.parent_message_id := v_parent_id;
    v_message.sequence_order := i;
    v_message.created_at := v_session.created_at;
    v_message.edited_at := null;
    -- A failure is counted where it happened, too.
    v_message.status := case
      when v_message.status in ('streaming', 'failed') then 'interrupted'::public.message_status
      else v_message.status
    end;
    -- What went wrong in a tool is what it answered.
    if v_message.role = 'tool' and v_message.content = '' then
      v_message.content := coalesce(v_message.error_message, '');
    end if;
    v_message.error_message := null;
    -- What the model was paid for is counted where it was said first.
    v_message.tokens_used := null;
    v_message.input_tokens := null;
    v_message.output_tokens := null;
    v_message.cached_input_tokens := null;
    v_message.cache_write_tokens := null;
    v_message.cache_write_1h_tokens := null;
    v_message.reasoning_tokens := null;
    v_message.cost_usd := null;
    v_message.price_id := null;
    v_message.latency_ms := null;
    v_message.time_to_first_token_ms := null;
    v_message.cost_source := 'none';
    v_message.reported_by := (
      case when v_trusted then 'service_role' else 'authenticated' end
    )::public.cost_reporter;
    -- The source may have become stricter since; what a message lost stays lost.
    v_message.content_mode := greatest(v_message.content_mode, v_session.content_mode);
    v_message.request_hash := private.message_request_hash(v_message, i = 1);
    v_copied[i] := v_message;
    v_parent_id := v_message.id;
  end loop;
  -- One statement, so that what is kept and told by statement is so once.
  insert into public.conversation_messages select c.* from unnest(v_copied) as c;
  update public.conversation_sessions as s
  set
    last_sequence = coalesce(cardinality(v_copied), 0),
    message_count = coalesce(cardinality(v_copied), 0),
    active_message_id = v_parent_id
  where s.id = v_id
  returning * into v_session;
  return v_session;
end
$$;
revoke all on function public.fork_session(uuid, uuid, text, text)
  from public, anon, authenticated, service_role;
grant execute on function public.fork_session(uuid, uuid, text, text)
  to authenticated, service_role;
comment on function public.fork_session(uuid, uuid, text, text) is
  E'Starts a new session with a copy of what was said until a message.\n\n'
  'p_message_id: where the copy ends; left out, at the end of the shown branch. p_title: left out, that '
  'of the session. p_idempotency_key: the same key and arguments again return the session that the '
  'first call made, also once the source is gone. The copies carry texts, tool calls and, as messages of '
  'the tools, what their runs gave, and no tokens or cost: those count where they were spent. Their metadata '
  'tell forked_from. '
  'Returns: the new session, in state initial. Who: the session''s user, as a member of its brand if it '
  'has one; service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN (no member, or the chat of a visitor that nobody '
  'claimed); PT404 SESSION_NOT_FOUND, MESSAGE_NOT_FOUND; PT409 IDEMPOTENCY_MISMATCH, SESSION_CLOSED (the '
  'session of the key is in the trash); PT413 TOO_LARGE (p_title, or metadata that have no room left for '
  'forked_from in their 256 KiB).';
