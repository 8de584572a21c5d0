-- 0050_conversation_messages: what was said, in order, with what it cost.
-- Makes: public.conversation_messages, update_session_on_message, get_conversation_history,
--   get_session_cost, get_session_message_stats.
-- Needs: 0010, 0030, 0040. Locks: none. Breaking: no.

create type public.message_role as enum ('user', 'assistant', 'system', 'tool');
comment on type public.message_role is 'Who speaks.';
create type public.message_status as enum (
  'streaming', 'complete', 'failed', 'cancelled', 'interrupted'
);
comment on type public.message_status is
  'Whether the text is whole. streaming is the only one that still changes.';
create type public.message_content_type as enum ('text', 'markdown', 'json', 'code');
comment on type public.message_content_type is 'How to show the content.';
create type public.cost_source as enum ('reported', 'price_book', 'unpriced', 'none');
comment on type public.cost_source is
  'Where cost_usd comes from: the writer, the price table, nowhere although a model was used, or '
  'nowhere because none was.';
create type public.cost_reporter as enum ('authenticated', 'service_role', 'visitor');
comment on type public.cost_reporter is 'Who wrote a message, and so who claims its cost.';

create table public.conversation_messages (
  id                       uuid                         not null default gen_random_uuid()
    constraint conversation_messages_pkey primary key,
  session_id               uuid                         not null
    constraint conversation_messages_session_id_fkey
      references public.conversation_sessions (id) on delete cascade,
  brand_id                 uuid,
  user_id                  uuid,
  role                     public.message_role          not null,
  content                  text                         not null,
  tokens_used              integer,
  model_used               text,
  provider                 text,
  -- NaN and Infinity are numerics too; both fail the upper bound.
  cost_usd                 numeric
    constraint conversation_messages_cost_usd_range
      check (cost_usd >= 0 and cost_usd < 1000000000 and scale(cost_usd) <= 20),
  latency_ms               integer,
  action_taken             text,
  questions_asked          jsonb,
  delegation_plan          jsonb,
  created_at               timestamptz                  not null default clock_timestamp(),
  sequence_order           integer                      not null default 0,
  parent_message_id        uuid,
  status                   public.message_status        not null default 'complete',
  content_type             public.message_content_type  not null default 'text',
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
  metadata                 jsonb                        not null default '{}',
  cost_source              public.cost_source           not null default 'none',
  reported_by              public.cost_reporter         not null default 'authenticated',
  request_hash             bytea                        not null default '',
  edited_at                timestamptz,
  imported_at              timestamptz,
  content_mode             public.content_mode          not null default 'full',
  content_length           integer,
  content_sha256           bytea,
  -- One for all: Postgres reads every check anew for every statement.
  constraint conversation_messages_counts_range check (
    least(
      tokens_used, latency_ms, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens,
      cache_write_1h_tokens, reasoning_tokens, time_to_first_token_ms
    ) >= 0
  )
);
comment on table public.conversation_messages is
  E'One message of a session.\n\n'
  'Who: the session''s user. Writes: insert direct or by append_messages; the content is never '
  'overwritten. The id is the idempotency key: the same id with the same body writes nothing, with '
  'another body it is PT409 IDEMPOTENCY_MISMATCH.';
comment on column public.conversation_messages.id is
  'Message id and idempotency key of the write; made where it is left out or null.';
comment on column public.conversation_messages.session_id is 'The session it belongs to.';
comment on column public.conversation_messages.brand_id is
  'The session''s brand, copied by the database. No foreign key: the session''s holds.';
comment on column public.conversation_messages.user_id is
  'The session''s user, copied by the database. No foreign key: the session''s holds.';
comment on column public.conversation_messages.role is 'Who speaks.';
comment on column public.conversation_messages.content is 'The text, at most 1 MiB.';
comment on column public.conversation_messages.tokens_used is
  'Tokens the provider counted for the call, all kinds; filled from input and output if left out.';
comment on column public.conversation_messages.model_used is 'Model, as the provider names it.';
comment on column public.conversation_messages.provider is 'Who ran the model, such as openai.';
comment on column public.conversation_messages.cost_usd is
  'US dollars, exact to 20 decimals; null: unknown, never 0 for that.';
comment on column public.conversation_messages.latency_ms is 'Request to last token, milliseconds.';
comment on column public.conversation_messages.action_taken is 'What the agent did.';
comment on column public.conversation_messages.questions_asked is 'Questions put to the user. JSON.';
comment on column public.conversation_messages.delegation_plan is 'Who was handed what. JSON.';
comment on column public.conversation_messages.created_at is
  'When it was written, after waiting for the session: rises with sequence_order, but for imported ones.';
comment on column public.conversation_messages.sequence_order is
  '1, 2, 3 ... within the session, given by the database, never reused.';
comment on column public.conversation_messages.parent_message_id is
  'The message it follows, in the same session; null: a first message.';
comment on column public.conversation_messages.status is 'Whether the text is whole.';
comment on column public.conversation_messages.content_type is 'How to show the content.';
comment on column public.conversation_messages.parts is 'Parts of a multimodal message. JSON array.';
comment on column public.conversation_messages.tool_calls is
  'Tool calls of an assistant message. JSON array of {id, type, function: {name, arguments}}.';
comment on column public.conversation_messages.tool_call_id is 'The call that a tool message answers.';
comment on column public.conversation_messages.input_tokens is
  'Prompt tokens as the provider reports them.';
comment on column public.conversation_messages.output_tokens is 'Completion tokens.';
comment on column public.conversation_messages.cached_input_tokens is 'Prompt tokens read from a cache.';
comment on column public.conversation_messages.cache_write_tokens is
  'Prompt tokens written to a cache for 5 minutes.';
comment on column public.conversation_messages.cache_write_1h_tokens is
  'Prompt tokens written to a cache for an hour.';
comment on column public.conversation_messages.reasoning_tokens is
  'Completion tokens spent on reasoning.';
comment on column public.conversation_messages.service_tier is 'Price tier, such as batch or priority.';
comment on column public.conversation_messages.price_id is
  'The row of model_prices that cost_usd was computed with. No foreign key: a price may go.';
comment on column public.conversation_messages.time_to_first_token_ms is
  'Request to first token, milliseconds.';
comment on column public.conversation_messages.finish_reason is 'Why the model stopped.';
comment on column public.conversation_messages.error_message is 'What went wrong.';
comment on column public.conversation_messages.mood is 'Mood of the speaker, as the app reads it.';
comment on column public.conversation_messages.metadata is 'Free data of the app. JSON object.';
comment on column public.conversation_messages.cost_source is 'Where cost_usd comes from.';
comment on column public.conversation_messages.reported_by is 'Who wrote it, set by the database.';
comment on column public.conversation_messages.request_hash is
  'SHA-256 of the client-given columns as first sent; behind it, of a streamed message, that of its end, and '
  'that of the end by its user once the server has corrected it.';
comment on column public.conversation_messages.edited_at is 'When a newer version replaced it.';
comment on column public.conversation_messages.imported_at is
  'When it was imported, while created_at is when it was written elsewhere; null: not imported.';

comment on column public.conversation_messages.content_mode is
  'How much of it is kept: the session''s when it was written; none once it was wiped.';
comment on column public.conversation_messages.content_length is
  'Characters of the text that is not kept; null where it is.';
comment on column public.conversation_messages.content_sha256 is
  'SHA-256 of the text that is not kept; null where it is, and for streamed and wiped texts.';

-- History of one session in order. user_id stands before sequence_order because row level security
-- adds it to every read: without it, "last 50" of a long session reads the whole session.
create unique index idx_messages_session_id
  on public.conversation_messages (session_id, user_id, sequence_order) nulls not distinct;
-- A user's messages by time: usage, export, erasure.
create index idx_messages_user_id on public.conversation_messages (user_id, created_at);
-- A brand's messages by time.
create index idx_messages_brand_id on public.conversation_messages (brand_id, created_at)
  where brand_id is not null;
-- The answers to a message in order, and the foreign key side of parents. With the user for the same reason:
-- else the whole session seems to be as few rows, and in order.
create index idx_messages_parent
  on public.conversation_messages (session_id, parent_message_id, user_id, sequence_order)
  where parent_message_id is not null;
-- Cost and tokens of one session without reading the rows; target of the parent foreign key.
create unique index idx_messages_cost on public.conversation_messages (session_id, id)
  include (cost_usd, tokens_used);
-- Calls whose price is missing or computed: repricing.
create index idx_messages_provider
  on public.conversation_messages (provider, model_used, created_at)
  where provider is not null and cost_source <> 'reported';
-- Usage of a time window over everybody: a few blocks instead of the table.
create index idx_messages_provider_cost
  on public.conversation_messages using brin (created_at, provider, cost_usd);

-- Deferred, because a delete hands the children to the deleted message's parent afterwards.
alter table public.conversation_messages
  add constraint conversation_messages_parent_fkey
    foreign key (session_id, parent_message_id)
    references public.conversation_messages (session_id, id)
    on delete no action
    deferrable initially deferred;

alter table public.conversation_messages enable row level security;
revoke all on table public.conversation_messages from public, anon, authenticated, service_role;

create policy conversation_messages_select_own on public.conversation_messages
  for select to authenticated
  using (
    user_id = (select auth.uid())
    and coalesce(session_id <> all ((select private.my_deleted_session_ids())::uuid[]), true)
  );
create policy conversation_messages_insert_own on public.conversation_messages
  for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy conversation_messages_update_own on public.conversation_messages
  for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));
create policy conversation_messages_delete_own on public.conversation_messages
  for delete to authenticated
  using (user_id = (select auth.uid()));
comment on policy conversation_messages_select_own on public.conversation_messages is
  'Users read the messages of their own sessions, but not of those in the trash.';
comment on policy conversation_messages_insert_own on public.conversation_messages is
  'Users write into their own sessions.';
comment on policy conversation_messages_update_own on public.conversation_messages is
  'Users annotate messages of their own sessions.';
comment on policy conversation_messages_delete_own on public.conversation_messages is
  'Users delete messages of their own sessions for good.';

grant select, delete on table public.conversation_messages to authenticated;
-- Not granted: what the database gives or keeps (sequence_order, created_at, edited_at, imported_at,
-- status, cost_source, reported_by, price_id, request_hash, content_mode and what goes with it).
grant insert (
  id, session_id, brand_id, user_id, role, content, tokens_used, model_used, provider, cost_usd,
  latency_ms, action_taken, questions_asked, delegation_plan, parent_message_id, content_type, parts,
  tool_calls, tool_call_id, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens,
  cache_write_1h_tokens, reasoning_tokens, service_tier, time_to_first_token_ms, finish_reason,
  error_message, mood, metadata
) on table public.conversation_messages to authenticated, service_role;
-- Not granted: content and cost; what was said and what it cost stays.
grant update (mood, metadata, action_taken, questions_asked, delegation_plan)
  on table public.conversation_messages to authenticated;
grant select, delete on table public.conversation_messages to service_role;
-- App servers correct a cost once the provider's bill is known.
grant update (
  mood, metadata, action_taken, questions_asked, delegation_plan, tokens_used, model_used, provider,
  cost_usd, latency_ms, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens,
  cache_write_1h_tokens, reasoning_tokens, service_tier, time_to_first_token_ms
) on table public.conversation_messages to service_role;

create function private.message_request_hash(
  p_message public.conversation_messages,
  p_is_root boolean default false
)
returns bytea
language plpgsql
immutable
set search_path = ''
as $$
begin
  return sha256(
    convert_to(
      row(
        p_is_root, p_message.role, p_message.content, p_message.tokens_used, p_message.model_used,
        p_message.provider, p_message.cost_usd, p_message.latency_ms, p_message.action_taken,
        p_message.questions_asked, p_message.delegation_plan, p_message.parent_message_id,
        p_message.content_type, p_message.parts, p_message.tool_calls, p_message.tool_call_id,
        p_message.input_tokens, p_message.output_tokens, p_message.cached_input_tokens,
        p_message.cache_write_tokens, p_message.cache_write_1h_tokens, p_message.reasoning_tokens,
        p_message.service_tier, p_message.time_to_first_token_ms, p_message.finish_reason,
        p_message.error_message, p_message.mood, p_message.metadata
      )::text,
      'UTF8'
    )
  );
end
$$;
revoke all on function private.message_request_hash(public.conversation_messages, boolean)
  from public, anon, authenticated, service_role;
comment on function private.message_request_hash(public.conversation_messages, boolean) is
  'SHA-256 over the client-given columns of a message as sent; nulls and absent keys are the same.';

create function private.price_message(p_message public.conversation_messages)
returns public.conversation_messages
language plpgsql
stable
set search_path = ''
as $$
begin
  -- What was spent is never refused: a sum beyond an integer stops at its end.
  if p_message.tokens_used is null
    and (p_message.input_tokens is not null or p_message.output_tokens is not null)
  then
    p_message.tokens_used := least(
      coalesce(p_message.input_tokens, 0)::bigint + coalesce(p_message.output_tokens, 0), 2147483647
    );
  end if;
  if p_message.cost_usd is not null then
    p_message.cost_source := 'reported';
    -- A double close to 0 has more digits than a cost keeps, and what was spent is never refused.
    if scale(p_message.cost_usd) > 20 then
      p_message.cost_usd := round(p_message.cost_usd, 20);
    end if;
  elsif p_message.provider is null and p_message.model_used is null
    and p_message.tokens_used is null
  then
    p_message.cost_source := 'none';
  else
    select c.cost_usd, c.price_id into p_message.cost_usd, p_message.price_id
    from private.price_call(
      p_message.provider, p_message.model_used, p_message.service_tier, p_message.created_at,
      p_message.input_tokens, p_message.output_tokens, p_message.cached_input_tokens,
      p_message.cache_write_tokens, p_message.cache_write_1h_tokens, p_message.reasoning_tokens
    ) as c;
    p_message.cost_source := (
      case when p_message.price_id is null then 'unpriced' else 'price_book' end
    )::public.cost_source;
  end if;
  return p_message;
end
$$;
revoke all on function private.price_message(public.conversation_messages)
  from public, anon, authenticated, service_role;
comment on function private.price_message(public.conversation_messages) is
  'A message with its total of tokens, its cost, and where that comes from: as reported, else by the '
  'price in force at created_at, else unpriced.';

-- Asked for closed sessions only, by who holds the lock of the session row.
create function private.refuse_closed_session(
  p_session_id uuid,
  p_role public.message_role,
  p_after uuid,
  p_for_visitor boolean default false
)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_deleted_at timestamptz;
  v_archived_at timestamptz;
begin
  if not p_for_visitor and private.is_trusted_caller() then
    return;
  end if;
  -- An answer to what was still asked is taken; a new turn is not.
  if p_role in ('assistant', 'tool') and exists (
    select 1
    from public.conversation_messages as m
    where m.session_id = p_session_id and m.id = p_after
      and (m.role in ('user', 'tool') or m.status = 'streaming' or m.tool_calls <> '[]')
  ) then
    return;
  end if;
  select s.deleted_at, s.archived_at into v_deleted_at, v_archived_at
  from public.conversation_sessions as s
  where s.id = p_session_id;
  if v_deleted_at is not null then
    perform private.raise_error(
      'SESSION_CLOSED', 'Take it out of the trash with restore_session, or start a new session.'
    );
  elsif v_archived_at is not null then
    perform private.raise_error(
      'SESSION_CLOSED', 'Take it out of the archive with unarchive_session, or start a new session.'
    );
  end if;
  perform private.raise_error(
    'SESSION_CLOSED', 'Reopen it with reopen_conversation_session, or start a new session.'
  );
end
$$;
revoke all on function private.refuse_closed_session(uuid, public.message_role, uuid, boolean)
  from public, anon, authenticated, service_role;
comment on function private.refuse_closed_session(uuid, public.message_role, uuid, boolean) is
  'Raises PT409 SESSION_CLOSED for a message of an end user in a finished, archived or deleted '
  'session, unless it answers the message that it follows.';

-- Writers of one user share this lock (lock_session); a delete takes it alone. A delete holds the message
-- before it reaches the session, a write the session before the message, so without it they could
-- deadlock.
create function private.tg__lock_messages()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if auth.uid() is not null then
    perform pg_advisory_xact_lock(1953854049, hashtext(auth.uid()::text));
  end if;
  return null;
end
$$;
revoke all on function private.tg__lock_messages() from public, anon, authenticated, service_role;
comment on function private.tg__lock_messages() is
  'Makes a user''s deletes wait for the user''s writes under way, and the other way round.';

-- For what hangs on messages and is changed by itself: a cascade holds the message before it comes here.
create function private.tg__share_messages_lock()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if auth.uid() is not null then
    perform pg_advisory_xact_lock_shared(1953854049, hashtext(auth.uid()::text));
  end if;
  return null;
end
$$;
revoke all on function private.tg__share_messages_lock()
  from public, anon, authenticated, service_role;
comment on function private.tg__share_messages_lock() is
  'Makes a user''s change wait for the user''s deletes under way, and the other way round.';

create trigger conversation_sessions_05_lock before delete on public.conversation_sessions
  for each statement execute function private.tg__lock_messages();
create trigger conversation_messages_05_lock before delete on public.conversation_messages
  for each statement execute function private.tg__lock_messages();

-- What a writer needs of a session, and who the writer is. A type of its own, because a whole session is
-- slow to hand around.
create type private.locked_session as (
  id                 uuid,
  brand_id           uuid,
  user_id            uuid,
  last_sequence      integer,
  active_message_id  uuid,
  at                 timestamptz,
  is_closed          boolean,
  reporter           public.cost_reporter,
  content_mode       public.content_mode
);
comment on type private.locked_session is
  'A session locked by its writer, as it was before. at: created_at of what is written. is_closed: '
  'new turns of end users are refused.';

-- Writers of messages begin here or with take_places. Callable by definer functions only.
create function private.lock_session(p_session_id uuid)
returns private.locked_session
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_user_id uuid := auth.uid();
  v_session private.locked_session;
begin
  if v_trusted then
    select s.user_id into v_user_id
    from public.conversation_sessions as s
    where s.id = p_session_id;
  end if;
  -- tg__lock_messages takes it alone. In a condition, because perform would run a query.
  if v_user_id is not null
    and pg_advisory_xact_lock_shared(1953854049, hashtext(v_user_id::text))::text is null
  then
    return null;
  end if;
  select
    s.id, s.brand_id, s.user_id, s.last_sequence, s.active_message_id,
    greatest(s.last_activity_at, statement_timestamp(), s.wiped_at + interval '1 microsecond'),
    s.status <> 'active' or s.completed_at is not null,
    (case when v_trusted then 'service_role' else 'authenticated' end)::public.cost_reporter,
    s.content_mode
  into v_session
  from public.conversation_sessions as s
  where s.id = p_session_id and (v_trusted or s.user_id = v_user_id)
  for no key update;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return v_session;
end
$$;
revoke all on function private.lock_session(uuid) from public, anon, authenticated, service_role;
comment on function private.lock_session(uuid) is
  'Locks a session of the caller, trashed ones included, and returns it (PT404 SESSION_NOT_FOUND).';

-- Lock and count in one: the session row is written once a message, not locked first and written later.
create function private.take_places(
  p_session_id uuid,
  p_ids uuid[],  -- one, or two
  p_tokens bigint,
  p_cost_usd numeric,
  p_for_visitor boolean default false
)
returns private.locked_session
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_user_id uuid := auth.uid();
  v_session private.locked_session;
begin
  if v_trusted then
    select s.user_id into v_user_id
    from public.conversation_sessions as s
    where s.id = p_session_id;
  end if;
  -- tg__lock_messages takes it alone. In a condition, because perform would run a query.
  if v_user_id is not null
    and pg_advisory_xact_lock_shared(1953854049, hashtext(v_user_id::text))::text is null
  then
    return null;
  end if;
  update public.conversation_sessions as s
  set
    last_sequence = s.last_sequence + cardinality(p_ids),
    message_count = s.message_count + cardinality(p_ids),
    total_tokens = s.total_tokens + p_tokens,
    total_cost_usd = s.total_cost_usd + p_cost_usd,
    -- The same in a whole statement, so that further rows of it leave the index of this column alone.
    -- Who waited for a wipe comes after it.
    last_activity_at = greatest(
      s.last_activity_at, statement_timestamp(), s.wiped_at + interval '1 microsecond'
    ),
    prior_message_id = s.active_message_id,
    active_message_id = p_ids[cardinality(p_ids)],
    updated_at = now()
  where s.id = p_session_id
    and (v_trusted or s.user_id = v_user_id)
    and not exists (
      -- Not any (p_ids): of a list of unknown length a small table is read whole.
      select 1
      from public.conversation_messages as m
      where m.id in (p_ids[1], p_ids[cardinality(p_ids)])
    )
  returning
    s.id, s.brand_id, s.user_id, s.last_sequence - cardinality(p_ids), s.prior_message_id,
    s.last_activity_at, s.status <> 'active' or s.completed_at is not null,
    (
      case
        when not v_trusted then 'authenticated'
        when p_for_visitor then 'visitor'
        else 'service_role'
      end
    )::public.cost_reporter,
    s.content_mode
  into v_session;
  return v_session;
end
$$;
revoke all on function private.take_places(uuid, uuid[], bigint, numeric, boolean)
  from public, anon, authenticated, service_role;
comment on function private.take_places(uuid, uuid[], bigint, numeric, boolean) is
  'Locks a session of the caller, counts new messages in it and moves its end to the last of them. All '
  'null where it is not the caller''s, or where one of the ids is taken.';

create function private.give_places_back(
  p_session_id uuid,
  p_count integer,
  p_tokens bigint,
  p_cost_usd numeric
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.conversation_sessions as s
  set
    last_sequence = s.last_sequence - p_count,
    message_count = s.message_count - p_count,
    total_tokens = s.total_tokens - p_tokens,
    total_cost_usd = s.total_cost_usd - p_cost_usd,
    active_message_id = s.prior_message_id
  where s.id = p_session_id;
end
$$;
revoke all on function private.give_places_back(uuid, integer, bigint, numeric)
  from public, anon, authenticated, service_role;
comment on function private.give_places_back(uuid, integer, bigint, numeric) is
  'Undoes take_places, for a writer who finds under the lock that another wrote the same.';

create function private.tg_conversation_messages__limit_and_place()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_session private.locked_session;
  v_stored record;
  v_tokens bigint;
  v_cost_usd numeric;
  v_placed integer;  -- in this transaction, by statements of this depth
begin
  if num_nonnulls(new.questions_asked, new.delegation_plan, new.parts, new.tool_calls) > 0
    or new.metadata <> '{}'
  then
    -- Numbers first: before anything looks at the text of a value.
    if private.has_wide_number(new.questions_asked)
      or private.has_wide_number(new.delegation_plan)
      or private.has_wide_number(new.parts)
      or private.has_wide_number(new.tool_calls)
      or private.has_wide_number(new.metadata)
    then
      perform private.raise_error('TOO_LARGE');
    elsif jsonb_typeof(new.parts) <> 'array'
      or jsonb_typeof(new.tool_calls) <> 'array'
      or jsonb_typeof(new.metadata) <> 'object'
    then
      perform private.raise_error(
        'INVALID_ARGUMENT', 'parts and tool_calls are JSON arrays, metadata is a JSON object.'
      );
    elsif greatest(
      octet_length(new.parts::text), octet_length(new.tool_calls::text),
      octet_length(new.questions_asked::text), octet_length(new.delegation_plan::text),
      octet_length(new.metadata::text)
    ) > 262144
    then
      perform private.raise_error('TOO_LARGE');
    end if;
  end if;
  if greatest(
      octet_length(new.content), octet_length(new.error_message), octet_length(new.action_taken)
    ) > 1048576
    or greatest(
      octet_length(new.provider), octet_length(new.model_used), octet_length(new.tool_call_id),
      octet_length(new.service_tier), octet_length(new.finish_reason), octet_length(new.mood)
    ) > 1024
  then
    perform private.raise_error('TOO_LARGE');
  end if;
  -- Only definer functions may give a sequence_order, so 0 means a plain insert.
  if tg_op = 'UPDATE' or new.sequence_order <> 0 then
    return new;
  end if;

  -- The data API writes null where other rows of the same call name an id. Unknown, it would be counted and
  -- not stored.
  new.id := coalesce(new.id, gen_random_uuid());
  new.request_hash := private.message_request_hash(new);
  new.created_at := statement_timestamp();
  new := private.price_message(new);
  v_tokens := coalesce(new.tokens_used, 0);
  v_cost_usd := coalesce(new.cost_usd, 0);
  v_session := private.take_places(new.session_id, array[new.id], v_tokens, v_cost_usd);
  if v_session.id is null then
    perform private.lock_session(new.session_id);
  end if;
  v_placed := coalesce(
    nullif(current_setting('turnbase.placed_' || pg_trigger_depth(), true), ''), '0'
  )::integer;
  -- Writers of one id into two sessions share no session: one that ignores duplicates would be counted
  -- and not stored. Of the first rows alone, because all connections share the room for locks; later ones
  -- are left to the key. In a condition, because perform would run a query.
  if v_session.id is not null and v_placed < 100
    and pg_advisory_xact_lock(1953854052, hashtext(new.id::text))::text is null
  then
    return null;
  end if;
  -- After the locks: before them, two writers of one id would both miss it.
  select m.session_id, m.request_hash into v_stored
  from public.conversation_messages as m
  where m.id = new.id;
  if found then
    if v_stored.session_id <> new.session_id or v_stored.request_hash <> new.request_hash then
      perform private.raise_error('IDEMPOTENCY_MISMATCH');
    end if;
    if v_session.id is not null then
      perform private.give_places_back(new.session_id, 1, v_tokens, v_cost_usd);
    end if;
    return null;
  elsif v_session.id is null then
    -- The message that was in the way is gone by now.
    perform private.raise_error('MESSAGE_NOT_FOUND', 'It was deleted at this moment; send it again.');
  end if;
  if v_session.is_closed then
    perform private.refuse_closed_session(
      new.session_id, new.role, v_session.active_message_id
    );
  end if;

  if new.parent_message_id is null then
    new.parent_message_id := v_session.active_message_id;
  elsif new.parent_message_id is distinct from v_session.active_message_id then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'A plain insert follows the last message shown; branch by append_messages with parent.'
    );
  end if;
  new.sequence_order := v_session.last_sequence + 1;
  new.user_id := v_session.user_id;
  new.brand_id := v_session.brand_id;
  new.reported_by := v_session.reporter;
  new.content_mode := v_session.content_mode;
  -- Who waited comes after whom it waited for, and is priced by its own time.
  if v_session.at > new.created_at then
    new.created_at := v_session.at;
    if new.cost_source <> 'reported' then
      new.cost_usd := null;
      new.price_id := null;
      new := private.price_message(new);
      if coalesce(new.cost_usd, 0) <> v_cost_usd then
        update public.conversation_sessions as s
        set total_cost_usd = s.total_cost_usd + coalesce(new.cost_usd, 0) - v_cost_usd
        where s.id = new.session_id;
      end if;
    end if;
  end if;
  -- The id may be written into another session at this moment, and an insert that ignores duplicates
  -- stores nothing then. The trigger after the statement looks how many arrived. By depth, because a trigger
  -- of the project may write messages before that one runs.
  if set_config(
    'turnbase.placed_' || pg_trigger_depth(), (v_placed + 1)::text, true
  ) is null then
    return null;
  end if;
  return new;
end
$$;
revoke all on function private.tg_conversation_messages__limit_and_place()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_messages__limit_and_place() is
  'Refuses a text, a JSON value or a number in it that is too large (PT413 TOO_LARGE), and JSON of '
  'another shape (PT400 INVALID_ARGUMENT). Gives a plainly inserted message its place: locks and counts '
  'in the session, recognises a repeated id, sets sequence, parent, owner, time and cost. Functions that '
  'give a sequence_order count themselves.';

-- One trigger without a WHEN, and no check constraints for its limits: Postgres reads both anew for every
-- statement.
create trigger conversation_messages_20_limit_and_place
  before insert or update of
    content, error_message, action_taken, provider, model_used, tool_call_id, service_tier,
    finish_reason, mood, parts, tool_calls, questions_asked, delegation_plan, metadata
  on public.conversation_messages for each row
  execute function private.tg_conversation_messages__limit_and_place();

create function private.tg_conversation_messages__correct()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- reprice_messages decides itself, and so does finish_message, which alone has a hash with its figures.
  -- Not in a WHEN, which every statement on messages copies.
  if (old.price_id, old.cost_source, old.request_hash)
      is distinct from (new.price_id, new.cost_source, new.request_hash)
    or (
      old.tokens_used, old.provider, old.model_used, old.cost_usd, old.input_tokens,
      old.output_tokens, old.cached_input_tokens, old.cache_write_tokens,
      old.cache_write_1h_tokens, old.reasoning_tokens, old.service_tier
    ) is not distinct from (
      new.tokens_used, new.provider, new.model_used, new.cost_usd, new.input_tokens,
      new.output_tokens, new.cached_input_tokens, new.cache_write_tokens,
      new.cache_write_1h_tokens, new.reasoning_tokens, new.service_tier
    )
  then
    return new;
  end if;
  -- A total that was filled from its parts follows them.
  if new.tokens_used is not distinct from old.tokens_used
    and old.tokens_used = coalesce(old.input_tokens, 0)::bigint + coalesce(old.output_tokens, 0)
  then
    new.tokens_used := null;
  end if;
  -- So does a cost that the price book gave.
  if new.cost_usd is not distinct from old.cost_usd and old.cost_source = 'price_book' then
    new.cost_usd := null;
  end if;
  new.price_id := null;
  -- A claim stays the claim of who made it, whatever else is corrected.
  if new.cost_usd is distinct from old.cost_usd or old.cost_source <> 'reported' then
    new.reported_by := (
      case when private.is_trusted_caller() then 'service_role' else 'authenticated' end
    )::public.cost_reporter;
  end if;
  new := private.price_message(new);
  -- A call that was begun counts, however little is known of it.
  if new.cost_source = 'none' and old.cost_source <> 'none'
    and (old.status in ('streaming', 'interrupted') or octet_length(old.request_hash) >= 64)
  then
    new.cost_source := 'unpriced';
  -- The copy of a call names its model, and the call counts where it was made.
  elsif old.cost_source = 'none' and new.cost_source = 'unpriced' and new.tokens_used is null
    and coalesce(old.provider, old.model_used) is not null
  then
    new.cost_source := 'none';
  end if;
  return new;
end
$$;
revoke all on function private.tg_conversation_messages__correct()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_messages__correct() is
  'After a correction of tokens, model or cost: who reported it, the total, and the cost again.';

create trigger conversation_messages_20_correct before update of
    tokens_used, provider, model_used, cost_usd, input_tokens, output_tokens, cached_input_tokens,
    cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, service_tier
  on public.conversation_messages for each row
  execute function private.tg_conversation_messages__correct();

-- Which columns a statement names is known by the triggers that it fires, and no other way.
create function private.tg_conversation_messages__confirm_cost()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Functions that write costs decide themselves; they write with the rights of the owner.
  if new.cost_usd = old.cost_usd and old.cost_source = 'reported'
    and old.reported_by <> 'service_role'
    and not pg_has_role(
      current_user, (select c.relowner from pg_catalog.pg_class as c where c.oid = tg_relid), 'usage'
    )
  then
    new.reported_by := 'service_role';
  end if;
  return new;
end
$$;
revoke all on function private.tg_conversation_messages__confirm_cost()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_messages__confirm_cost() is
  'Makes a cost that a user claimed the server''s, once the server says the same.';

create trigger conversation_messages_21_confirm_cost before update of cost_usd
  on public.conversation_messages for each row
  execute function private.tg_conversation_messages__confirm_cost();

create function private.tg_conversation_messages__keep_owner()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.session_id <> old.session_id or not exists (
    select 1
    from public.conversation_sessions as s
    where s.id = new.session_id
      and s.user_id is not distinct from new.user_id
      and s.brand_id is not distinct from new.brand_id
  ) then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'A message keeps its session, and user_id and brand_id follow the session.'
    );
  end if;
  return new;
end
$$;
revoke all on function private.tg_conversation_messages__keep_owner()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_messages__keep_owner() is
  'Refuses a message whose user or brand would disagree with its session.';

create trigger conversation_messages_30_keep_owner before update of session_id, user_id, brand_id
  on public.conversation_messages for each row
  when (
    (old.session_id, old.user_id, old.brand_id)
    is distinct from (new.session_id, new.user_id, new.brand_id)
  )
  execute function private.tg_conversation_messages__keep_owner();

create function private.tg_conversation_sessions__carry_owner()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  update public.conversation_messages as m
  set user_id = new.user_id, brand_id = new.brand_id
  where m.session_id = new.id;
  update public.session_events as e set user_id = new.user_id
  where e.session_id = new.id;
  return null;
end
$$;
revoke all on function private.tg_conversation_sessions__carry_owner()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__carry_owner() is
  'Carries a change of a session''s user or brand to its messages and events.';

create trigger conversation_sessions_70_carry_owner after update of user_id, brand_id
  on public.conversation_sessions for each row
  when ((old.user_id, old.brand_id) is distinct from (new.user_id, new.brand_id))
  execute function private.tg_conversation_sessions__carry_owner();

-- By an index for any number of sessions: a plan is kept, and one for many would read all of them for one.
create function private.add_to_sessions(
  p_session_ids uuid[],
  p_tokens bigint[],
  p_costs_usd numeric[] default null,
  p_messages integer[] default null
)
returns void
language plpgsql
volatile
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
  update public.conversation_sessions as s
  set
    message_count = s.message_count + coalesce(d.messages, 0),
    total_tokens = s.total_tokens + d.tokens,
    total_cost_usd = s.total_cost_usd + coalesce(d.cost_usd, 0)
  from unnest(p_session_ids, p_tokens, p_costs_usd, p_messages)
    as d (session_id, tokens, cost_usd, messages)
  where s.id = d.session_id;
end
$$;
revoke all on function private.add_to_sessions(uuid[], bigint[], numeric[], integer[])
  from public, anon, authenticated, service_role;
comment on function private.add_to_sessions(uuid[], bigint[], numeric[], integer[]) is
  'Adds to the counters of sessions, each of which stands in p_session_ids once; negative numbers take '
  'away, and what is left out stays.';

-- New messages are counted by who gives them their places; this is for those that change or go.
create function public.update_session_on_message()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_session_ids uuid[];
  v_tokens bigint[];
  v_costs_usd numeric[];
  v_messages integer[];
begin
  if tg_op = 'UPDATE' then
    select array_agg(d.session_id), array_agg(d.tokens), array_agg(d.cost_usd)
    into v_session_ids, v_tokens, v_costs_usd
    from (
      select c.session_id, sum(c.tokens)::bigint as tokens, sum(c.cost_usd) as cost_usd
      -- No join of the two: the plan of a one-row statement is kept, and would pair them row by row.
      from (
        select n.session_id, coalesce(n.tokens_used, 0)::bigint, coalesce(n.cost_usd, 0)
        from new_messages as n
        union all
        select o.session_id, -coalesce(o.tokens_used, 0)::bigint, -coalesce(o.cost_usd, 0)
        from old_messages as o
      ) as c (session_id, tokens, cost_usd)
      group by c.session_id
      having sum(c.tokens) <> 0 or sum(c.cost_usd) <> 0
    ) as d;
  else
    select array_agg(d.session_id), array_agg(-d.tokens), array_agg(-d.cost_usd), array_agg(-d.messages)
    into v_session_ids, v_tokens, v_costs_usd, v_messages
    from (
      select
        o.session_id,
        count(*)::integer as messages,
        coalesce(sum(o.tokens_used), 0) as tokens,
        coalesce(sum(o.cost_usd), 0) as cost_usd
      from old_messages as o
      group by o.session_id
    ) as d;
  end if;
  if v_session_ids is not null then
    perform private.add_to_sessions(v_session_ids, v_tokens, v_costs_usd, v_messages);
  end if;
  return null;
end
$$;
revoke all on function public.update_session_on_message()
  from public, anon, authenticated, service_role;
comment on function public.update_session_on_message() is
  'Trigger: keeps a session''s counters exact when messages are corrected or deleted; inserts count '
  'in take_places.';

create trigger conversation_messages_80_count_changed after update
  on public.conversation_messages referencing old table as old_messages new table as new_messages
  for each statement execute function public.update_session_on_message();
create function private.last_message_before(
  p_session_id uuid,
  p_user_id uuid,
  p_sequence integer
)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  -- Two queries, because "is not distinct from" cannot use the index.
  if p_user_id is null then
    return (
      select m.id
      from public.conversation_messages as m
      where m.session_id = p_session_id and m.user_id is null and m.sequence_order < p_sequence
      order by m.sequence_order desc
      limit 1
    );
  end if;
  return (
    select m.id
    from public.conversation_messages as m
    where m.session_id = p_session_id and m.user_id = p_user_id and m.sequence_order < p_sequence
    order by m.sequence_order desc
    limit 1
  );
end
$$;
revoke all on function private.last_message_before(uuid, uuid, integer)
  from public, anon, authenticated, service_role;
comment on function private.last_message_before(uuid, uuid, integer) is
  'The message before a place in a session of the user; null: none.';

create function private.newest_leaf(p_session_id uuid, p_message_id uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    with recursive below (id, sequence_order) as (
      select m.id, m.sequence_order
      from public.conversation_messages as m
      where m.session_id = p_session_id and m.id = p_message_id
      union all
      select m.id, m.sequence_order
      from below as b
      -- One look-up a step, whatever the statistics say.
      cross join lateral (
        select c.id, c.sequence_order
        from public.conversation_messages as c
        where c.session_id = p_session_id and c.parent_message_id = b.id
        offset 0
      ) as m
    )
    select b.id from below as b order by b.sequence_order desc limit 1
  );
end
$$;
revoke all on function private.newest_leaf(uuid, uuid)
  from public, anon, authenticated, service_role;
comment on function private.newest_leaf(uuid, uuid) is
  'The newest of the messages below one, or itself: what follows comes later, so it is a leaf.';

-- Where the session goes too, its row is gone already and there is nothing to mend.
create function private.tg_conversation_messages__mend_tree()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_straight uuid[];
  v_trees uuid[];
  v_sessions uuid[];
  v_ids uuid[];
  v_heirs uuid[];
  v_parents integer[];  -- the place of the parent in v_ids, where that is deleted too
begin
  -- The few sessions first: in a join, the planner may read all sessions for each deleted message. Locked,
  -- because what a writer does meanwhile is part of what is mended.
  select
    array_agg(l.id) filter (where l.branch_count = 0),
    array_agg(l.id) filter (where l.branch_count > 0)
  into v_straight, v_trees
  from (
    select s.id, s.branch_count
    from public.conversation_sessions as s
    where s.id = any (array(select distinct o.session_id from old_messages as o))
    order by s.id
    for no key update
  ) as l;
  if v_straight is null and v_trees is null then
    return null;
  end if;

  -- A straight line stays one: each orphan follows the message before it. By execute, because a plan
  -- that was made for one deleted row reads a whole session for each of many.
  execute $q$
    update public.conversation_messages as m
    set parent_message_id = private.last_message_before(m.session_id, m.user_id, m.sequence_order)
    from old_messages as o
    where o.session_id = any ($1) and m.session_id = o.session_id and m.parent_message_id = o.id
  $q$ using v_straight;

  update public.conversation_sessions as s
  set active_message_id = private.last_message_before(s.id, s.user_id, 2147483647)
  where s.id = any (v_straight)
    and s.active_message_id = any (array(select o.id from old_messages as o));

  -- In a tree, orphans and the end of the shown branch go to the nearest ancestor that is left. A
  -- parent comes before its children, so its own heir is known when theirs are looked up.
  execute $q$
    with deleted as (
      select
        o.session_id, o.id, o.parent_message_id,
        row_number() over (order by o.session_id, o.sequence_order) as place
      from old_messages as o
      where o.session_id = any ($1)
    )
    select
      array_agg(d.session_id order by d.place), array_agg(d.id order by d.place),
      array_agg(d.parent_message_id order by d.place), array_agg(p.place order by d.place)
    from deleted as d
    left join deleted as p on p.id = d.parent_message_id
  $q$ into v_sessions, v_ids, v_heirs, v_parents using v_trees;
  if v_ids is null then
    return null;
  end if;
  for i in 1 .. cardinality(v_ids) loop
    if v_parents[i] is not null then
      v_heirs[i] := v_heirs[v_parents[i]];
    end if;
  end loop;

  execute $q$
    update public.conversation_messages as m
    set parent_message_id = h.heir
    from unnest($1, $2, $3) as h (session_id, id, heir)
    where m.session_id = h.session_id and m.parent_message_id = h.id
  $q$ using v_sessions, v_ids, v_heirs;

  -- In one update, so that it is told once. The shown branch ends at a leaf.
  execute $q$
    update public.conversation_sessions as s
    set
      active_message_id = case
        when h.id is null then s.active_message_id
        else private.newest_leaf(
          s.id, coalesce(h.heir, private.last_message_before(s.id, s.user_id, 2147483647))
        )
      end,
      branch_count = (
        select
          count(*) - count(distinct m.parent_message_id)
          - (count(*) filter (where m.parent_message_id is null) > 0)::integer
        from public.conversation_messages as m
        where m.session_id = s.id
      )
    from public.conversation_sessions as o
    left join unnest($2, $3) as h (id, heir) on h.id = o.active_message_id
    where o.id = any ($1) and s.id = o.id
  $q$ using v_sessions, v_ids, v_heirs;
  return null;
end
$$;
revoke all on function private.tg_conversation_messages__mend_tree()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_messages__mend_tree() is
  'Hands the children of deleted messages to their parent and moves the end of the shown branch.';

create trigger conversation_messages_70_mend_tree after delete
  on public.conversation_messages referencing old table as old_messages
  for each statement execute function private.tg_conversation_messages__mend_tree();
create trigger conversation_messages_80_count_deleted after delete
  on public.conversation_messages referencing old table as old_messages
  for each statement execute function public.update_session_on_message();

create type private.shown_branch as (
  user_id            uuid,
  branch_count       integer,
  active_message_id  uuid
);
comment on type private.shown_branch is 'What it takes to find the messages that a session shows.';

create function private.branch_of(p_session_id uuid, p_limit integer)
returns private.shown_branch
language plpgsql
stable
set search_path = ''
as $$
declare
  v_branch private.shown_branch;
begin
  if p_limit is null or p_limit not between 1 and 200 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_limit is 1 to 200.');
  end if;
  select s.user_id, s.branch_count, s.active_message_id into v_branch
  from public.conversation_sessions as s
  where s.id = p_session_id;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return v_branch;
end
$$;
revoke all on function private.branch_of(uuid, integer)
  from public, anon, authenticated, service_role;
grant execute on function private.branch_of(uuid, integer) to authenticated, service_role;
comment on function private.branch_of(uuid, integer) is
  'The branch that a session of the caller shows (PT404 SESSION_NOT_FOUND), after a look at p_limit '
  '(PT400 INVALID_ARGUMENT).';

create function private.walk_branch(p_session_id uuid, p_leaf uuid, p_before integer, p_limit integer)
returns setof public.conversation_messages
language plpgsql
stable
set search_path = ''
rows 50
as $$
begin
  return query
    with recursive branch as (
      select m.*
      from public.conversation_messages as m
      where m.session_id = p_session_id and m.id = p_leaf
      union all
      select m.*
      from branch as b
      -- One look-up a step: while a table has no statistics yet, a plain join reads all of it a step.
      cross join lateral (
        select p.*
        from public.conversation_messages as p
        where p.id = b.parent_message_id
        limit 1
      ) as m
    )
    select b.* from branch as b where b.sequence_order < p_before limit p_limit;
end
$$;
revoke all on function private.walk_branch(uuid, uuid, integer, integer)
  from public, anon, authenticated, service_role;
grant execute on function private.walk_branch(uuid, uuid, integer, integer)
  to authenticated, service_role;
comment on function private.walk_branch(uuid, uuid, integer, integer) is
  'The last messages of a branch before a place, from its leaf up.';

-- In SQL, without settings of its own, so that it becomes part of the caller's query. No "join": it would
-- copy the list of all columns once more, each time that the query is planned.
create function public.get_conversation_history(
  p_session_id uuid,
  p_limit integer default 50,
  p_before_sequence integer default null
)
returns setof public.conversation_messages
language sql
stable
security invoker
rows 50
begin atomic
  select h.*
  from private.branch_of(p_session_id, p_limit) as s,
  lateral (
    -- A straight line: both keys of the index, so that row level security finds its column in it.
    -- Trees, and the sessions of visitors, are walked from the leaf.
    (
      select m.*
      from public.conversation_messages as m
      where s.branch_count = 0 and m.session_id = p_session_id and m.user_id = s.user_id
        and m.sequence_order < coalesce(p_before_sequence, 2147483647)
      order by m.sequence_order desc
      -- Not p_limit: from a number that it knows, the planner concludes that an average session has fewer,
      -- and sorts all of this one.
      limit (select p_limit)
    )
    union all
    (
      select m.*
      from private.walk_branch(
        p_session_id, s.active_message_id, coalesce(p_before_sequence, 2147483647), p_limit
      ) as m
      where s.branch_count > 0 or s.user_id is null
    )
  ) as h
  order by h.sequence_order;
end;
revoke all on function public.get_conversation_history(uuid, integer, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.get_conversation_history(uuid, integer, integer)
  to authenticated, service_role;
comment on function public.get_conversation_history(uuid, integer, integer) is
  E'The last messages of the branch that is shown, oldest first.\n\n'
  'p_limit: 1 to 200, default 50. p_before_sequence: only messages before this sequence_order, for '
  'the page before. Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND.';

create function public.get_session_cost(p_session_id uuid)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_cost_usd numeric;
begin
  select s.total_cost_usd into v_cost_usd
  from public.conversation_sessions as s
  where s.id = p_session_id;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return v_cost_usd;
end
$$;
revoke all on function public.get_session_cost(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.get_session_cost(uuid) to authenticated, service_role;
comment on function public.get_session_cost(uuid) is
  E'What a session has cost, in US dollars, exact.\n\n'
  'A kept number: the same time for 10 messages and for 100,000. Who: the session''s user, '
  'service_role. Errors: PT404 SESSION_NOT_FOUND.';

create type public.message_role_stats as (
  role            public.message_role,
  message_count   bigint,
  total_tokens    bigint,
  total_cost_usd  numeric,
  avg_latency_ms  numeric
);
comment on type public.message_role_stats is
  'Messages, tokens, US dollars and mean latency in milliseconds of one role; null latency: none known.';

create function public.get_session_message_stats(p_session_id uuid)
returns setof public.message_role_stats
language plpgsql
stable
security invoker
set search_path = ''
rows 4
as $$
declare
  v_user_id uuid;
begin
  select s.user_id into v_user_id
  from public.conversation_sessions as s
  where s.id = p_session_id;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return query
    select
      m.role,
      count(*),
      coalesce(sum(m.tokens_used), 0),
      coalesce(sum(m.cost_usd), 0),
      round(avg(m.latency_ms), 2)
    from public.conversation_messages as m
    where m.session_id = p_session_id and m.user_id is not distinct from v_user_id
    group by m.role
    order by m.role;
end
$$;
revoke all on function public.get_session_message_stats(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.get_session_message_stats(uuid) to authenticated, service_role;
comment on function public.get_session_message_stats(uuid) is
  E'Messages, tokens, cost and mean latency of a session, per role.\n\n'
  'Returns: one row a role that spoke; none for an empty session. Counts every branch. '
  'Who: the session''s user, service_role. Errors: PT404 SESSION_NOT_FOUND.';
