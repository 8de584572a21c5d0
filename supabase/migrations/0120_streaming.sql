-- 0120_streaming: answers that are written while the model still speaks.
-- Makes: begin_message, append_message_delta, finish_message, regenerate_message,
--   interrupt_stale_messages, type streamed_message; private.message_streams.
-- Needs: 0010, 0030, 0050, 0110. Locks: none. Breaking: no.

-- Whoever needs more than one of them locks session, stream, message, in this order.
create table private.message_streams (
  message_id     uuid         not null constraint message_streams_pkey primary key
    constraint message_streams_message_id_fkey
      references public.conversation_messages (id) on delete cascade,
  session_id     uuid         not null constraint message_streams_session_id_fkey
    references public.conversation_sessions (id) on delete cascade,
  next_seq       integer      not null default 1,
  is_running     boolean      not null default true,
  is_of_server   boolean      not null default false,
  last_delta_at  timestamptz  not null default clock_timestamp(),
  held_text      text
);
comment on table private.message_streams is
  'Messages between begin_message and finish_message: running ones, and interrupted ones that may go on. '
  'Writes: the functions of streaming only.';
comment on column private.message_streams.message_id is 'The message.';
comment on column private.message_streams.session_id is 'Its session.';
comment on column private.message_streams.next_seq is 'The p_seq that the next delta has to carry.';
comment on column private.message_streams.is_running is
  'True while the message has status streaming, false while it is interrupted.';
comment on column private.message_streams.is_of_server is
  'Whether service_role began it. Not reported_by of the message, which a correction of its cost changes.';
comment on column private.message_streams.last_delta_at is 'When the last delta came, or it began.';
comment on column private.message_streams.held_text is
  'The text as it came, while it runs in a session of mode redacted: what is to be redacted may come in '
  'pieces. Null otherwise.';

-- What runs in a session, and the foreign key side of sessions.
create index message_streams_session_id_idx on private.message_streams (session_id);
-- Those without a delta for long.
create index message_streams_last_delta_at_idx on private.message_streams (last_delta_at)
  where is_running;

alter table private.message_streams enable row level security;
revoke all on table private.message_streams from public, anon, authenticated, service_role;

create type public.streamed_message as (
  id                       uuid,
  session_id               uuid,
  brand_id                 uuid,
  user_id                  uuid,
  role                     public.message_role,
  content                  text,
  tokens_used              integer,
  model_used               text,
  provider                 text,
  cost_usd                 numeric,
  latency_ms               integer,
  action_taken             text,
  questions_asked          jsonb,
  delegation_plan          jsonb,
  created_at               timestamptz,
  sequence_order           integer,
  parent_message_id        uuid,
  status                   public.message_status,
  content_type             public.message_content_type,
  parts                    jsonb,
  tool_calls               jsonb,
  tool_call_id             text,
  input_tokens             integer,
  output_tokens            integer,
  cached_input_tokens      integer,
  cache_write_tokens       integer,
  cache_write_1h_tokens    integer,
  reasoning_tokens         integer,
  service_tier             text,
  price_id                 uuid,
  time_to_first_token_ms   integer,
  finish_reason            text,
  error_message            text,
  mood                     text,
  metadata                 jsonb,
  cost_source              public.cost_source,
  reported_by              public.cost_reporter,
  request_hash             bytea,
  edited_at                timestamptz,
  imported_at              timestamptz,
  content_mode             public.content_mode,
  content_length           integer,
  content_sha256           bytea,
  next_seq                 integer,
  inserted                 boolean
);
comment on type public.streamed_message is
  'A row of conversation_messages, the p_seq of its next delta (null once it is finished), and whether '
  'this call inserted it or found it stored already.';

create function private.streamed(p_message public.conversation_messages, p_inserted boolean)
returns public.streamed_message
language plpgsql
stable
set search_path = ''
as $$
declare
  v_result public.streamed_message;
begin
  select
    (p_message).*,
    (select s.next_seq from private.message_streams as s where s.message_id = p_message.id),
    p_inserted
  into v_result;
  return v_result;
end
$$;
revoke all on function private.streamed(public.conversation_messages, boolean)
  from public, anon, authenticated, service_role;
comment on function private.streamed(public.conversation_messages, boolean) is
  'A message as begin_message returns it.';

create function private.interrupt_stream(p_message_id uuid, p_before timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.message_streams as s set is_running = false, held_text = null
  where s.message_id = p_message_id and s.is_running and s.last_delta_at <= p_before;
  if not found then
    return false;
  end if;
  update public.conversation_messages as m set status = 'interrupted'
  where m.id = p_message_id and m.status = 'streaming';
  return true;
end
$$;
revoke all on function private.interrupt_stream(uuid, timestamptz)
  from public, anon, authenticated, service_role;
comment on function private.interrupt_stream(uuid, timestamptz) is
  'Interrupts a running message whose last delta came until a time; false where there is none such. Its '
  'text stays.';

create function private.is_on_branch(p_session_id uuid, p_message_id uuid, p_leaf uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  v_sequence integer;
begin
  select m.sequence_order into v_sequence
  from public.conversation_messages as m
  where m.session_id = p_session_id and m.id = p_message_id;
  return exists (
    with recursive branch (id, parent_message_id, sequence_order) as (
      select m.id, m.parent_message_id, m.sequence_order
      from public.conversation_messages as m
      where m.session_id = p_session_id and m.id = p_leaf
      union all
      select m.id, m.parent_message_id, m.sequence_order
      from branch as b
      -- A parent comes before its children.
      cross join lateral (
        select p.id, p.parent_message_id, p.sequence_order
        from public.conversation_messages as p
        where p.id = b.parent_message_id and b.sequence_order > v_sequence
        limit 1
      ) as m
    )
    select 1 from branch as b where b.id = p_message_id
  );
end
$$;
revoke all on function private.is_on_branch(uuid, uuid, uuid)
  from public, anon, authenticated, service_role;
comment on function private.is_on_branch(uuid, uuid, uuid) is
  'Whether a message is one of those that lead to p_leaf, or p_leaf itself.';

-- Callable by definer functions only, after lock_session.
create function private.refuse_running_stream(p_session_id uuid, p_parent uuid, p_self uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_running uuid;
begin
  for v_running in
    select s.message_id
    from private.message_streams as s
    where s.session_id = p_session_id and s.is_running and s.message_id <> p_self
    order by s.message_id
  loop
    if (
      private.is_on_branch(p_session_id, v_running, p_parent)
      or private.is_on_branch(p_session_id, p_self, v_running)
    ) and not private.interrupt_stream(v_running, clock_timestamp() - interval '2 minutes') then
      perform private.raise_error('STREAM_RUNNING');
    end if;
  end loop;
end
$$;
revoke all on function private.refuse_running_stream(uuid, uuid, uuid)
  from public, anon, authenticated, service_role;
comment on function private.refuse_running_stream(uuid, uuid, uuid) is
  'Keeps a branch to one running message: interrupts a stale one above or below p_self, whose parent is '
  'p_parent, and refuses for one that is not (PT409 STREAM_RUNNING).';

-- Definer: gives sequence_order, owner, status and cost source, which no caller may. lock_session
-- checks the caller.
create function public.begin_message(
  p_session_id uuid,
  p_message_id uuid default null,
  p_parent text default 'active',
  p_provider text default null,
  p_model_used text default null,
  p_service_tier text default null,
  p_content_type public.message_content_type default 'text',
  p_metadata jsonb default '{}'
)
returns public.streamed_message
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_session private.locked_session;
  v_stored public.conversation_messages;
  v_message public.conversation_messages;
begin
  if private.has_wide_number(p_metadata) then
    perform private.raise_error('TOO_LARGE');
  end if;
  v_session := private.lock_session(p_session_id);
  v_message.id := coalesce(p_message_id, gen_random_uuid());
  v_message.request_hash := sha256(
    convert_to(
      row(
        'stream', coalesce(p_parent, 'active'), p_provider, p_model_used, p_service_tier,
        coalesce(p_content_type, 'text'), coalesce(p_metadata, '{}')
      )::text,
      'UTF8'
    )
  );
  select * into v_stored from public.conversation_messages as m where m.id = v_message.id;
  if found then
    if v_stored.session_id <> p_session_id
      or substring(v_stored.request_hash from 1 for 32) <> v_message.request_hash
    then
      perform private.raise_error('IDEMPOTENCY_MISMATCH');
    end if;
    return private.streamed(v_stored, false);
  end if;

  if coalesce(p_parent, 'active') = 'active' then
    v_message.parent_message_id := v_session.active_message_id;
  elsif p_parent <> 'root' then
    begin
      v_message.parent_message_id := p_parent::uuid;
    exception
      when data_exception then
        perform private.raise_error('INVALID_ARGUMENT', 'p_parent is active, root or a message id.');
    end;
    if not exists (
      select 1
      from public.conversation_messages as m
      where m.session_id = p_session_id and m.id = v_message.parent_message_id
    ) then
      perform private.raise_error('MESSAGE_NOT_FOUND');
    end if;
  end if;
  perform private.refuse_running_stream(p_session_id, v_message.parent_message_id, v_message.id);

  v_message.role := 'assistant';
  v_message.content := '';
  v_message.content_type := coalesce(p_content_type, 'text');
  v_message.status := 'streaming';
  v_message.provider := p_provider;
  v_message.model_used := p_model_used;
  v_message.service_tier := p_service_tier;
  v_message.metadata := coalesce(p_metadata, '{}');
  -- A model is asked, and nobody knows yet what it costs.
  v_message.cost_source := 'unpriced';
  v_message := private.add_message(v_session, v_message);
  insert into private.message_streams (message_id, session_id, is_of_server)
  values (v_message.id, p_session_id, v_session.reporter = 'service_role');
  return private.streamed(v_message, true);
end
$$;
revoke all on function public.begin_message(
  uuid, uuid, text, text, text, text, public.message_content_type, jsonb
) from public, anon, authenticated, service_role;
grant execute on function public.begin_message(
  uuid, uuid, text, text, text, text, public.message_content_type, jsonb
) to authenticated, service_role;
comment on function public.begin_message(
  uuid, uuid, text, text, text, text, public.message_content_type, jsonb
) is
  E'Begins an answer that is written as it comes: an empty message with status streaming.\n\n'
  'p_message_id: idempotency key. p_parent: active (default: the end of the shown branch), root, or a '
  'message id. The call counts as a request from now on; tokens, cost and latency come with '
  'finish_message. A branch has one running message; one without a delta for two minutes is '
  'interrupted to make room. '
  'Returns: the message, with inserted and next_seq: begun again with the same body, it tells where to '
  'go on. Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND, MESSAGE_NOT_FOUND; PT409 STREAM_RUNNING, '
  'IDEMPOTENCY_MISMATCH, SESSION_CLOSED; PT413 TOO_LARGE.';

-- Callable by definer functions only.
create function private.refuse_stream_of_server(p_message_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if not private.is_trusted_caller() and exists (
    select 1
    from private.message_streams as s
    where s.message_id = p_message_id and s.is_of_server
  ) then
    perform private.raise_error('FORBIDDEN', 'The server began this message and goes on with it.');
  end if;
end
$$;
revoke all on function private.refuse_stream_of_server(uuid)
  from public, anon, authenticated, service_role;
comment on function private.refuse_stream_of_server(uuid) is
  'Keeps users out of what the server streams (PT403 FORBIDDEN): who ends a message first says what it cost.';

-- Callable by definer functions only. Sessions come before streams and messages.
create function private.resume_stream(p_message_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_session private.locked_session;
  v_message public.conversation_messages;
begin
  v_session := private.lock_session_of(p_message_id);
  select * into v_message from public.conversation_messages as m where m.id = p_message_id;
  perform private.refuse_stream_of_server(p_message_id);
  if v_message.status = 'interrupted' and exists (
    select 1 from private.message_streams as s where s.message_id = p_message_id
  ) then
    perform private.refuse_running_stream(
      v_session.id, v_message.parent_message_id, p_message_id
    );
    update private.message_streams as s set is_running = true
    where s.message_id = p_message_id;
    update public.conversation_messages as m set status = 'streaming'
    where m.id = p_message_id;
  elsif v_message.status <> 'streaming' then
    perform private.raise_error('ILLEGAL_TRANSITION', 'The message is finished; begin another one.');
  end if;
end
$$;
revoke all on function private.resume_stream(uuid) from public, anon, authenticated, service_role;
comment on function private.resume_stream(uuid) is
  'Lets an interrupted message run again; refuses finished ones (PT409 ILLEGAL_TRANSITION), those of the '
  'server (PT403 FORBIDDEN) and those of others (PT404 MESSAGE_NOT_FOUND).';

-- Definer: writes content, which no caller may. Takes deltas of the caller's own messages alone.
create function public.append_message_delta(p_message_id uuid, p_seq integer, p_delta text)
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_user_id uuid := auth.uid();
  v_held text;
begin
  if p_seq is null or p_seq < 1 or p_delta is null then
    perform private.raise_error('INVALID_ARGUMENT', 'p_seq is 1, 2, 3 and so on; p_delta is a text.');
  end if;
  if v_trusted then
    select m.user_id into v_user_id
    from public.conversation_messages as m
    where m.id = p_message_id;
  end if;
  -- tg__lock_messages takes it alone. In a condition, because perform would run a query.
  if v_user_id is not null
    and pg_advisory_xact_lock_shared(1953854049, hashtext(v_user_id::text))::text is null
  then
    return null;
  end if;
  -- Once for the message that runs, and once more for one that was interrupted.
  for v_try in 1 .. 2 loop
    update private.message_streams as s
    set
      next_seq = s.next_seq + 1,
      last_delta_at = clock_timestamp(),
      held_text = case m.content_mode
        when 'redacted' then coalesce(s.held_text, m.content) || p_delta
      end
    from public.conversation_messages as m
    where s.message_id = p_message_id and s.is_running and s.next_seq = p_seq
      and m.id = p_message_id
      and (v_trusted or (m.user_id = v_user_id and not s.is_of_server))
    returning s.held_text into v_held;
    if found then
      update public.conversation_messages as m set content = coalesce(v_held, m.content || p_delta)
      where m.id = p_message_id;
      return p_seq + 1;
    end if;
    -- The row stays locked after a miss, so a session is locked only for a message that does not run.
    exit when v_try = 2 or exists (
      select 1
      from private.message_streams as s
      join public.conversation_messages as m on m.id = s.message_id
      where s.message_id = p_message_id and s.is_running
        and (v_trusted or (m.user_id = v_user_id and not s.is_of_server))
    );
    perform private.resume_stream(p_message_id);
  end loop;
  perform private.raise_error('DELTA_OUT_OF_SEQUENCE');
  return null;
end
$$;
revoke all on function public.append_message_delta(uuid, integer, text)
  from public, anon, authenticated, service_role;
grant execute on function public.append_message_delta(uuid, integer, text)
  to authenticated, service_role;
comment on function public.append_message_delta(uuid, integer, text) is
  E'Adds the next piece of text to a message that is streaming.\n\n'
  'p_seq: 1, 2, 3 and so on, without a gap; what is answered is stored. An empty delta says that the '
  'model still works. A message that was interrupted goes on with the next one. '
  'Returns: the next p_seq. Who: service_role; the session''s user, if the server did not begin it. '
  'Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN (the server began it); PT404 MESSAGE_NOT_FOUND; PT409 DELTA_OUT_OF_SEQUENCE (repeated or '
  'skipped), ILLEGAL_TRANSITION (it is finished), STREAM_RUNNING (another one runs by now); PT413 '
  'TOO_LARGE.';

-- Definer: writes status and cost source, which no caller may. lock_session_of checks the caller.
create function public.finish_message(
  p_message_id uuid,
  p_status public.message_status default null,
  p_provider text default null,
  p_model_used text default null,
  p_tokens_used integer default null,
  p_input_tokens integer default null,
  p_output_tokens integer default null,
  p_cached_input_tokens integer default null,
  p_cache_write_tokens integer default null,
  p_cache_write_1h_tokens integer default null,
  p_reasoning_tokens integer default null,
  p_service_tier text default null,
  p_cost_usd numeric default null,
  p_latency_ms integer default null,
  p_time_to_first_token_ms integer default null,
  p_finish_reason text default null,
  p_error_message text default null,
  p_tool_calls jsonb default null,
  p_parts jsonb default null,
  p_metadata jsonb default null,
  p_reservation_id uuid default null
)
returns public.conversation_messages
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_session private.locked_session;
  v_message public.conversation_messages;
  v_status public.message_status := coalesce(
    p_status,
    (case when p_error_message is null then 'complete' else 'failed' end)::public.message_status
  );
  v_hash bytea;
  v_is_correction boolean;
  v_is_claim boolean;
begin
  if v_status = 'streaming' then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'p_status is complete, failed, cancelled or interrupted.'
    );
  end if;
  if private.has_wide_number(p_tool_calls) or private.has_wide_number(p_parts)
    or private.has_wide_number(p_metadata)
  then
    perform private.raise_error('TOO_LARGE');
  end if;
  v_hash := sha256(
    convert_to(
      row(
        v_status, p_provider, p_model_used, p_tokens_used, p_input_tokens, p_output_tokens,
        p_cached_input_tokens, p_cache_write_tokens, p_cache_write_1h_tokens, p_reasoning_tokens,
        p_service_tier, p_cost_usd, p_latency_ms, p_time_to_first_token_ms, p_finish_reason,
        p_error_message, p_tool_calls, p_parts, p_metadata
      )::text,
      'UTF8'
    )
  );
  v_session := private.lock_session_of(p_message_id);
  select * into v_message from public.conversation_messages as m where m.id = p_message_id;
  perform private.refuse_stream_of_server(p_message_id);
  -- What the server knows of the cost is taken, also after the user ended the message.
  v_is_correction := v_session.reporter = 'service_role' and v_message.reported_by <> 'service_role'
    and octet_length(v_message.request_hash) >= 64;
  if v_message.status <> 'streaming' and not v_is_correction
    and (
      substring(v_message.request_hash from 33 for 32) = v_hash
      -- The end of its user, which the server corrected.
      or (
        v_session.reporter <> 'service_role' and substring(v_message.request_hash from 65) = v_hash
      )
    )
  then
    if p_reservation_id is not null then
      perform private.settle_reservation(p_reservation_id);
    end if;
    return v_message;
  end if;
  -- A server that only says what it cost ends nothing.
  if v_is_correction and v_message.status <> 'streaming' and p_status is null
    and p_error_message is null
  then
    v_status := v_message.status;
  end if;
  -- Before the budgets, as whoever renews it: a cost that reaches a limit locks them.
  if p_reservation_id is not null then
    perform 1 from public.budget_reservations as r where r.id = p_reservation_id for no key update;
  end if;
  if v_status = 'interrupted' then
    update private.message_streams as s set is_running = false, held_text = null
    where s.message_id = p_message_id;
  else
    delete from private.message_streams as s where s.message_id = p_message_id;
  end if;
  if not found then
    if octet_length(v_message.request_hash) < 64 then
      perform private.raise_error('ILLEGAL_TRANSITION', 'Only a message of begin_message is finished.');
    elsif not v_is_correction then
      perform private.raise_error('IDEMPOTENCY_MISMATCH', 'It is finished already, in another way.');
    elsif v_status = 'interrupted' then
      -- It could not go on.
      v_status := v_message.status;
    end if;
  end if;

  -- Again, and locked: a correction may have come first.
  select * into v_message
  from public.conversation_messages as m
  where m.id = p_message_id
  for no key update;
  -- What the server said of it meanwhile stays, whatever figures the user ends it with.
  if v_session.reporter = 'service_role' or v_message.reported_by <> 'service_role' then
    v_message.provider := coalesce(p_provider, v_message.provider);
    v_message.model_used := coalesce(p_model_used, v_message.model_used);
    v_message.service_tier := coalesce(p_service_tier, v_message.service_tier);
    -- Who names no figure leaves the cost a claim of who made it.
    v_is_claim := v_message.cost_source = 'reported' and num_nonnulls(
      p_provider, p_model_used, p_service_tier, p_tokens_used, p_input_tokens, p_output_tokens,
      p_cached_input_tokens, p_cache_write_tokens, p_cache_write_1h_tokens, p_reasoning_tokens, p_cost_usd
    ) = 0;
    if num_nonnulls(p_tokens_used, p_input_tokens, p_output_tokens) > 0 then
      v_message.tokens_used := p_tokens_used;
    end if;
    v_message.input_tokens := coalesce(p_input_tokens, v_message.input_tokens);
    v_message.output_tokens := coalesce(p_output_tokens, v_message.output_tokens);
    v_message.cached_input_tokens := coalesce(p_cached_input_tokens, v_message.cached_input_tokens);
    v_message.cache_write_tokens := coalesce(p_cache_write_tokens, v_message.cache_write_tokens);
    v_message.cache_write_1h_tokens := coalesce(
      p_cache_write_1h_tokens, v_message.cache_write_1h_tokens
    );
    v_message.reasoning_tokens := coalesce(p_reasoning_tokens, v_message.reasoning_tokens);
    if not v_is_claim then
      v_message.cost_usd := p_cost_usd;
      v_message.reported_by := v_session.reporter;
    end if;
    v_message.price_id := null;
    v_message := private.price_message(v_message);
  end if;
  update public.conversation_messages as m
  set
    status = v_status,
    provider = v_message.provider,
    model_used = v_message.model_used,
    service_tier = v_message.service_tier,
    tokens_used = v_message.tokens_used,
    input_tokens = v_message.input_tokens,
    output_tokens = v_message.output_tokens,
    cached_input_tokens = v_message.cached_input_tokens,
    cache_write_tokens = v_message.cache_write_tokens,
    cache_write_1h_tokens = v_message.cache_write_1h_tokens,
    reasoning_tokens = v_message.reasoning_tokens,
    cost_usd = v_message.cost_usd,
    price_id = v_message.price_id,
    -- The call was made, whatever is known of it.
    cost_source = (
      case v_message.cost_source when 'none' then 'unpriced' else v_message.cost_source::text end
    )::public.cost_source,
    reported_by = v_message.reported_by,
    latency_ms = coalesce(p_latency_ms, m.latency_ms),
    time_to_first_token_ms = coalesce(p_time_to_first_token_ms, m.time_to_first_token_ms),
    finish_reason = coalesce(p_finish_reason, m.finish_reason),
    -- What interrupted it was no error of an answer that is complete.
    error_message = coalesce(
      p_error_message, case when v_status <> 'complete' then m.error_message end
    ),
    tool_calls = coalesce(p_tool_calls, m.tool_calls),
    parts = coalesce(p_parts, m.parts),
    metadata = coalesce(p_metadata, m.metadata),
    -- A wipe meanwhile took the hash of its beginning.
    request_hash = case
      when m.request_hash = '' then decode(repeat('00', 32), 'hex')
      else substring(m.request_hash from 1 for 32)
    end || v_hash || case
      when not v_is_correction then ''
      when octet_length(m.request_hash) > 64 then substring(m.request_hash from 65)
      else substring(m.request_hash from 33)
    end
  where m.id = p_message_id
  returning * into v_message;
  if p_reservation_id is not null then
    perform private.settle_reservation(p_reservation_id);
  end if;
  return v_message;
end
$$;
revoke all on function public.finish_message(
  uuid, public.message_status, text, text, integer, integer, integer, integer, integer, integer, integer,
  text, numeric, integer, integer, text, text, jsonb, jsonb, jsonb, uuid
) from public, anon, authenticated, service_role;
grant execute on function public.finish_message(
  uuid, public.message_status, text, text, integer, integer, integer, integer, integer, integer, integer,
  text, numeric, integer, integer, text, text, jsonb, jsonb, jsonb, uuid
) to authenticated, service_role;
comment on function public.finish_message(
  uuid, public.message_status, text, text, integer, integer, integer, integer, integer, integer, integer,
  text, numeric, integer, integer, text, text, jsonb, jsonb, jsonb, uuid
) is
  E'Ends a message that is streaming or was interrupted, with what it took.\n\n'
  'p_status: complete, failed, cancelled, or interrupted, after which it may go on or be ended; left out, '
  'complete, or failed with p_error_message. The other arguments are columns of the message; those that '
  'are left out stay. Where tokens are given, the total is theirs; p_cost_usd: US dollars; left out, the '
  'price in force when it began is asked, but where no figure is given. p_reservation_id: the hold to '
  'settle with it; one that is gone or closed changes nothing. The text is that of the deltas. '
  'Returns: the message; ended again in the same way, it stays as it is. Figures of service_role '
  'replace those of a user, and stay. Who: service_role; the session''s user, if the server did not begin it. '
  'Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN (the server began it); PT404 MESSAGE_NOT_FOUND; PT409 '
  'ILLEGAL_TRANSITION (not of begin_message), IDEMPOTENCY_MISMATCH (ended in another way); PT413 '
  'TOO_LARGE.';

-- Definer: stamps edited_at, which no caller may write. lock_session_of checks the caller.
create function public.regenerate_message(
  p_message_id uuid,
  p_new_message_id uuid default null,
  p_provider text default null,
  p_model_used text default null,
  p_service_tier text default null,
  p_metadata jsonb default '{}'
)
returns public.streamed_message
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_session private.locked_session;
  v_old public.conversation_messages;
  v_stored public.conversation_messages;
  v_new public.streamed_message;
  v_hash bytea;
begin
  if p_message_id is null or p_message_id = p_new_message_id then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'Give p_message_id; p_new_message_id is a new id.'
    );
  elsif private.has_wide_number(p_metadata) then
    perform private.raise_error('TOO_LARGE');
  end if;
  v_session := private.lock_session_of(p_message_id, p_new_message_id);
  -- Of nothing that the old message tells: a delete may change or take it before the call is repeated.
  v_hash := sha256(
    convert_to(
      row(
        'regenerate', p_message_id, p_provider, p_model_used, p_service_tier, coalesce(p_metadata, '{}')
      )::text,
      'UTF8'
    )
  );
  select * into v_stored from public.conversation_messages as m where m.id = p_new_message_id;
  if found then
    if v_stored.session_id <> v_session.id
      or substring(v_stored.request_hash from 1 for 32) <> v_hash
    then
      perform private.raise_error('IDEMPOTENCY_MISMATCH');
    end if;
    return private.streamed(v_stored, false);
  end if;
  select * into v_old from public.conversation_messages as m where m.id = p_message_id;
  if not found then
    perform private.raise_error('MESSAGE_NOT_FOUND');
  elsif v_old.role <> 'assistant' then
    perform private.raise_error('INVALID_ARGUMENT', 'Only an answer is made again; use edit_message.');
  end if;
  v_new := public.begin_message(
    v_session.id, p_new_message_id, coalesce(v_old.parent_message_id::text, 'root'), p_provider,
    p_model_used, p_service_tier, v_old.content_type, p_metadata
  );
  update public.conversation_messages as m set request_hash = v_hash where m.id = v_new.id;
  v_new.request_hash := v_hash;
  update public.conversation_messages as m set edited_at = v_new.created_at
  where m.id = p_message_id;
  return v_new;
end
$$;
revoke all on function public.regenerate_message(uuid, uuid, text, text, text, jsonb)
  from public, anon, authenticated, service_role;
grant execute on function public.regenerate_message(uuid, uuid, text, text, text, jsonb)
  to authenticated, service_role;
comment on function public.regenerate_message(uuid, uuid, text, text, text, jsonb) is
  E'Begins another answer beside one, and shows that one; nothing is overwritten.\n\n'
  'The new message has the parent of the old one, which gets edited_at, and is written on by '
  'append_message_delta and finish_message. An answer that is whole already is appended instead, with '
  'parent. p_new_message_id: idempotency key. Returns: the new message, with inserted and next_seq. '
  'Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT (not an answer); PT404 MESSAGE_NOT_FOUND; PT409 STREAM_RUNNING, '
  'IDEMPOTENCY_MISMATCH, SESSION_CLOSED; PT413 TOO_LARGE.';

-- Definer: writes status, which nobody may; service_role alone.
create function public.interrupt_stale_messages(
  p_idle_seconds integer default 120,
  -- Each takes a lock, of which a transaction has room for some thousands.
  p_limit integer default 2000
)
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_before timestamptz;
  v_stale record;
  v_interrupted integer := 0;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Stale messages are interrupted by service_role.');
  end if;
  if p_idle_seconds is null or p_idle_seconds < 0 or p_limit is null or p_limit not between 1 and 10000 then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'p_idle_seconds is 0 or more; p_limit is 1 to 10000.'
    );
  end if;
  v_before := clock_timestamp() - p_idle_seconds * interval '1 second';
  for v_stale in
    select m.id, m.user_id
    from private.message_streams as s
    join public.conversation_messages as m on m.id = s.message_id
    where s.is_running and s.last_delta_at <= v_before
    order by s.last_delta_at
    limit p_limit
  loop
    -- A delete holds the message before it reaches the stream; who is deleting needs no interruption.
    continue when not pg_try_advisory_xact_lock_shared(
      1953854049, hashtext(v_stale.user_id::text)
    );
    if private.interrupt_stream(v_stale.id, v_before) then
      v_interrupted := v_interrupted + 1;
    end if;
  end loop;
  return v_interrupted;
end
$$;
revoke all on function public.interrupt_stale_messages(integer, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.interrupt_stale_messages(integer, integer) to service_role;
comment on function public.interrupt_stale_messages(integer, integer) is
  E'Interrupts messages that stream without a delta for so many seconds; text and numbers stay.\n\n'
  'For a schedule, once a minute. Their next delta lets them go on. '
  'p_limit: at most so many in one call, 1 to 10000, default 2000; those without a delta for longest first. '
  'Returns: how many. Who: service_role. Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN.';
