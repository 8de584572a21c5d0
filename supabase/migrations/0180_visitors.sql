-- 0180_visitors: chats without an account. A session token names the chat, a secret opens it.
-- Makes: public.session_clients, private.rate_limits; start_visitor_session, end_visitor_session,
--   claim_visitor_session, get_chat_history, get_chat_stats, take_rate_limit,
--   cleanup_visitor_sessions; private.find_chat_session, private.count_call.
-- Needs: 0010, 0030, 0040 (role analyst), 0050, 0090 (get_session_stats).
-- Locks: conversation_sessions (foreign key, triggers). Breaking: no.

create type public.device_type as enum ('mobile', 'tablet', 'desktop');
comment on type public.device_type is 'What a chat is held on: narrower than 768 px, than 1024 px, or wider.';

create table public.session_clients (
  session_id       uuid                not null constraint session_clients_pkey primary key
    constraint session_clients_session_id_fkey
      references public.conversation_sessions (id) on delete cascade,
  user_id          uuid,
  session_token    text                not null constraint session_clients_session_token_key unique
    constraint session_clients_session_token_length
      check (char_length(session_token) between 1 and 255),
  secret_hash      bytea               not null
    constraint session_clients_secret_hash_length check (octet_length(secret_hash) = 32),
  user_identifier  text
    constraint session_clients_user_identifier_length check (octet_length(user_identifier) <= 64),
  device_type      public.device_type,
  referrer         text
    constraint session_clients_referrer_length check (char_length(referrer) <= 2048),
  user_agent       text
    constraint session_clients_user_agent_length check (char_length(user_agent) <= 1024),
  address          text
    constraint session_clients_address_length check (octet_length(address) <= 64),
  started_at       timestamptz         not null default now(),
  ended_at         timestamptz,
  expires_at       timestamptz,
  claimed_at       timestamptz
);
comment on table public.session_clients is
  E'Where a visitor''s chat came from, and what opens it. One row a session that began without an '
  'account.\n\n'
  'Who: the user who claimed the session; analyst: times and devices. '
  'Writes: start_visitor_session and claim_visitor_session.';
comment on column public.session_clients.session_id is 'The session.';
comment on column public.session_clients.user_id is
  'The session''s user, kept equal to it by trigger; null until it is claimed.';
comment on column public.session_clients.session_token is
  'The client''s own name of the chat, 1 to 255 characters. Opens nothing by itself; whoever comes first '
  'has it, so a server that writes for a visitor names the session by its id.';
comment on column public.session_clients.secret_hash is
  'SHA-256 of the secret. Nobody is granted this column, and the secret is kept nowhere.';
comment on column public.session_clients.user_identifier is
  'Salted hash of address and browser: the same visitor has the same one. Null: not to be kept.';
comment on column public.session_clients.device_type is 'What the chat is held on; null: not told.';
comment on column public.session_clients.referrer is 'The page it came from, cut at 2048 characters.';
comment on column public.session_clients.user_agent is 'The browser, cut at 1024 characters.';
comment on column public.session_clients.address is
  'The client''s address as a salted hash or a network (/24, /48), never whole; null: not to be kept.';
comment on column public.session_clients.started_at is 'When the chat began.';
comment on column public.session_clients.ended_at is
  'When the session was delivered or cancelled, kept by trigger; null while open.';
comment on column public.session_clients.expires_at is
  'From then on nobody reads it and cleanup_visitor_sessions deletes it; null: claimed, so it stays.';
comment on column public.session_clients.claimed_at is
  'When a user took the session over; from then on the secret opens nothing. Null: not claimed.';

-- A user's claimed chats.
create index session_clients_user_id_idx on public.session_clients (user_id)
  where user_id is not null;
-- The chats of one visitor.
create index session_clients_user_identifier_idx on public.session_clients (user_identifier)
  where user_identifier is not null;
-- Chats by time and device.
create index session_clients_started_at_idx on public.session_clients (started_at);
-- What cleanup_visitor_sessions deletes.
create index session_clients_expires_at_idx on public.session_clients (expires_at)
  where expires_at is not null;

alter table public.session_clients enable row level security;
-- From analyst too, whom a project may give what comes by default: what follows is by column.
revoke all on table public.session_clients from public, anon, authenticated, service_role, analyst;

create policy session_clients_select_own on public.session_clients for select to authenticated
  using (
    user_id = (select auth.uid())
    and coalesce(session_id <> all ((select private.my_deleted_session_ids())::uuid[]), true)
  );
create policy session_clients_select_analyst on public.session_clients for select to analyst
  using (true);
comment on policy session_clients_select_own on public.session_clients is
  'Users read where the chats that they claimed came from, but not of those in the trash.';
comment on policy session_clients_select_analyst on public.session_clients is
  'Analysts read when and on what chats began; who and from where is not granted to them.';

-- Not granted: secret_hash, to nobody.
grant select (
  session_id, user_id, session_token, user_identifier, device_type, referrer, user_agent, address,
  started_at, ended_at, expires_at, claimed_at
) on table public.session_clients to authenticated, service_role;
grant select (device_type, started_at, ended_at, claimed_at) on table public.session_clients
  to analyst;

create function private.tg_conversation_sessions__carry_client()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.session_clients as c
  set user_id = new.user_id, ended_at = new.completed_at
  where c.session_id = new.id;
  return null;
end
$$;
revoke all on function private.tg_conversation_sessions__carry_client()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__carry_client() is
  'Carries a change of a session''s user or end to its client.';

create trigger conversation_sessions_70_carry_client after update of user_id, completed_at, state
  on public.conversation_sessions for each row
  when ((old.user_id, old.completed_at) is distinct from (new.user_id, new.completed_at))
  execute function private.tg_conversation_sessions__carry_client();

-- Unlogged: a crash forgets the counts of the running minute and nothing else.
create unlogged table private.rate_limits (
  key_hash      bytea        not null constraint rate_limits_pkey primary key,
  window_start  timestamptz  not null,
  window_end    timestamptz  not null,
  calls         integer      not null
);
comment on table private.rate_limits is 'Calls of each key in its last window.';
comment on column private.rate_limits.key_hash is 'SHA-256 of the key: keys may name people.';
comment on column private.rate_limits.window_start is 'When the window began.';
comment on column private.rate_limits.window_end is
  'When it ends; from then on cleanup_visitor_sessions deletes the row.';
comment on column private.rate_limits.calls is 'Calls let through since then.';
alter table private.rate_limits enable row level security;
revoke all on table private.rate_limits from public, anon, authenticated, service_role;

create function private.take_rate(
  p_key text,
  p_limit integer,
  p_calls integer default 1,
  p_window_seconds integer default 60
)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  if p_calls > p_limit then
    return false;
  end if;
  -- The row is locked first and compared then, so callers of one key wait for each other. Who waited
  -- into the next window counts in the window that is stored.
  insert into private.rate_limits as r (key_hash, window_start, window_end, calls)
  select
    sha256(convert_to(p_key, 'UTF8')), w.start, w.start + p_window_seconds * interval '1 second',
    p_calls
  from (
    select
      to_timestamp(
        floor(extract(epoch from clock_timestamp()) / p_window_seconds) * p_window_seconds
      ) as start
  ) as w
  on conflict (key_hash) do update
  set
    window_start = greatest(r.window_start, excluded.window_start),
    window_end = greatest(r.window_end, excluded.window_end),
    calls = case when r.window_start < excluded.window_start then 0 else r.calls end + p_calls
  where r.window_start < excluded.window_start or r.calls + p_calls <= p_limit;
  return found;
end
$$;
revoke all on function private.take_rate(text, integer, integer, integer)
  from public, anon, authenticated, service_role;
comment on function private.take_rate(text, integer, integer, integer) is
  'Counts calls of a key in the running window; false, and nothing counted, beyond the limit.';

-- Definer: nobody else may write private.rate_limits.
create function public.take_rate_limit(
  p_key text,
  p_limit integer,
  p_window_seconds integer default 60
)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if coalesce(octet_length(p_key) not between 1 and 1024, true) or p_limit is null or p_limit < 1
    or p_window_seconds is null or p_window_seconds not between 1 and 86400
  then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'p_key is 1 to 1024 bytes, p_limit at least 1, and p_window_seconds 1 to 86400.'
    );
  end if;
  return private.take_rate(p_key, p_limit, 1, p_window_seconds);
end
$$;
revoke all on function public.take_rate_limit(text, integer, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.take_rate_limit(text, integer, integer) to service_role;
comment on function public.take_rate_limit(text, integer, integer) is
  E'Counts a call of a key, and says whether it is within the limit.\n\n'
  'Windows are fixed and begin at multiples of p_window_seconds, 1 to 86400; use one length a key. '
  'Exact with any number of callers at once: they wait for each other''s transactions. '
  'Returns: true, or false and nothing counted. Who: service_role. Errors: PT400 INVALID_ARGUMENT.';

create function private.count_call(p_key text, p_limit integer, p_calls integer default 1)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if p_limit is null then
    return;
  end if;
  -- Users are counted by who they are, not by what they say.
  if not private.is_trusted_caller() then
    p_key := 'user:' || auth.uid()::text;
  end if;
  if p_key is null or p_limit < 1 then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'p_rate_limit is at least 1, and a server gives p_rate_key with it.'
    );
  end if;
  if p_calls > p_limit then
    perform private.raise_error(
      'RATE_LIMITED', 'Send fewer turns in a call: so many never get through at once.'
    );
  elsif not private.take_rate(p_key, p_limit, p_calls) then
    perform private.raise_error('RATE_LIMITED');
  end if;
end
$$;
revoke all on function private.count_call(text, integer, integer)
  from public, anon, authenticated, service_role;
comment on function private.count_call(text, integer, integer) is
  'Counts a call in the running minute (PT429 RATE_LIMITED). A call that fails afterwards takes its '
  'count back with all it did.';

create function private.is_same_hash(p_one bytea, p_other bytea)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- Compared behind a key that nobody knows: how far two hashes agree tells nothing about them.
  v_key constant bytea := uuid_send(gen_random_uuid());
begin
  return sha256(v_key || coalesce(p_one, '')) = sha256(v_key || coalesce(p_other, ''));
end
$$;
revoke all on function private.is_same_hash(bytea, bytea)
  from public, anon, authenticated, service_role;
comment on function private.is_same_hash(bytea, bytea) is
  'Whether two hashes are the same, in a time that says nothing about them. Null is the same as none.';

create function private.find_chat_session(
  p_session_id uuid,
  p_session_token text,
  p_session_secret text,
  p_writes boolean default true,
  p_with_gone boolean default false
)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_session_id uuid;
  v_secret_hash bytea;
begin
  if p_session_id is null and p_session_token is null then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'Name the session by p_session_id or p_session_token.'
    );
  elsif p_session_secret is not null and not v_trusted then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'Only a server passes p_session_secret; users claim the session first.'
    );
  elsif p_session_secret is not null then
    select c.session_id, c.secret_hash into v_session_id, v_secret_hash
    from public.session_clients as c
    join public.conversation_sessions as s on s.id = c.session_id
    where (p_session_token is null or c.session_token = p_session_token)
      and (p_session_id is null or c.session_id = p_session_id)
      and s.user_id is null and (p_with_gone or (c.expires_at > now() and s.deleted_at is null));
    -- Compared for an unknown token too.
    if not private.is_same_hash(v_secret_hash, sha256(convert_to(p_session_secret, 'UTF8'))) then
      v_session_id := null;
    elsif p_writes then
      -- A claim holds the session: what is written with a secret is written before it, or not at all.
      perform 1
      from public.conversation_sessions as s
      where s.id = v_session_id and s.user_id is null and (p_with_gone or s.deleted_at is null)
      for no key update;
      if not found then
        v_session_id := null;
      end if;
    end if;
  elsif p_session_token is null then
    select s.id into v_session_id
    from public.conversation_sessions as s
    where s.id = p_session_id
      and (v_trusted or (s.user_id = auth.uid() and s.deleted_at is null));
  else
    select s.id into v_session_id
    from public.session_clients as c
    join public.conversation_sessions as s on s.id = c.session_id
    where c.session_token = p_session_token
      and (p_session_id is null or s.id = p_session_id)
      and (v_trusted or (s.user_id = auth.uid() and s.deleted_at is null));
  end if;
  if v_session_id is null then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return v_session_id;
end
$$;
revoke all on function private.find_chat_session(uuid, text, text, boolean, boolean)
  from public, anon, authenticated, service_role;
comment on function private.find_chat_session(uuid, text, text, boolean, boolean) is
  'The session that the caller may use: a user one''s own; a server any, or with a secret the one that '
  'the secret opens, locked for p_writes; p_with_gone: also from the trash and when it has expired, until it '
  'is deleted. PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND.';

create type public.visitor_session as (
  session_id     uuid,
  session_token  text,
  started_at     timestamptz,
  ended_at       timestamptz,
  expires_at     timestamptz,
  claimed_at     timestamptz
);
comment on type public.visitor_session is
  'A chat that began without an account. ended_at, claimed_at: null until then. expires_at: when it is '
  'deleted; null once claimed. session_token: null for a session that began otherwise.';

create function private.visitor_session_of(p_session_id uuid)
returns public.visitor_session
language plpgsql
stable
set search_path = ''
as $$
declare
  v_session public.visitor_session;
begin
  select s.id, c.session_token, s.created_at, s.completed_at, c.expires_at, c.claimed_at
  into v_session
  from public.conversation_sessions as s
  left join public.session_clients as c on c.session_id = s.id
  where s.id = p_session_id;
  return v_session;
end
$$;
revoke all on function private.visitor_session_of(uuid)
  from public, anon, authenticated, service_role;
comment on function private.visitor_session_of(uuid) is 'A session as its visitor sees it.';

-- Definer: makes a session of nobody, which no caller may, and reads secret_hash.
create function public.start_visitor_session(
  p_session_token text,
  p_session_secret text,
  p_user_identifier text default null,
  p_user_agent text default null,
  p_referrer text default null,
  p_device_type public.device_type default null,
  p_address text default null,
  p_retention_days integer default 90,
  p_rate_key text default null,
  p_rate_limit integer default null
)
returns public.visitor_session
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_secret_hash bytea;
  v_client public.session_clients;
  v_session_id uuid;
begin
  if coalesce(char_length(p_session_token) not between 1 and 255, true)
    or coalesce(p_session_secret !~ '^[A-Za-z0-9_-]{43,255}$', true)
  then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'p_session_token has 1 to 255 characters, and p_session_secret 43 to 255 of A-Z a-z 0-9 _ -.'
    );
  elsif p_retention_days is null or p_retention_days not between 1 and 36500 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_retention_days is 1 to 36500.');
  elsif octet_length(p_user_identifier) > 64 or octet_length(p_address) > 64 then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'p_user_identifier and p_address are hashes or networks, at most 64 bytes.'
    );
  end if;
  perform private.count_call(p_rate_key, p_rate_limit);
  v_secret_hash := sha256(convert_to(p_session_secret, 'UTF8'));

  -- Two starts of one token: the second finds what the first made.
  perform pg_advisory_xact_lock(1953854053, hashtext(p_session_token));
  select * into v_client
  from public.session_clients as c
  where c.session_token = p_session_token;
  if found and v_client.claimed_at is null and v_client.expires_at <= now() then
    -- Kept by a legal hold: the token is taken, and a visitor need not know why.
    if private.has_holds() and private.is_held(null, v_client.session_id) then
      perform private.raise_error('SESSION_EXISTS');
    end if;
    delete from public.conversation_sessions as s
    where s.id = v_client.session_id and s.user_id is null;
  elsif found then
    if v_client.claimed_at is not null
      or not private.is_same_hash(v_client.secret_hash, v_secret_hash)
      -- In the trash it is of no use to anybody.
      or exists (
        select 1
        from public.conversation_sessions as s
        where s.id = v_client.session_id and s.deleted_at is not null
      )
    then
      perform private.raise_error('SESSION_EXISTS');
    end if;
    return private.visitor_session_of(v_client.session_id);
  end if;

  insert into public.conversation_sessions (user_id) values (null) returning id into v_session_id;
  insert into public.session_clients (
    session_id, session_token, secret_hash, user_identifier, device_type, referrer, user_agent,
    address, expires_at
  )
  values (
    v_session_id, p_session_token, v_secret_hash, p_user_identifier, p_device_type,
    left(p_referrer, 2048), left(p_user_agent, 1024), p_address,
    now() + p_retention_days * interval '1 day'
  );
  return private.visitor_session_of(v_session_id);
end
$$;
revoke all on function public.start_visitor_session(
  text, text, text, text, text, public.device_type, text, integer, text, integer
) from public, anon, authenticated, service_role;
grant execute on function public.start_visitor_session(
  text, text, text, text, text, public.device_type, text, integer, text, integer
) to service_role;
comment on function public.start_visitor_session(
  text, text, text, text, text, public.device_type, text, integer, text, integer
) is
  E'Starts the chat of a visitor, for the function chat-session.\n\n'
  'p_session_token: the client''s name of the chat. p_session_secret: 43 to 255 base64url characters, '
  'of which only the SHA-256 is kept. p_user_identifier, p_address: hashed or cut by the caller. '
  'p_retention_days: from now to expires_at. p_rate_key, p_rate_limit: calls a key and minute. '
  'Returns: the session; the same for the same token and secret, any number of times. '
  'Who: service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT409 SESSION_EXISTS (another secret, or claimed); PT429 RATE_LIMITED.';

-- Definer: find_chat_session checks the caller, and a visitor owns no row.
create function public.end_visitor_session(
  p_session_id uuid default null,
  p_session_token text default null,
  p_session_secret text default null,
  p_rate_key text default null,
  p_rate_limit integer default null
)
returns public.visitor_session
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_session_id uuid;
begin
  perform private.count_call(p_rate_key, p_rate_limit);
  v_session_id := private.find_chat_session(p_session_id, p_session_token, p_session_secret);
  update public.conversation_sessions as s set state = 'delivered'
  where s.id = v_session_id and s.completed_at is null;
  return private.visitor_session_of(v_session_id);
end
$$;
revoke all on function public.end_visitor_session(uuid, text, text, text, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.end_visitor_session(uuid, text, text, text, integer)
  to authenticated, service_role;
comment on function public.end_visitor_session(uuid, text, text, text, integer) is
  E'Ends a chat: the session is delivered and takes no new turns of its visitor or user.\n\n'
  'p_session_id or p_session_token names it. p_session_secret: given by a server that calls for a '
  'visitor. Returns: the session; unchanged when it has ended already. '
  'Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND; PT429 RATE_LIMITED.';

-- Definer: gives a session of nobody to the caller.
create function public.claim_visitor_session(
  p_session_id uuid default null,
  p_session_token text default null,
  p_session_secret text default null,
  p_rate_limit integer default null
)
returns public.visitor_session
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := auth.uid();
  v_client public.session_clients;
begin
  if v_user_id is null then
    perform private.raise_error('UNAUTHENTICATED');
  elsif (p_session_id is null and p_session_token is null) or p_session_secret is null then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'Give p_session_secret, and name the session by p_session_id or p_session_token.'
    );
  end if;
  perform private.count_call(null, p_rate_limit);
  -- Before the session, as all who write for a user: an erasure takes it alone and then wants the account.
  perform pg_advisory_xact_lock_shared(1953854049, hashtext(v_user_id::text));
  select * into v_client
  from public.session_clients as c
  where (p_session_token is null or c.session_token = p_session_token)
    and (p_session_id is null or c.session_id = p_session_id)
    and (c.claimed_at is not null or c.expires_at > now());
  if not private.is_same_hash(
    v_client.secret_hash, sha256(convert_to(p_session_secret, 'UTF8'))
  ) then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  -- Two claims at once: the second waits here, and finds whose the session is.
  update public.conversation_sessions as s set user_id = v_user_id
  where s.id = v_client.session_id and s.user_id is null and s.deleted_at is null;
  if found then
    update public.session_clients as c set claimed_at = now(), expires_at = null
    where c.session_id = v_client.session_id;
  else
    perform 1
    from public.conversation_sessions as s
    where s.id = v_client.session_id and s.user_id = v_user_id and s.deleted_at is null;
    if not found then
      perform private.raise_error('SESSION_NOT_FOUND');
    end if;
  end if;
  return private.visitor_session_of(v_client.session_id);
end
$$;
revoke all on function public.claim_visitor_session(uuid, text, text, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.claim_visitor_session(uuid, text, text, integer) to authenticated;
comment on function public.claim_visitor_session(uuid, text, text, integer) is
  E'Takes a visitor''s chat over for the calling user, once, by its secret.\n\n'
  'p_session_id or p_session_token names it. From then on it is the user''s like any other, and the '
  'secret opens nothing. Returns: the session; the same again for the user who claimed it. '
  'Who: signed-in and anonymous users. '
  'Errors: PT400 INVALID_ARGUMENT; PT401 UNAUTHENTICATED; PT404 SESSION_NOT_FOUND (unknown, expired, '
  'another secret, or claimed by somebody else); PT429 RATE_LIMITED.';

-- Definer: find_chat_session checks the caller, and a visitor owns no row.
create function public.get_chat_history(
  p_session_id uuid default null,
  p_session_token text default null,
  p_session_secret text default null,
  p_limit integer default 50,
  p_before_sequence integer default null,
  p_rate_key text default null,
  p_rate_limit integer default null
)
returns setof public.conversation_messages
language plpgsql
volatile
security definer
set search_path = ''
rows 50
as $$
begin
  perform private.count_call(p_rate_key, p_rate_limit);
  return query
    select m.*
    from public.get_conversation_history(
      private.find_chat_session(p_session_id, p_session_token, p_session_secret, false), p_limit,
      p_before_sequence
    ) as m;
end
$$;
revoke all on function public.get_chat_history(uuid, text, text, integer, integer, text, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.get_chat_history(uuid, text, text, integer, integer, text, integer)
  to authenticated, service_role;
comment on function public.get_chat_history(uuid, text, text, integer, integer, text, integer) is
  E'get_conversation_history for a chat that is named by its token or opened by its secret.\n\n'
  'p_session_id or p_session_token names it. p_session_secret: given by a server that calls for a '
  'visitor. p_limit: 1 to 200, default 50. p_before_sequence: for the page before. '
  'Returns: the last messages, oldest first. Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND; PT429 RATE_LIMITED.';

-- Definer: find_chat_session checks the caller, and a visitor owns no row.
create function public.get_chat_stats(
  p_session_id uuid default null,
  p_session_token text default null,
  p_session_secret text default null,
  p_rate_key text default null,
  p_rate_limit integer default null
)
returns public.session_stats
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.count_call(p_rate_key, p_rate_limit);
  return public.get_session_stats(
    private.find_chat_session(p_session_id, p_session_token, p_session_secret, false)
  );
end
$$;
revoke all on function public.get_chat_stats(uuid, text, text, text, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.get_chat_stats(uuid, text, text, text, integer)
  to authenticated, service_role;
comment on function public.get_chat_stats(uuid, text, text, text, integer) is
  E'get_session_stats for a chat that is named by its token or opened by its secret.\n\n'
  'p_session_id or p_session_token names it. p_session_secret: given by a server that calls for a '
  'visitor. Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND; PT429 RATE_LIMITED.';

-- Definer: nobody else may delete rate limits.
create function public.cleanup_visitor_sessions(p_limit integer default 10000)
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  -- The data API ends a statement after 8 seconds and undoes it: the next call would come no further.
  v_until constant timestamptz := clock_timestamp() + interval '5 seconds';
  v_began timestamptz;
  v_ids uuid[];
  v_done integer := 0;
  v_size integer := 1;
  v_count integer;
  v_deleted integer := 0;
begin
  if p_limit is null or p_limit not between 1 and 100000 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_limit is 1 to 100000.');
  end if;
  v_ids := array(
    select s.id
    from public.session_clients as c
    join public.conversation_sessions as s on s.id = c.session_id
    where c.expires_at <= now() and s.user_id is null
      and not (private.has_holds() and private.is_held(null, s.id, s.brand_id))
    order by c.expires_at
    limit p_limit
    for update of s skip locked
  );
  while v_done < cardinality(v_ids) and clock_timestamp() < v_until loop
    v_began := clock_timestamp();
    delete from public.conversation_sessions as s
    where s.id = any (v_ids[v_done + 1 : v_done + v_size]);
    get diagnostics v_count = row_count;
    v_deleted := v_deleted + v_count;
    v_done := v_done + v_size;
    -- Long chats by few, so that the time is kept.
    v_size := case
      when clock_timestamp() < v_began + interval '0.2 s' then least(2 * v_size, 1000)
      else greatest(v_size / 2, 1)
    end;
  end loop;
  -- Last, and none that is being counted: whoever calls again waits for the end of what holds the count.
  delete from private.rate_limits as r
  where r.key_hash = any (array(
    select l.key_hash
    from private.rate_limits as l
    where l.window_end < now()
    for update skip locked
  ));
  return v_deleted;
end
$$;
revoke all on function public.cleanup_visitor_sessions(integer)
  from public, anon, authenticated, service_role;
grant execute on function public.cleanup_visitor_sessions(integer) to service_role;
comment on function public.cleanup_visitor_sessions(integer) is
  E'Deletes visitors'' sessions that have expired, with all that hangs on them; what they cost stays '
  'counted, and what a legal hold keeps stays.\n\n'
  'p_limit: at most so many in one call, 1 to 100000, and none that would begin after 5 seconds. '
  'Returns: how many; call it again until there are none. '
  'Who: service_role. Errors: PT400 INVALID_ARGUMENT.';
