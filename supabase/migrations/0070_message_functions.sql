-- 0070_message_functions: what clients call to write many messages, or a turn, at once.
-- Makes: append_messages, import_messages, log_turn, get_latest_message, type appended_message;
--   private.write_messages.
-- Needs: 0010, 0030, 0050. Locks: none. Breaking: no.

create type public.appended_message as (
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
  inserted                 boolean
);
comment on type public.appended_message is
  'A row of conversation_messages, and whether this call inserted it or found it stored already.';

-- Callable by definer functions only. lock_session checks the caller.
create function private.write_messages(p_session_id uuid, p_messages jsonb, p_is_import boolean)
returns setof public.appended_message
language plpgsql
volatile
rows 10
set search_path = ''
-- With arrays of few ids two plans would be made each time.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_keys constant text[] := array[
    'id', 'session_id', 'brand_id', 'user_id', 'role', 'content', 'tokens_used', 'model_used',
    'provider', 'cost_usd', 'latency_ms', 'action_taken', 'questions_asked', 'delegation_plan',
    'parent_message_id', 'content_type', 'parts', 'tool_calls', 'tool_call_id', 'input_tokens',
    'output_tokens', 'cached_input_tokens', 'cache_write_tokens', 'cache_write_1h_tokens',
    'reasoning_tokens', 'service_tier', 'time_to_first_token_ms', 'finish_reason', 'error_message',
    'mood', 'metadata', 'parent'
  ] || case when p_is_import then '{created_at}'::text[] else '{}' end;
  v_session private.locked_session;
  v_blank public.conversation_messages;
  v_messages public.conversation_messages[];
  v_parents text[];  -- active, root or an id
  v_parent_ids uuid[];
  v_ids uuid[];
  v_hashes bytea[];
  v_message public.conversation_messages;
  v_are_objects boolean;
  v_have_known_keys boolean;
  v_name_two_parents boolean;
  v_differs boolean;
  v_new bigint[];  -- positions in v_messages that are not stored yet
  v_branches bigint;
begin
  if private.has_wide_number(p_messages) then
    perform private.raise_error('TOO_LARGE');
  elsif jsonb_typeof(p_messages) is distinct from 'array' or p_messages = '[]' then
    perform private.raise_error('INVALID_ARGUMENT', 'p_messages is an array of 1 to 1000 messages.');
  elsif jsonb_array_length(p_messages) > 1000 then
    perform private.raise_error('TOO_LARGE');
  end if;
  select
    bool_and(jsonb_typeof(e.message) = 'object'),
    bool_and(case jsonb_typeof(e.message) when 'object' then e.message - v_keys = '{}' end),
    bool_or(
      e.message ->> 'parent_message_id' in ('active', 'root')
      or (e.message ->> 'parent' is not null and e.message ->> 'parent_message_id' is not null)
    )
  into v_are_objects, v_have_known_keys, v_name_two_parents
  from jsonb_array_elements(p_messages) as e (message);
  if not v_are_objects then
    perform private.raise_error('INVALID_ARGUMENT', 'Each message is an object.');
  elsif not v_have_known_keys then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'The keys of a message are the insertable columns and parent; of one to import, created_at too.'
    );
  elsif v_name_two_parents then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'Give parent (active, root or a message id) or parent_message_id, not both.'
    );
  end if;

  v_session := private.lock_session(p_session_id);

  v_blank.sequence_order := 0;
  v_blank.status := 'complete';
  begin
    select
      array_agg(jsonb_populate_record(v_blank, g.message) order by g.position),
      array_agg(g.parent order by g.position),
      array_agg(
        case when g.parent not in ('active', 'root') then g.parent::uuid end order by g.position
      )
    into v_messages, v_parents, v_parent_ids
    from (
      select
        e.position,
        e.message,
        coalesce(e.message ->> 'parent', e.message ->> 'parent_message_id', 'active') as parent
      from jsonb_array_elements(p_messages) with ordinality as e (message, position)
    ) as g;
  exception
    when data_exception then
      perform private.raise_error('INVALID_ARGUMENT', 'A value does not fit the type of its column.');
  end;

  if exists (
    select 1
    from unnest(v_messages) as m
    where m.role is null
      or (m.content is null and m.parts is null and m.tool_calls is null)
      or m.session_id <> p_session_id
  ) then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'A message has a role and content, parts or tool_calls; session_id is left out or p_session_id.'
    );
  end if;

  -- One by one, because a function in from is set up anew for every row. A null is an argument left
  -- out.
  for i in 1 .. cardinality(v_messages) loop
    v_message := v_messages[i];
    v_message.id := coalesce(v_message.id, gen_random_uuid());
    v_message.content_type := coalesce(v_message.content_type, 'text');
    v_message.metadata := coalesce(v_message.metadata, '{}');
    v_message.parent_message_id := v_parent_ids[i];
    v_message.request_hash := private.message_request_hash(v_message, v_parents[i] = 'root');
    if v_message.created_at is null then
      v_message.created_at := v_session.at;
    elsif not isfinite(v_message.created_at) or v_message.created_at > v_session.at then
      perform private.raise_error('INVALID_ARGUMENT', 'created_at is a time that has passed.');
    else
      v_message.request_hash := sha256(
        v_message.request_hash || timestamptz_send(v_message.created_at)
      );
    end if;
    v_messages[i] := private.price_message(v_message);
    v_ids[i] := v_message.id;
    v_hashes[i] := v_message.request_hash;
  end loop;

  select
    bool_or(
      m.request_hash <> m.first_hash
      or stored.session_id <> p_session_id
      or stored.request_hash <> m.request_hash
    ),
    array_agg(m.position order by m.position)
      filter (where stored.id is null and m.position = m.first_position)
  into v_differs, v_new
  from (
    select
      u.id, u.request_hash, u.position,
      first_value(u.request_hash) over same_id as first_hash,
      first_value(u.position) over same_id as first_position
    from unnest(v_ids, v_hashes) with ordinality as u (id, request_hash, position)
    window same_id as (partition by u.id order by u.position)
  ) as m
  left join public.conversation_messages as stored on stored.id = m.id;
  if v_differs then
    perform private.raise_error('IDEMPOTENCY_MISMATCH');
  end if;

  if v_new is not null then
    -- Only what follows the end of the shown branch, without branching off, can be an answer.
    if v_session.is_closed then
      perform private.refuse_closed_session(
        p_session_id,
        case
          when exists (
            select 1
            from unnest(v_new) with ordinality as n (i, k)
            where (v_messages[n.i]).role in ('user', 'system')
              or (
                v_parents[n.i] <> 'active'
                and v_parent_ids[n.i] is distinct from case n.k
                  when 1 then v_session.active_message_id
                  else v_ids[v_new[n.k - 1]]
                end
              )
          ) then 'user'
          else (v_messages[v_new[1]]).role
        end,
        v_session.active_message_id
      );
    end if;

    -- A named parent is stored in this session or comes earlier in this call.
    if exists (
      select 1
      from unnest(v_new) as n (i)
      where v_parent_ids[n.i] is not null
        and not exists (
          select 1
          from public.conversation_messages as stored
          where stored.session_id = p_session_id and stored.id = v_parent_ids[n.i]
        )
        and not exists (
          select 1
          from unnest(v_new) as earlier (i)
          where earlier.i < n.i and v_ids[earlier.i] = v_parent_ids[n.i]
        )
    ) then
      perform private.raise_error('MESSAGE_NOT_FOUND');
    end if;

    with inserted as (
      insert into public.conversation_messages as m (
        id, session_id, brand_id, user_id, role, content, tokens_used, model_used, provider, cost_usd,
        latency_ms, action_taken, questions_asked, delegation_plan, created_at, sequence_order,
        parent_message_id, content_type, parts, tool_calls, tool_call_id, input_tokens,
        output_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens,
        reasoning_tokens, service_tier, price_id, time_to_first_token_ms, finish_reason,
        error_message, mood, metadata, cost_source, reported_by, request_hash, imported_at, content_mode
      )
      select
        g.id, p_session_id, v_session.brand_id, v_session.user_id, g.role, coalesce(g.content, ''),
        g.tokens_used, g.model_used, g.provider, g.cost_usd, g.latency_ms, g.action_taken,
        g.questions_asked, g.delegation_plan, g.created_at, v_session.last_sequence + n.k,
        case v_parents[n.i]
          when 'root' then null
          when 'active' then
            case n.k
              when 1 then v_session.active_message_id
              else v_ids[v_new[n.k - 1]]
            end
          else g.parent_message_id
        end,
        g.content_type, g.parts, g.tool_calls, g.tool_call_id, g.input_tokens, g.output_tokens,
        g.cached_input_tokens, g.cache_write_tokens, g.cache_write_1h_tokens, g.reasoning_tokens,
        g.service_tier, g.price_id, g.time_to_first_token_ms, g.finish_reason, g.error_message,
        g.mood, g.metadata, g.cost_source, v_session.reporter, g.request_hash,
        case when p_is_import then v_session.at end, v_session.content_mode
      from unnest(v_messages) with ordinality as g
      join unnest(v_new) with ordinality as n (i, k) on n.i = g.ordinality
      order by n.k
      returning m.tokens_used, m.cost_usd, m.created_at
    )
    update public.conversation_sessions as s
    set
      last_sequence = s.last_sequence + i.messages,
      message_count = s.message_count + i.messages,
      total_tokens = s.total_tokens + i.tokens,
      total_cost_usd = s.total_cost_usd + i.cost_usd,
      -- A session that begins with an import is as old as what it holds.
      created_at = case
        when p_is_import and s.last_sequence = 0 then least(s.created_at, i.first_at)
        else s.created_at
      end,
      last_activity_at = case
        when not p_is_import then greatest(s.last_activity_at, v_session.at)
        -- After a wipe it holds content again.
        when s.last_sequence = 0 then greatest(i.last_at, s.wiped_at + interval '1 microsecond')
        else greatest(s.last_activity_at, i.last_at, s.wiped_at + interval '1 microsecond')
      end,
      prior_message_id = s.active_message_id,
      active_message_id = v_ids[v_new[cardinality(v_new)]],
      updated_at = now()
    from (
      select
        count(*) as messages, coalesce(sum(n.tokens_used), 0) as tokens,
        coalesce(sum(n.cost_usd), 0) as cost_usd, min(n.created_at) as first_at,
        max(n.created_at) as last_at
      from inserted as n
    ) as i
    where s.id = p_session_id;

    -- The shown branch ends at a leaf, so only a named parent starts a branch.
    if v_parents <> array_fill('active'::text, array[cardinality(v_parents)]) then
      -- Of the parents named here alone: a count of all messages would take the longer, the longer the
      -- session is.
      select
        sum(
          a.added - case
            -- Where there are messages, one of them is a first message.
            when a.parent_message_id is null then
              (
                select s.message_count = cardinality(v_new)
                from public.conversation_sessions as s
                where s.id = p_session_id
              )
            else
              (
                select true
                from public.conversation_messages as m
                where m.session_id = p_session_id and m.parent_message_id = a.parent_message_id
                  and m.sequence_order <= v_session.last_sequence
                limit 1
              ) is null
          end::integer
        )
      into v_branches
      from (
        select m.parent_message_id, count(*) as added
        from public.conversation_messages as m
        where m.id = any (array(select v_ids[n.i] from unnest(v_new) as n (i)))
        group by m.parent_message_id
      ) as a;
      update public.conversation_sessions as s set branch_count = s.branch_count + v_branches
      where s.id = p_session_id and v_branches > 0;
    end if;
  end if;

  return query
    select m.*, g.position in (select n.i from unnest(v_new) as n (i))
    from unnest(v_ids) with ordinality as g (id, position)
    join public.conversation_messages as m on m.id = g.id
    order by g.position;
end
$$;
revoke all on function private.write_messages(uuid, jsonb, boolean)
  from public, anon, authenticated, service_role;
comment on function private.write_messages(uuid, jsonb, boolean) is
  'append_messages, or with p_is_import import_messages.';

-- Definer: gives sequence_order, owner and cost source to many rows in one statement, which no caller
-- may.
create function public.append_messages(p_session_id uuid, p_messages jsonb)
returns setof public.appended_message
language plpgsql
volatile
security definer
set search_path = ''
rows 10
as $$
begin
  return query select m.* from private.write_messages(p_session_id, p_messages, false) as m;
end
$$;
revoke all on function public.append_messages(uuid, jsonb)
  from public, anon, authenticated, service_role;
grant execute on function public.append_messages(uuid, jsonb) to authenticated, service_role;
comment on function public.append_messages(uuid, jsonb) is
  E'Appends 1 to 1000 messages to a session in one atomic step.\n\n'
  'p_messages: array of objects whose keys are the insertable columns of conversation_messages, and '
  'parent: active (default: the message before, or the end of the shown branch), root, or a message '
  'id. The id is the idempotency key: sent again with the same body it is answered, not stored again. '
  'Returns: the stored rows in the order sent, each with inserted. '
  'Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND, MESSAGE_NOT_FOUND; PT409 '
  'IDEMPOTENCY_MISMATCH, SESSION_CLOSED; PT413 TOO_LARGE.';

-- Definer: gives sequence_order, owner, times and cost source, which no caller may.
create function public.import_messages(p_session_id uuid, p_messages jsonb)
returns setof public.appended_message
language plpgsql
volatile
security definer
set search_path = ''
-- A project's old chats come in one transaction, into tables that were empty when the plans were made.
set enable_seqscan = off
set jit = off
rows 10
as $$
begin
  return query select m.* from private.write_messages(p_session_id, p_messages, true) as m;
end
$$;
revoke all on function public.import_messages(uuid, jsonb)
  from public, anon, authenticated, service_role;
grant execute on function public.import_messages(uuid, jsonb) to authenticated, service_role;
comment on function public.import_messages(uuid, jsonb) is
  E'Appends 1 to 1000 messages of another system with the times at which they were written.\n\n'
  'p_messages: as append_messages takes them, and created_at: a time that has passed; left out, now. '
  'Costs count on that day; left out, they are priced as of it. The rows get imported_at. A session that '
  'begins with an import takes its times from it. Sent again with the same ids and bodies, nothing is '
  'stored again. Returns: the stored rows in the order sent, each with inserted. '
  'Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND, MESSAGE_NOT_FOUND; PT409 '
  'IDEMPOTENCY_MISMATCH, SESSION_CLOSED; PT413 TOO_LARGE.';

create function private.answer_id_of_turn(p_turn_id uuid)
returns uuid
language sql
immutable
begin atomic
  select encode(substring(sha256(uuid_send(p_turn_id)) from 1 for 16), 'hex')::uuid;
end;
revoke all on function private.answer_id_of_turn(uuid)
  from public, anon, authenticated, service_role;
comment on function private.answer_id_of_turn(uuid) is 'The id of the answer in a turn.';

-- Definer: gives sequence_order, owner and cost source, which no caller may. lock_session checks the
-- caller.
create function public.log_turn(
  p_session_id uuid,
  p_turn_id uuid,
  p_user_message text,
  p_assistant_message text default null,
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
  p_mood text default null,
  p_metadata jsonb default '{}',
  p_reservation_id uuid default null,
  p_tool_executions jsonb default null,
  p_for_visitor boolean default false
)
returns setof public.appended_message
language plpgsql
volatile
security definer
set search_path = ''
rows 2
as $$
declare
  v_session private.locked_session;
  v_tokens bigint;
  v_cost_usd numeric;
  v_hash bytea;
  v_stored record;
  v_answer public.conversation_messages;
  v_answer_id constant uuid := private.answer_id_of_turn(p_turn_id);
begin
  if p_turn_id is null or p_user_message is null
    or (p_assistant_message is null and p_tool_calls is null and p_error_message is null)
  then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'A turn has p_turn_id, p_user_message and an answer: p_assistant_message, p_tool_calls or '
      'p_error_message.'
    );
  end if;
  if private.has_wide_number(p_tool_calls)
    or (p_metadata <> '{}' and private.has_wide_number(p_metadata))
    or private.has_wide_number(p_tool_executions)
  then
    perform private.raise_error('TOO_LARGE');
  end if;
  v_hash := sha256(
    convert_to(
      row(
        'turn', p_user_message, p_assistant_message, p_provider, p_model_used, p_tokens_used,
        p_input_tokens, p_output_tokens, p_cached_input_tokens, p_cache_write_tokens,
        p_cache_write_1h_tokens, p_reasoning_tokens, p_service_tier, p_cost_usd, p_latency_ms,
        p_time_to_first_token_ms, p_finish_reason, p_error_message, p_tool_calls, p_mood,
        coalesce(p_metadata, '{}'), p_tool_executions
      )::text,
      'UTF8'
    )
  );
  v_answer.created_at := statement_timestamp();
  v_answer.provider := p_provider;
  v_answer.model_used := p_model_used;
  v_answer.tokens_used := p_tokens_used;
  v_answer.input_tokens := p_input_tokens;
  v_answer.output_tokens := p_output_tokens;
  v_answer.cached_input_tokens := p_cached_input_tokens;
  v_answer.cache_write_tokens := p_cache_write_tokens;
  v_answer.cache_write_1h_tokens := p_cache_write_1h_tokens;
  v_answer.reasoning_tokens := p_reasoning_tokens;
  v_answer.service_tier := p_service_tier;
  v_answer.cost_usd := p_cost_usd;
  v_answer := private.price_message(v_answer);
  v_tokens := coalesce(v_answer.tokens_used, 0);
  v_cost_usd := coalesce(v_answer.cost_usd, 0);
  v_session := private.take_places(
    p_session_id, array[p_turn_id, v_answer_id], v_tokens, v_cost_usd, p_for_visitor
  );
  if v_session.id is null then
    perform private.lock_session(p_session_id);
  end if;
  -- After the lock: before it, two writers of one turn would both miss it.
  select m.session_id, m.request_hash into v_stored
  from public.conversation_messages as m
  where m.id in (p_turn_id, v_answer_id)
  limit 1;
  if found then
    if v_stored.session_id <> p_session_id or v_stored.request_hash <> v_hash then
      perform private.raise_error('IDEMPOTENCY_MISMATCH');
    end if;
    if v_session.id is not null then
      perform private.give_places_back(p_session_id, 2, v_tokens, v_cost_usd);
    end if;
    -- Who got no answer may have reserved once more.
    if p_reservation_id is not null then
      perform private.settle_reservation(p_reservation_id);
    end if;
    return query
      select m.*, false
      from public.conversation_messages as m
      where m.id in (p_turn_id, v_answer_id)
      order by m.sequence_order;
    return;
  elsif v_session.id is null then
    -- The message that was in the way is gone by now.
    perform private.raise_error('MESSAGE_NOT_FOUND', 'It was deleted at this moment; send it again.');
  end if;
  if v_session.is_closed then
    perform private.refuse_closed_session(
      p_session_id, 'user', v_session.active_message_id, p_for_visitor
    );
  end if;
  -- Before the budgets, as whoever renews it: a cost that reaches a limit locks them.
  if p_reservation_id is not null then
    perform 1 from public.budget_reservations as r where r.id = p_reservation_id for no key update;
  end if;
  -- Who waited is priced by its own time.
  if v_session.at > v_answer.created_at and v_answer.cost_source <> 'reported' then
    v_answer.created_at := v_session.at;
    v_answer.cost_usd := null;
    v_answer.price_id := null;
    v_answer := private.price_message(v_answer);
    if coalesce(v_answer.cost_usd, 0) <> v_cost_usd then
      update public.conversation_sessions as s
      set total_cost_usd = s.total_cost_usd + coalesce(v_answer.cost_usd, 0) - v_cost_usd
      where s.id = p_session_id;
    end if;
  end if;

  return query
    insert into public.conversation_messages as m (
      id, session_id, brand_id, user_id, role, content, tokens_used, model_used, provider, cost_usd,
      latency_ms, created_at, sequence_order, parent_message_id, status, tool_calls, input_tokens,
      output_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens,
      reasoning_tokens, service_tier, price_id, time_to_first_token_ms, finish_reason,
      error_message, mood, metadata, cost_source, reported_by, request_hash, content_mode
    )
    values
      (
        p_turn_id, p_session_id, v_session.brand_id, v_session.user_id, 'user', p_user_message, null,
        null, null, null, null, v_session.at, v_session.last_sequence + 1, v_session.active_message_id,
        'complete', null, null, null, null, null, null, null, null, null, null, null, null, p_mood,
        '{}', 'none', v_session.reporter, v_hash, v_session.content_mode
      ),
      (
        v_answer_id, p_session_id, v_session.brand_id, v_session.user_id, 'assistant',
        coalesce(p_assistant_message, ''), v_answer.tokens_used, p_model_used, p_provider,
        v_answer.cost_usd, p_latency_ms, v_session.at, v_session.last_sequence + 2, p_turn_id,
        (case when p_error_message is null then 'complete' else 'failed' end)::public.message_status,
        p_tool_calls, p_input_tokens, p_output_tokens, p_cached_input_tokens, p_cache_write_tokens,
        p_cache_write_1h_tokens, p_reasoning_tokens, p_service_tier, v_answer.price_id,
        p_time_to_first_token_ms, p_finish_reason, p_error_message, null,
        coalesce(p_metadata, '{}'), v_answer.cost_source, v_session.reporter, v_hash,
        v_session.content_mode
      )
    returning m.*, true;
  if p_reservation_id is not null then
    perform private.settle_reservation(p_reservation_id);
  end if;
  if p_tool_executions is not null then
    perform private.add_tool_executions(p_session_id, v_answer_id, p_tool_executions);
  end if;
end
$$;
revoke all on function public.log_turn(
  uuid, uuid, text, text, text, text, integer, integer, integer, integer, integer, integer, integer,
  text, numeric, integer, integer, text, text, jsonb, text, jsonb, uuid, jsonb, boolean
) from public, anon, authenticated, service_role;
grant execute on function public.log_turn(
  uuid, uuid, text, text, text, text, integer, integer, integer, integer, integer, integer, integer,
  text, numeric, integer, integer, text, text, jsonb, text, jsonb, uuid, jsonb, boolean
) to authenticated, service_role;
comment on function public.log_turn(
  uuid, uuid, text, text, text, text, integer, integer, integer, integer, integer, integer, integer,
  text, numeric, integer, integer, text, text, jsonb, text, jsonb, uuid, jsonb, boolean
) is
  E'Writes one turn, the message of the user and the answer, in one atomic step.\n\n'
  'p_turn_id: idempotency key and id of the user''s message. The other arguments are the columns of '
  'the answer; p_mood is the user''s. With p_error_message the answer is stored as failed. p_cost_usd: '
  'US dollars; left out, the price book is asked. p_reservation_id: the hold to settle with it; one '
  'that is gone or closed changes nothing. p_tool_executions: the runs of its tools, at most 100 objects '
  'whose keys are the insertable columns of tool_executions but session_id and message_id. '
  'p_for_visitor: for service_role, when a visitor claims the turn: it is stored as reported by the '
  'visitor and refused where a user''s would be. '
  'Returns: both rows, each with inserted; a turn sent again is answered, not stored again. '
  'Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN for tool executions of anonymous users; PT404 '
  'SESSION_NOT_FOUND; PT409 IDEMPOTENCY_MISMATCH, SESSION_CLOSED; PT413 TOO_LARGE.';

create function public.get_latest_message(p_session_id uuid)
returns setof public.conversation_messages
language plpgsql
stable
security invoker
set search_path = ''
rows 1
as $$
declare
  v_active_message_id uuid;
begin
  select s.active_message_id into v_active_message_id
  from public.conversation_sessions as s
  where s.id = p_session_id;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return query
    select m.*
    from public.conversation_messages as m
    where m.session_id = p_session_id and m.id = v_active_message_id;
end
$$;
revoke all on function public.get_latest_message(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.get_latest_message(uuid) to authenticated, service_role;
comment on function public.get_latest_message(uuid) is
  E'The last message of the branch that is shown.\n\n'
  'Returns: one row, none for an empty session. Who: the session''s user, service_role. '
  'Errors: PT404 SESSION_NOT_FOUND.';
