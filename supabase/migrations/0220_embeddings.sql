-- 0220_embeddings: messages as vectors, the queue that fills them, search by meaning and by both.
-- Makes: public.message_embeddings, set_embedding_model, queue_missing_embeddings, claim_embedding_jobs,
--   complete_embedding_jobs, fail_embedding_jobs, retry_dead_embeddings, embedding_queue_stats,
--   match_messages, hybrid_search_messages, find_similar_questions, record_similar_questions;
--   private.embedding_settings, private.embedding_queue.
-- Needs: 0010, 0030, 0050, 0200, 0210; pgvector 0.8 or newer in schema extensions.
-- Locks: conversation_sessions, conversation_messages, message_retrievals (foreign keys, triggers).
-- Breaking: no.

create extension if not exists vector with schema extensions;
-- Loads the library: before it, its settings are unknown, and only a superuser may give a function such.
select extensions.vector_dims('[1]'::extensions.vector);

create type private.embedding_distance as (
  message_id  uuid,
  session_id  uuid,
  distance    double precision
);
comment on type private.embedding_distance is 'A message and its cosine distance, 0 to 2.';
create type private.message_filter as (
  role        public.message_role,
  from_time   timestamptz,
  to_time     timestamptz,
  brand_id    uuid,
  agent_type  text
);
comment on type private.message_filter is 'Which messages a search looks at; null: all.';

create table public.message_embeddings (
  message_id    uuid                     not null,
  session_id    uuid                     not null,
  user_id       uuid                     not null,
  model         text                     not null
    constraint message_embeddings_model_length check (char_length(model) between 1 and 200),
  dimensions    smallint                 not null default 384
    constraint message_embeddings_dimensions_range check (dimensions = 384),
  content_hash  bytea                    not null
    constraint message_embeddings_content_hash_length check (octet_length(content_hash) = 32),
  -- A vector without a length has no direction, and is in no index of cosines.
  embedding     extensions.halfvec(384)  not null
    constraint message_embeddings_embedding_range check (extensions.l2_norm(embedding) > 0),
  embedded_at   timestamptz              not null default now(),
  constraint message_embeddings_pkey primary key (message_id, model),
  constraint message_embeddings_message_id_fkey foreign key (session_id, message_id)
    references public.conversation_messages (session_id, id) on delete cascade
);
comment on table public.message_embeddings is
  E'A message as a vector: what search by meaning compares.\n\n'
  'Who: the session''s user. Writes: complete_embedding_jobs and log_chat_turns. It goes with the '
  'message, and at once with a change of its text. A vector tells much of its text: it is content.';
comment on column public.message_embeddings.message_id is 'The message.';
comment on column public.message_embeddings.session_id is 'The message''s session.';
comment on column public.message_embeddings.user_id is
  'The session''s user, kept equal to it by trigger.';
comment on column public.message_embeddings.model is
  'Whose vector it is: those of two models are never compared.';
comment on column public.message_embeddings.dimensions is 'How many numbers it has: 384.';
comment on column public.message_embeddings.content_hash is
  'SHA-256 of the text, as UTF-8, that it was made of.';
comment on column public.message_embeddings.embedding is 'The vector, as 16-bit floating point numbers.';
comment on column public.message_embeddings.embedded_at is 'When it was written.';

-- Everybody's nearest, from which a user's are taken in order.
create index message_embeddings_embedding_idx
  on public.message_embeddings using hnsw (embedding extensions.halfvec_cosine_ops);
-- A user's vectors of a model: the exact search.
create index message_embeddings_user_id_model_idx on public.message_embeddings (user_id, model);
-- A session's vectors; foreign key side of a message's deletion.
create index message_embeddings_session_id_message_id_idx
  on public.message_embeddings (session_id, message_id);

alter table public.message_embeddings enable row level security;
revoke all on table public.message_embeddings from public, anon, authenticated, service_role;
create policy message_embeddings_select_own on public.message_embeddings for select to authenticated
  using (
    user_id = (select auth.uid())
    and coalesce(session_id <> all ((select private.my_deleted_session_ids())::uuid[]), true)
  );
comment on policy message_embeddings_select_own on public.message_embeddings is
  'Users read the vectors of their own messages, but not of those in the trash.';
grant select on table public.message_embeddings to authenticated;
-- Those of a model that is not used any more are deleted by hand.
grant select, delete on table public.message_embeddings to service_role;

create table private.embedding_settings (
  is_only_row     boolean  not null default true constraint embedding_settings_pkey primary key
    constraint embedding_settings_is_only_row_range check (is_only_row),
  model           text
    constraint embedding_settings_model_length check (char_length(model) between 1 and 200),
  is_enabled      boolean  not null default false,
  exact_up_to     integer  not null default 5000
    constraint embedding_settings_exact_up_to_range check (exact_up_to between 0 and 1000000),
  last_looked_at  uuid,
  constraint embedding_settings_model_needed
    check (case when is_enabled then model is not null else true end)
);
comment on table private.embedding_settings is
  'Whether messages are embedded, and by which model: one row. Writes: set_embedding_model.';
comment on column private.embedding_settings.is_only_row is 'True.';
comment on column private.embedding_settings.model is 'The model whose vectors are made and searched.';
comment on column private.embedding_settings.is_enabled is
  'While false nothing is queued: nobody pays for what nobody uses.';
comment on column private.embedding_settings.exact_up_to is
  'Users with at most so many vectors are searched by reading all of them, others by the index.';
comment on column private.embedding_settings.last_looked_at is
  'The message that queue_missing_embeddings goes on after; null: it begins again.';
alter table private.embedding_settings enable row level security;
revoke all on table private.embedding_settings from public, anon, authenticated, service_role;
insert into private.embedding_settings default values;

create table private.embedding_queue (
  message_id    uuid         not null constraint embedding_queue_pkey primary key
    constraint embedding_queue_message_id_fkey
      references public.conversation_messages (id) on delete cascade,
  attempts      integer      not null default 0
    constraint embedding_queue_attempts_range check (attempts >= 0),
  due_at        timestamptz  not null default now(),
  leased_until  timestamptz,
  last_error    text
    constraint embedding_queue_last_error_length check (char_length(last_error) <= 200),
  dead_at       timestamptz
);
comment on table private.embedding_queue is
  'Messages that wait for their vector. Writes: triggers and the functions of the worker.';
comment on column private.embedding_queue.message_id is 'The message.';
comment on column private.embedding_queue.attempts is
  'How often it was handed out since its text changed; after the fifth it is dead.';
comment on column private.embedding_queue.due_at is
  'When it may be handed out: at once, after a wait, or at the end of its lease.';
comment on column private.embedding_queue.leased_until is
  'Until when a worker has it; null: nobody. In the past: its worker did not come back.';
comment on column private.embedding_queue.last_error is
  'Why the last attempt failed, at most 200 characters. May be personal: it is treated as content.';
comment on column private.embedding_queue.dead_at is
  'When it was given up; retry_dead_embeddings tries it again. Null: it is not.';
-- What is due.
create index embedding_queue_due_at_idx on private.embedding_queue (due_at) where dead_at is null;
-- What was given up.
create index embedding_queue_dead_at_idx on private.embedding_queue (dead_at)
  where dead_at is not null;
alter table private.embedding_queue enable row level security;
revoke all on table private.embedding_queue from public, anon, authenticated, service_role;

create function private.embedding_of(p_numbers jsonb)
returns extensions.halfvec
language plpgsql
immutable
strict
parallel safe
set search_path = ''
as $$
declare
  v_embedding extensions.halfvec;
begin
  -- By kind and length first. Beyond 65504 there is no 16-bit number, and a text of many digits is none.
  if jsonb_typeof(p_numbers) <> 'array' or jsonb_array_length(p_numbers) <> 384
    or jsonb_path_exists(
      p_numbers, 'strict $[*] ? (@.type() != "number" || @ > 65504 || @ < -65504)'
    )
    or private.has_wide_number(p_numbers)
  then
    return null;
  end if;
  v_embedding := (p_numbers::text)::extensions.halfvec;
  if extensions.l2_norm(v_embedding) > 0 then
    return v_embedding;
  end if;
  return null;
end
$$;
revoke all on function private.embedding_of(jsonb) from public, anon, authenticated, service_role;
comment on function private.embedding_of(jsonb) is
  'A vector out of a JSON array of 384 numbers; null for anything else, and for one without a length.';

create function private.embedding_model()
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select s.model from private.embedding_settings as s where s.is_enabled);
end
$$;
revoke all on function private.embedding_model() from public, anon, authenticated, service_role;
comment on function private.embedding_model() is
  'The model that messages are embedded by; null while they are not.';

create function private.is_embeddable(p_message public.conversation_messages)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return p_message.user_id is not null and p_message.status = 'complete'
    and p_message.role in ('user', 'assistant') and p_message.content ~ '[^\s\u00a0\u200b-\u200f\ufeff]';
end
$$;
revoke all on function private.is_embeddable(public.conversation_messages)
  from public, anon, authenticated, service_role;
comment on function private.is_embeddable(public.conversation_messages) is
  'Whether a message gets a vector: a whole text of a user or an assistant, in a session of somebody.';

-- Definer: writes the queue, which nobody may.
create function private.tg_conversation_messages__queue_embedding()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' then
    -- A vector of a text that is gone must not be found, whether or not a new one comes.
    delete from public.message_embeddings as e where e.message_id = new.id;
    if private.is_embeddable(new) and private.embedding_model() is not null then
      insert into private.embedding_queue (message_id) values (new.id)
      on conflict (message_id) do update
      set attempts = 0, due_at = excluded.due_at, leased_until = null, last_error = null, dead_at = null;
    else
      delete from private.embedding_queue as q where q.message_id = new.id;
    end if;
  elsif exists (select 1 from private.embedding_settings as s where s.is_enabled) then
    insert into private.embedding_queue (message_id)
    select n.id
    from new_messages as n
    where n.user_id is not null and n.status = 'complete' and n.role in ('user', 'assistant')
      and n.content ~ '[^\s\u00a0\u200b-\u200f\ufeff]';
  end if;
  return null;
end
$$;
revoke all on function private.tg_conversation_messages__queue_embedding()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_messages__queue_embedding() is
  'Queues new messages; when a text changes its vectors go at once, and the new one is queued.';

create trigger conversation_messages_85_queue_added after insert
  on public.conversation_messages referencing new table as new_messages
  for each statement execute function private.tg_conversation_messages__queue_embedding();
-- A running answer changes with every delta, and has no vector before it is whole.
create trigger conversation_messages_85_queue_changed after update of content, status
  on public.conversation_messages for each row
  when (
    (old.status = 'complete' or new.status = 'complete')
    and (old.status <> new.status or old.content <> new.content)
  )
  execute function private.tg_conversation_messages__queue_embedding();

-- Definer: writes the queue, which nobody may.
create function private.tg_conversation_sessions__carry_embeddings()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if new.user_id is null then
    delete from public.message_embeddings as e where e.session_id = new.id;
    delete from private.embedding_queue as q
    using public.conversation_messages as m
    where m.session_id = new.id and q.message_id = m.id;
    return null;
  end if;
  update public.message_embeddings as e set user_id = new.user_id where e.session_id = new.id;
  if old.user_id is null and private.embedding_model() is not null then
    insert into private.embedding_queue (message_id)
    select m.id
    from public.conversation_messages as m
    where m.session_id = new.id and private.is_embeddable(m)
    on conflict (message_id) do nothing;
  end if;
  return null;
end
$$;
revoke all on function private.tg_conversation_sessions__carry_embeddings()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__carry_embeddings() is
  'Carries a change of a session''s user to its vectors; a visitor''s messages are queued once claimed.';

-- After 70, where the messages get their user: who completes a job holds the message, so that its vector
-- is either seen here or made for the new user.
create trigger conversation_sessions_75_carry_embeddings after update of user_id
  on public.conversation_sessions for each row when (old.user_id is distinct from new.user_id)
  execute function private.tg_conversation_sessions__carry_embeddings();

-- Definer: writes the table and the queue, which nobody may.
create function private.tg_message_retrievals__take_embedding()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_model constant text := private.embedding_model();
  v_embedding extensions.halfvec;
begin
  if v_model is null then
    return null;
  end if;
  v_embedding := private.embedding_of(to_jsonb(new.query_embedding));
  if v_embedding is null then
    return null;
  end if;
  insert into public.message_embeddings (
    message_id, session_id, user_id, model, content_hash, embedding
  )
  select m.id, m.session_id, m.user_id, v_model, sha256(convert_to(m.content, 'UTF8')), v_embedding
  from public.conversation_messages as m
  where m.id = new.message_id and private.is_embeddable(m)
  on conflict (message_id, model) do nothing;
  if found then
    delete from private.embedding_queue as q where q.message_id = new.message_id;
  end if;
  return null;
end
$$;
revoke all on function private.tg_message_retrievals__take_embedding()
  from public, anon, authenticated, service_role;
comment on function private.tg_message_retrievals__take_embedding() is
  'The vector that an app searched with becomes that of the question, which is not embedded twice.';

-- Not of what was imported, which has no hash: nobody knows whose model it is of.
create trigger message_retrievals_80_take_embedding after insert
  on public.message_retrievals for each row
  when (new.query_embedding is not null and new.request_hash <> '')
  execute function private.tg_message_retrievals__take_embedding();

create type public.embedding_outcome as enum (
  'embedded', 'stale', 'gone', 'busy', 'failed', 'dead'
);
comment on type public.embedding_outcome is
  'What became of a job. embedded: the vector is stored. stale: its text or the model has changed; the '
  'job waits for a new vector. gone: nothing is to be embedded any more. busy: somebody was writing the '
  'message; the job comes back after its lease. failed: it comes back after a wait. dead: it does not.';
create type public.embedding_job as (
  message_id    uuid,
  content       text,
  content_hash  text,
  model         text,
  attempts      integer
);
comment on type public.embedding_job is 'A text to embed. content_hash: in hexadecimal.';
create type public.embedding_result as (
  message_id  uuid,
  outcome     public.embedding_outcome
);
comment on type public.embedding_result is 'What became of a job that a worker gave back.';
create type public.embedding_stats as (
  model          text,
  is_enabled     boolean,
  due            bigint,
  waiting        bigint,
  leased         bigint,
  dead           bigint,
  oldest_due_at  timestamptz
);
comment on type public.embedding_stats is
  'The queue in numbers. due: may be handed out now. waiting: failed, and comes back later. leased: in '
  'the hands of a worker. dead: given up. oldest_due_at: null when nothing is due.';

-- Definer: the settings are nobody's to write.
create function public.set_embedding_model(p_model text, p_enabled boolean default true)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Embeddings are set up by service_role.');
  end if;
  if p_enabled is null or coalesce(char_length(p_model) not between 1 and 200, true) then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'p_model has 1 to 200 characters, and p_enabled is true or false.'
    );
  end if;
  update private.embedding_settings as s
  set model = p_model, is_enabled = p_enabled, last_looked_at = null
  where s.is_only_row;
end
$$;
revoke all on function public.set_embedding_model(text, boolean)
  from public, anon, authenticated, service_role;
grant execute on function public.set_embedding_model(text, boolean) to service_role;
comment on function public.set_embedding_model(text, boolean) is
  E'Turns embeddings on with a model, or off.\n\n'
  'p_model: as the worker names it; searches look at its vectors alone. p_enabled: while false nothing '
  'is queued or handed out. What was written before is queued by queue_missing_embeddings. '
  'Who: service_role. Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN.';

-- Definer: writes the queue, which nobody may.
create function public.queue_missing_embeddings(p_limit integer default 10000)
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_settings private.embedding_settings;
  v_ids uuid[];
  v_queued integer;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Embeddings are queued by service_role.');
  end if;
  if p_limit is null or p_limit not between 1 and 100000 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_limit is 1 to 100000.');
  end if;
  -- Two at once would look at the same messages.
  select * into v_settings from private.embedding_settings as s for update;
  if not v_settings.is_enabled then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'Turn embeddings on with set_embedding_model first.'
    );
  end if;
  -- Goes on where it ended, so that all calls together look at each message once.
  v_ids := array(
    select m.id
    from public.conversation_messages as m
    where m.id > coalesce(v_settings.last_looked_at, '00000000-0000-0000-0000-000000000000')
      and private.is_embeddable(m)
      and not exists (
        select 1
        from public.message_embeddings as e
        where e.message_id = m.id and e.model = v_settings.model
      )
      and not exists (select 1 from private.embedding_queue as q where q.message_id = m.id)
    order by m.id
    limit p_limit
  );
  insert into private.embedding_queue (message_id)
  select i.id from unnest(v_ids) as i (id)
  on conflict (message_id) do nothing;
  get diagnostics v_queued = row_count;
  update private.embedding_settings as s
  set last_looked_at = case when cardinality(v_ids) = p_limit then v_ids[p_limit] end
  where s.is_only_row;
  return v_queued;
end
$$;
revoke all on function public.queue_missing_embeddings(integer)
  from public, anon, authenticated, service_role;
grant execute on function public.queue_missing_embeddings(integer) to service_role;
comment on function public.queue_missing_embeddings(integer) is
  E'Queues messages that have no vector of the model in use: those of the time before it was.\n\n'
  'p_limit: at most so many in one call, 1 to 100,000, default 10,000. '
  'Returns: how many; as many as p_limit: call again for the rest. '
  'Who: service_role. Errors: PT400 INVALID_ARGUMENT (also while embeddings are off); PT403 FORBIDDEN.';

-- Definer: writes the queue, which nobody may.
create function public.claim_embedding_jobs(
  p_limit integer default 32,
  p_lease_seconds integer default 60
)
returns setof public.embedding_job
language plpgsql
volatile
security definer
set search_path = ''
rows 32
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_model constant text := private.embedding_model();
  v_was_lost boolean;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Messages are embedded by service_role.');
  end if;
  if coalesce(p_limit not between 1 and 1000, true)
    or coalesce(p_lease_seconds not between 1 and 3600, true)
  then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'p_limit is 1 to 1000, and p_lease_seconds 1 to 3600.'
    );
  end if;
  if v_model is null then
    return;
  end if;
  -- Whose last worker did not come back either.
  update private.embedding_queue as q
  set dead_at = v_now, leased_until = null, last_error = 'The worker did not come back.'
  where q.message_id = any (array(
    select d.message_id
    from private.embedding_queue as d
    where d.dead_at is null and d.due_at <= v_now and d.attempts >= 5
    order by d.due_at
    limit p_limit
    for update skip locked
  ));
  -- A text that kills its worker must not take others along each time: what was lost is handed out alone.
  select d.leased_until is not null into v_was_lost
  from private.embedding_queue as d
  where d.dead_at is null and d.due_at <= v_now and d.attempts < 5
  order by d.due_at
  limit 1
  for update skip locked;
  return query
    with claimed as (
      update private.embedding_queue as q
      set
        attempts = q.attempts + 1,
        leased_until = v_now + p_lease_seconds * interval '1 second',
        due_at = v_now + p_lease_seconds * interval '1 second'
      where q.message_id = any (array(
        select d.message_id
        from private.embedding_queue as d
        where d.dead_at is null and d.due_at <= v_now and d.attempts < 5
          and (d.leased_until is not null) = v_was_lost
        order by d.due_at
        limit case when v_was_lost then 1 else p_limit end
        for update skip locked
      ))
      returning q.message_id, q.attempts
    )
    -- More than models read of a text; the hash is of all of it.
    select
      m.id, left(regexp_replace(m.content, '^[\s\u00a0\u200b-\u200f\ufeff]+', ''), 6000),
      encode(sha256(convert_to(m.content, 'UTF8')), 'hex'), v_model, c.attempts
    from claimed as c
    join public.conversation_messages as m on m.id = c.message_id;
end
$$;
revoke all on function public.claim_embedding_jobs(integer, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.claim_embedding_jobs(integer, integer) to service_role;
comment on function public.claim_embedding_jobs(integer, integer) is
  E'Hands out texts to embed, each to one worker for the time of its lease.\n\n'
  'Give their vectors to complete_embedding_jobs, or the errors to fail_embedding_jobs; what is not '
  'given back by then is handed out again, alone. A job that was handed out five times is given up. '
  'p_limit: 1 to 1,000, default 32. p_lease_seconds: 1 to 3,600, default 60. Returns: the texts, of '
  'long ones the first 6,000 characters; nothing while embeddings are off. Who: service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN.';

-- Skips what others hold: a writer of the message has the row then, and queues it anew.
create function private.fail_embedding_job(p_message_id uuid, p_error text)
returns public.embedding_outcome
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_job private.embedding_queue;
begin
  select * into v_job
  from private.embedding_queue as q
  where q.message_id = p_message_id
  for update skip locked;
  if not found then
    return (
      case
        when exists (select 1 from private.embedding_queue as q where q.message_id = p_message_id)
          then 'busy'
        else 'gone'
      end
    )::public.embedding_outcome;
  elsif v_job.dead_at is not null then
    return 'dead'::public.embedding_outcome;
  -- Said twice, or queued anew since.
  elsif v_job.leased_until is null then
    return 'failed'::public.embedding_outcome;
  end if;
  update private.embedding_queue as q
  set
    leased_until = null,
    last_error = left(coalesce(p_error, ''), 200),
    dead_at = case when v_job.attempts >= 5 then clock_timestamp() end,
    -- 30 seconds, 2 minutes, 8, 32: together less than an hour, in which most outages end.
    due_at = clock_timestamp()
      + least(30 * 4 ^ greatest(v_job.attempts - 1, 0), 3600) * interval '1 second'
  where q.message_id = p_message_id;
  return (case when v_job.attempts >= 5 then 'dead' else 'failed' end)::public.embedding_outcome;
end
$$;
revoke all on function private.fail_embedding_job(uuid, text)
  from public, anon, authenticated, service_role;
comment on function private.fail_embedding_job(uuid, text) is
  'Lets a job wait, each time four times as long, or gives it up after the fifth attempt.';

-- Definer: writes the table and the queue, which nobody may.
create function public.complete_embedding_jobs(p_results jsonb)
returns setof public.embedding_result
language plpgsql
volatile
security definer
set search_path = ''
rows 32
as $$
declare
  v_model constant text := private.embedding_model();
  v_item record;
  v_message public.conversation_messages;
  v_embedding extensions.halfvec;
  v_result public.embedding_result;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Messages are embedded by service_role.');
  end if;
  perform private.check_embedding_items(p_results, '{message_id,content_hash,model,embedding}');

  -- In one order; messages that somebody writes are not waited for, so that nobody waits for this.
  for v_item in
    select
      (i.item ->> 'message_id')::uuid as message_id, i.item ->> 'content_hash' as content_hash,
      i.item ->> 'model' as model, i.item -> 'embedding' as embedding
    from jsonb_array_elements(p_results) as i (item)
    order by 1
  loop
    v_result.message_id := v_item.message_id;
    -- Held until the end: a change of the text finds this vector and deletes it.
    select * into v_message
    from public.conversation_messages as m
    where m.id = v_item.message_id
    for share skip locked;
    if not found then
      v_result.outcome := (
        case
          when exists (
            select 1 from public.conversation_messages as m where m.id = v_item.message_id
          ) then 'busy'
          else 'gone'
        end
      )::public.embedding_outcome;
    elsif not private.is_embeddable(v_message) then
      delete from private.embedding_queue as q where q.message_id = v_item.message_id;
      v_result.outcome := 'gone';
    elsif v_item.model is distinct from v_model
      or lower(v_item.content_hash) is distinct from
        encode(sha256(convert_to(v_message.content, 'UTF8')), 'hex')
    then
      -- Not the job's fault.
      update private.embedding_queue as q
      set attempts = greatest(q.attempts - 1, 0), leased_until = null, due_at = clock_timestamp()
      where q.message_id = v_item.message_id and q.leased_until is not null;
      v_result.outcome := 'stale';
    else
      v_embedding := private.embedding_of(v_item.embedding);
      if v_embedding is null then
        v_result.outcome := private.fail_embedding_job(
          v_item.message_id, 'The vector is not one of 384 numbers, or has no length.'
        );
      else
        insert into public.message_embeddings as e (
          message_id, session_id, user_id, model, content_hash, embedding
        )
        values (
          v_message.id, v_message.session_id, v_message.user_id, v_model,
          decode(v_item.content_hash, 'hex'), v_embedding
        )
        on conflict (message_id, model) do update
        set
          content_hash = excluded.content_hash, embedding = excluded.embedding,
          embedded_at = excluded.embedded_at
        where e.content_hash <> excluded.content_hash;
        delete from private.embedding_queue as q where q.message_id = v_item.message_id;
        v_result.outcome := 'embedded';
      end if;
    end if;
    return next v_result;
  end loop;
end
$$;
revoke all on function public.complete_embedding_jobs(jsonb)
  from public, anon, authenticated, service_role;
grant execute on function public.complete_embedding_jobs(jsonb) to service_role;
comment on function public.complete_embedding_jobs(jsonb) is
  E'Stores the vectors of jobs that claim_embedding_jobs handed out.\n\n'
  'p_results: array of at most 1,000 objects with message_id, content_hash and model as handed out, and '
  'embedding, 384 numbers. A vector of a text that has changed since, or is gone, is thrown away. '
  'Returns: what became of each, by message_id; the same again when it is called again. '
  'Who: service_role. Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN.';

create function private.check_embedding_items(p_items jsonb, p_keys text[])
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if coalesce(jsonb_typeof(p_items) <> 'array', true) or jsonb_array_length(p_items) > 1000
    or exists (
      select 1
      from jsonb_array_elements(p_items) as i (item)
      where case
        when jsonb_typeof(i.item) <> 'object' then true
        else not i.item ?& p_keys
          or i.item ->> 'message_id' !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      end
    )
  then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'An array of at most 1000 objects with the keys that the comment names.'
    );
  end if;
end
$$;
revoke all on function private.check_embedding_items(jsonb, text[])
  from public, anon, authenticated, service_role;
comment on function private.check_embedding_items(jsonb, text[]) is
  'Refuses what is no list of jobs that a worker gives back.';

-- Definer: writes the queue, which nobody may.
create function public.fail_embedding_jobs(p_failures jsonb)
returns setof public.embedding_result
language plpgsql
volatile
security definer
set search_path = ''
rows 32
as $$
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Messages are embedded by service_role.');
  end if;
  perform private.check_embedding_items(p_failures, '{message_id,error}');
  return query
    select
      (i.item ->> 'message_id')::uuid,
      private.fail_embedding_job((i.item ->> 'message_id')::uuid, i.item ->> 'error')
    from jsonb_array_elements(p_failures) as i (item);
end
$$;
revoke all on function public.fail_embedding_jobs(jsonb)
  from public, anon, authenticated, service_role;
grant execute on function public.fail_embedding_jobs(jsonb) to service_role;
comment on function public.fail_embedding_jobs(jsonb) is
  E'Gives back jobs that could not be done: they wait and are handed out again, up to five times.\n\n'
  'p_failures: array of at most 1,000 objects with message_id and error, of which 200 characters are '
  'kept: name what failed, and nothing of the text. The waits are 30 seconds, 2, 8 and 32 minutes. '
  'Returns: what became of each. Who: service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN.';

-- Definer: writes the queue, which nobody may.
create function public.retry_dead_embeddings(p_limit integer default 1000)
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
    perform private.raise_error('FORBIDDEN', 'Messages are embedded by service_role.');
  end if;
  if p_limit is null or p_limit not between 1 and 100000 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_limit is 1 to 100000.');
  end if;
  update private.embedding_queue as q
  set attempts = 0, due_at = clock_timestamp(), leased_until = null, dead_at = null
  where q.message_id = any (array(
    select d.message_id
    from private.embedding_queue as d
    where d.dead_at is not null
    order by d.dead_at
    limit p_limit
    for update skip locked
  ));
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
revoke all on function public.retry_dead_embeddings(integer)
  from public, anon, authenticated, service_role;
grant execute on function public.retry_dead_embeddings(integer) to service_role;
comment on function public.retry_dead_embeddings(integer) is
  E'Makes jobs that were given up due again, those first that wait longest.\n\n'
  'p_limit: at most so many in one call, 1 to 100,000, default 1,000. Returns: how many. '
  'Who: service_role. Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN.';

-- Definer: reads the queue, which nobody may.
create function public.embedding_queue_stats()
returns public.embedding_stats
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_stats public.embedding_stats;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'The queue is the server''s.');
  end if;
  select
    s.model, s.is_enabled, q.due, q.waiting, q.leased, q.dead, q.oldest_due_at
  into v_stats
  from private.embedding_settings as s
  cross join (
    select
      count(*) filter (where d.dead_at is null and d.due_at <= v_now) as due,
      count(*) filter (
        where d.dead_at is null and d.due_at > v_now and d.leased_until is null
      ) as waiting,
      count(*) filter (
        where d.dead_at is null and d.due_at > v_now and d.leased_until is not null
      ) as leased,
      count(d.dead_at) as dead,
      min(d.due_at) filter (where d.dead_at is null and d.due_at <= v_now) as oldest_due_at
    from private.embedding_queue as d
  ) as q;
  return v_stats;
end
$$;
revoke all on function public.embedding_queue_stats()
  from public, anon, authenticated, service_role;
grant execute on function public.embedding_queue_stats() to service_role;
comment on function public.embedding_queue_stats() is
  E'What waits to be embedded, and what was given up.\n\n'
  'Returns: one row. Who: service_role. Errors: PT403 FORBIDDEN.';

create function private.query_vector(p_embedding real[])
returns extensions.halfvec
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_embedding extensions.halfvec := private.embedding_of(to_jsonb(p_embedding));
begin
  if v_embedding is null then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'p_embedding has 384 numbers from -65504 to 65504, one of them not 0: those of the model in use.'
    );
  end if;
  return v_embedding;
end
$$;
revoke all on function private.query_vector(real[]) from public, anon, authenticated, service_role;
comment on function private.query_vector(real[]) is
  'The vector to search with, or PT400 INVALID_ARGUMENT.';

-- Of no use to callers: they could name another user.
create function private.passes(p_session_id uuid, p_message_id uuid, p_filter private.message_filter)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select 1
    from public.conversation_messages as m
    where m.session_id = p_session_id and m.id = p_message_id
      and (p_filter.role is null or m.role = p_filter.role)
      and (p_filter.from_time is null or m.created_at >= p_filter.from_time)
      and (p_filter.to_time is null or m.created_at < p_filter.to_time)
      and (p_filter.brand_id is null or m.brand_id = p_filter.brand_id)
      and (
        p_filter.agent_type is null or exists (
          select 1
          from public.conversation_sessions as s
          where s.id = m.session_id and s.agent_type = p_filter.agent_type
        )
      )
  );
end
$$;
revoke all on function private.passes(uuid, uuid, private.message_filter)
  from public, anon, authenticated, service_role;
comment on function private.passes(uuid, uuid, private.message_filter) is
  'Whether a message is one of those that a search looks at.';

-- The index gives everybody's nearest in order, and the scan goes on until it has enough of this user's,
-- or has looked at max_scan_tuples. Without sorts no other plan is left.
create function private.nearest_by_index(
  p_user_id uuid,
  p_model text,
  p_embedding extensions.halfvec,
  p_limit integer,
  p_deleted uuid[],
  p_filter private.message_filter
)
returns setof private.embedding_distance
language plpgsql
stable
set search_path = ''
set hnsw.iterative_scan = 'relaxed_order'
set hnsw.ef_search = '400'
set hnsw.max_scan_tuples = '20000'
set hnsw.scan_mem_multiplier = '4'
set enable_sort = 'off'
set jit = 'off'
rows 10
as $$
begin
  return query
    select
      e.message_id, e.session_id, e.embedding operator(extensions.<=>) p_embedding
    from public.message_embeddings as e
    where e.user_id = p_user_id and e.model = p_model and e.session_id <> all (p_deleted)
      and (p_filter is null or private.passes(e.session_id, e.message_id, p_filter))
    order by e.embedding operator(extensions.<=>) p_embedding
    limit p_limit;
end
$$;
revoke all on function private.nearest_by_index(
  uuid, text, extensions.halfvec, integer, uuid[], private.message_filter
) from public, anon, authenticated, service_role;
comment on function private.nearest_by_index(
  uuid, text, extensions.halfvec, integer, uuid[], private.message_filter
) is
  'A user''s nearest messages by the index over everybody''s vectors, nearly in order; maybe fewer than '
  'there are.';

create function private.nearest_exactly(
  p_user_id uuid,
  p_model text,
  p_embedding extensions.halfvec,
  p_limit integer,
  p_deleted uuid[],
  p_filter private.message_filter,
  p_session_id uuid
)
returns setof private.embedding_distance
language plpgsql
stable
set search_path = ''
set jit = 'off'
-- By the filters that are given: a short time is looked up, not a long history looked through.
set plan_cache_mode = 'force_custom_plan'
rows 10
as $$
begin
  -- The vectors are read first: an index that gives them in order would leave some out.
  if p_filter is null then
    return query
      with mine as materialized (
        select
          e.message_id, e.session_id, e.embedding operator(extensions.<=>) p_embedding as distance
        from public.message_embeddings as e
        where e.user_id = p_user_id and e.model = p_model and e.session_id <> all (p_deleted)
          and (p_session_id is null or e.session_id = p_session_id)
      )
      select f.message_id, f.session_id, f.distance
      from mine as f
      order by f.distance, f.message_id
      limit p_limit;
    return;
  end if;
  return query
    with mine as materialized (
      select e.message_id, e.session_id, e.embedding operator(extensions.<=>) p_embedding as distance
      from public.conversation_messages as m
      join public.conversation_sessions as s on s.id = m.session_id
      join public.message_embeddings as e on e.message_id = m.id and e.model = p_model
      where m.user_id = p_user_id and m.session_id <> all (p_deleted)
        and (p_session_id is null or m.session_id = p_session_id)
        and (p_filter.role is null or m.role = p_filter.role)
        and (p_filter.from_time is null or m.created_at >= p_filter.from_time)
        and (p_filter.to_time is null or m.created_at < p_filter.to_time)
        and (p_filter.brand_id is null or m.brand_id = p_filter.brand_id)
        and (p_filter.agent_type is null or s.agent_type = p_filter.agent_type)
    )
    select f.message_id, f.session_id, f.distance
    from mine as f
    order by f.distance, f.message_id
    limit p_limit;
end
$$;
revoke all on function private.nearest_exactly(
  uuid, text, extensions.halfvec, integer, uuid[], private.message_filter, uuid
) from public, anon, authenticated, service_role;
comment on function private.nearest_exactly(
  uuid, text, extensions.halfvec, integer, uuid[], private.message_filter, uuid
) is 'A user''s nearest messages by all of the user''s vectors.';

-- Definer: a distance is no condition that row level security lets an index answer, so the user's rows
-- are taken here. The user is that of the token, never an argument.
create function private.nearest_messages(
  p_embedding real[],
  p_limit integer,
  p_model text,
  p_session_id uuid,
  p_filter private.message_filter
)
returns setof private.embedding_distance
language plpgsql
stable
security definer
set search_path = ''
rows 10
as $$
declare
  v_user_id constant uuid := auth.uid();
  v_embedding constant extensions.halfvec := private.query_vector(p_embedding);
  v_model constant text := coalesce(p_model, (select s.model from private.embedding_settings as s));
  v_deleted constant uuid[] := coalesce(private.my_deleted_session_ids(), '{}');
  v_exact_up_to bigint;
  v_found private.embedding_distance[];
begin
  if p_session_id is null then
    -- Reading a few thousand vectors takes less time than the scan, and misses none: the fewer of all rows
    -- are a user's, the more it passes by. Where it would give up before it has enough it is not begun.
    select greatest(s.exact_up_to, ceil(p_limit * c.reltuples / 20000)) into v_exact_up_to
    from private.embedding_settings as s
    join pg_catalog.pg_class as c on c.oid = 'public.message_embeddings'::regclass;
    if v_exact_up_to < (
      select count(*)
      from (
        select 1
        from public.message_embeddings as e
        where e.user_id = v_user_id and e.model = v_model
        limit v_exact_up_to + 1
      ) as counted
    ) then
      v_found := array(
        select f
        from private.nearest_by_index(
          v_user_id, v_model, v_embedding, p_limit, v_deleted, p_filter
        ) as f
      );
    end if;
  end if;
  if cardinality(v_found) = p_limit then
    return query select f.* from unnest(v_found) as f order by f.distance, f.message_id;
  else
    return query
      select f.*
      from private.nearest_exactly(
        v_user_id, v_model, v_embedding, p_limit, v_deleted, p_filter, p_session_id
      ) as f;
  end if;
end
$$;
revoke all on function private.nearest_messages(
  real[], integer, text, uuid, private.message_filter
) from public, anon, authenticated, service_role;
grant execute on function private.nearest_messages(
  real[], integer, text, uuid, private.message_filter
) to authenticated;
comment on function private.nearest_messages(
  real[], integer, text, uuid, private.message_filter
) is
  'The calling user''s messages nearest to a vector, not those in the trash, nearest first: p_limit of '
  'them wherever there are as many.';

create type public.message_match as (
  message_id  uuid,
  session_id  uuid,
  role        public.message_role,
  created_at  timestamptz,
  similarity  real,
  content     text
);
comment on type public.message_match is
  'A message that a search found. similarity: cosine, -1 to 1.';

create function public.match_messages(
  p_embedding real[],
  p_limit integer default 10,
  p_min_similarity real default null,
  p_session_id uuid default null,
  p_role public.message_role default null,
  p_from timestamptz default null,
  p_to timestamptz default null,
  p_brand_id uuid default null,
  p_agent_type text default null,
  p_model text default null
)
returns setof public.message_match
language plpgsql
stable
security invoker
set search_path = ''
rows 10
as $$
begin
  perform private.list_place(p_limit, null);
  if not coalesce(p_min_similarity between -1 and 1, true) then
    perform private.raise_error('INVALID_ARGUMENT', 'p_min_similarity is -1 to 1.');
  elsif p_session_id is not null and not exists (
    select 1 from public.conversation_sessions as s where s.id = p_session_id
  ) then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  return query
    select m.id, m.session_id, m.role, m.created_at, (1 - f.distance)::real, m.content
    from private.nearest_messages(
      p_embedding, p_limit, p_model, p_session_id,
      row(p_role, p_from, p_to, p_brand_id, p_agent_type)::private.message_filter
    ) as f
    join public.conversation_messages as m on m.session_id = f.session_id and m.id = f.message_id
    where p_min_similarity is null or 1 - f.distance >= p_min_similarity
    order by f.distance, m.id;
end
$$;
revoke all on function public.match_messages(
  real[], integer, real, uuid, public.message_role, timestamptz, timestamptz, uuid, text, text
) from public, anon, authenticated, service_role;
grant execute on function public.match_messages(
  real[], integer, real, uuid, public.message_role, timestamptz, timestamptz, uuid, text, text
) to authenticated;
comment on function public.match_messages(
  real[], integer, real, uuid, public.message_role, timestamptz, timestamptz, uuid, text, text
) is
  E'The caller''s messages whose vectors are nearest to one, nearest first; not those in the trash.\n\n'
  'p_embedding: 384 numbers. p_limit: 1 to 200, default 10. p_min_similarity: -1 to 1, leaves out what '
  'is less similar. p_session_id, p_role, p_brand_id, p_agent_type: of these alone. p_from, p_to: '
  'created from then, and before then. p_model: default the model in use. '
  'Returns: p_limit messages wherever there are as many. Who: signed-in and anonymous users. '
  'Errors: PT400 INVALID_ARGUMENT; PT401 UNAUTHENTICATED; PT404 SESSION_NOT_FOUND.';

create type public.hybrid_match as (
  message_id      uuid,
  session_id      uuid,
  role            public.message_role,
  created_at      timestamptz,
  score           double precision,
  full_text_rank  integer,
  semantic_rank   integer,
  similarity      real,
  headline        text,
  content         text
);
comment on type public.hybrid_match is
  'A message that a search by words, by meaning or by both found. score: of the ranks, comparable '
  'within one answer. full_text_rank, semantic_rank: its place in each search; null: not found there. '
  'headline: as of search_messages; null where the words were not found.';

create function public.hybrid_search_messages(
  p_query text,
  p_embedding real[],
  p_limit integer default 20,
  p_full_text_weight real default 1,
  p_semantic_weight real default 1,
  p_rrf_k integer default 60,
  p_session_id uuid default null,
  p_role public.message_role default null,
  p_from timestamptz default null,
  p_to timestamptz default null,
  p_brand_id uuid default null,
  p_agent_type text default null,
  p_model text default null
)
returns setof public.hybrid_match
language plpgsql
stable
security invoker
set search_path = ''
rows 20
as $$
declare
  v_candidates integer;
begin
  perform private.list_place(p_limit, null);
  if coalesce(p_full_text_weight not between 0 and 1000, true)
    or coalesce(p_semantic_weight not between 0 and 1000, true)
    or p_full_text_weight + p_semantic_weight = 0
    or coalesce(p_rrf_k not between 1 and 1000, true)
  then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'The weights are 0 to 1000, one of them not 0, and p_rrf_k is 1 to 1000.'
    );
  end if;
  -- What is low in both lists can be high in their sum.
  v_candidates := least(greatest(3 * p_limit, 50), 200);
  return query
    with by_words as (
      select l.message_id, l.session_id, l.headline, l.ordinality::integer as place
      from public.search_messages(
        p_query => p_query, p_session_id => p_session_id, p_role => p_role, p_from => p_from,
        p_to => p_to, p_brand_id => p_brand_id, p_agent_type => p_agent_type,
        p_limit => v_candidates
      ) with ordinality as l
      where p_full_text_weight > 0
    ),
    by_meaning as (
      select
        f.message_id, f.session_id, f.similarity,
        row_number() over (order by f.similarity desc, f.message_id)::integer as place
      from public.match_messages(
        p_embedding => p_embedding, p_limit => v_candidates, p_session_id => p_session_id,
        p_role => p_role, p_from => p_from, p_to => p_to, p_brand_id => p_brand_id,
        p_agent_type => p_agent_type, p_model => p_model
      ) as f
      where p_semantic_weight > 0
    ),
    fused as (
      select
        coalesce(w.message_id, s.message_id) as message_id,
        coalesce(w.session_id, s.session_id) as session_id,
        coalesce(p_full_text_weight::double precision / (p_rrf_k + w.place), 0)
        + coalesce(p_semantic_weight::double precision / (p_rrf_k + s.place), 0) as score,
        w.place as full_text_rank, s.place as semantic_rank, s.similarity, w.headline
      from by_words as w
      full join by_meaning as s on s.message_id = w.message_id
    )
    select
      m.id, m.session_id, m.role, m.created_at, f.score, f.full_text_rank, f.semantic_rank,
      f.similarity, f.headline, m.content
    from fused as f
    join public.conversation_messages as m on m.session_id = f.session_id and m.id = f.message_id
    order by f.score desc, m.created_at desc, m.id
    limit p_limit;
end
$$;
revoke all on function public.hybrid_search_messages(
  text, real[], integer, real, real, integer, uuid, public.message_role, timestamptz, timestamptz,
  uuid, text, text
) from public, anon, authenticated, service_role;
grant execute on function public.hybrid_search_messages(
  text, real[], integer, real, real, integer, uuid, public.message_role, timestamptz, timestamptz,
  uuid, text, text
) to authenticated;
comment on function public.hybrid_search_messages(
  text, real[], integer, real, real, integer, uuid, public.message_role, timestamptz, timestamptz,
  uuid, text, text
) is
  E'search_messages and match_messages in one list, by the reciprocals of their ranks.\n\n'
  'p_query: words, as search_messages takes them. p_embedding: the same as 384 numbers. p_limit: 1 to '
  '200, default 20. p_full_text_weight, p_semantic_weight: 0 to 1,000; 0 leaves a search out. p_rrf_k: '
  'how little the first ranks stand out, 1 to 1,000, default 60. The others: as of match_messages. '
  'Returns: the best first. Who: signed-in and anonymous users. '
  'Errors: PT400 INVALID_ARGUMENT; PT401 UNAUTHENTICATED; PT404 SESSION_NOT_FOUND.';

create type public.similar_question as (
  message_id  uuid,
  session_id  uuid,
  question    text,
  answer_id   uuid,
  answer      text,
  asked_at    timestamptz,
  similarity  real
);
comment on type public.similar_question is
  'A question that was asked before, with its newest answer, if any.';

create function public.find_similar_questions(
  p_embedding real[],
  p_limit integer default 5,
  p_min_similarity real default null
)
returns setof public.similar_question
language plpgsql
stable
security invoker
set search_path = ''
rows 5
as $$
begin
  return query
    select f.message_id, f.session_id, f.content, t.answer_id, t.ai_response, f.created_at, f.similarity
    from public.match_messages(
      p_embedding => p_embedding, p_limit => p_limit, p_min_similarity => p_min_similarity,
      p_role => 'user'
    ) as f
    left join lateral (
      select c.answer_id, c.ai_response
      from public.conversation_turns as c
      where c.session_id = f.session_id and c.turn_id = f.message_id
    ) as t on true
    order by f.similarity desc, f.message_id;
end
$$;
revoke all on function public.find_similar_questions(real[], integer, real)
  from public, anon, authenticated, service_role;
grant execute on function public.find_similar_questions(real[], integer, real) to authenticated;
comment on function public.find_similar_questions(real[], integer, real) is
  E'The caller''s earlier questions that are nearest to a vector, each with the answer it got.\n\n'
  'p_embedding: 384 numbers. p_limit: 1 to 200, default 5. p_min_similarity: -1 to 1. '
  'Returns: the most similar first. Who: signed-in and anonymous users. '
  'Errors: PT400 INVALID_ARGUMENT; PT401 UNAUTHENTICATED.';

-- Definer: writes message_retrievals, which nobody may.
create function public.record_similar_questions(
  p_message_id uuid,
  p_matches jsonb,
  p_scores real[] default null,
  p_embedding real[] default null
)
returns public.message_retrievals
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := auth.uid();
  v_is_trusted constant boolean := private.is_trusted_caller();
  v_message public.conversation_messages;
  v_stored public.message_retrievals;
  v_hash bytea;
begin
  if v_user_id is null and not v_is_trusted then
    perform private.raise_error('UNAUTHENTICATED');
  elsif p_matches is null or cardinality(p_scores) > 1000 or not private.are_numbers(p_scores)
    or cardinality(p_embedding) <> 384 or not private.are_numbers(p_embedding)
  then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'Give p_matches, at most 1000 numbers in p_scores, 384 in p_embedding.'
    );
  elsif pg_column_size(p_matches) > 2097152 or private.has_wide_number(p_matches) then
    perform private.raise_error('TOO_LARGE');
  end if;
  select m.* into v_message
  from public.conversation_messages as m
  join public.conversation_sessions as s on s.id = m.session_id
  where m.id = p_message_id and m.role = 'user'
    and (v_is_trusted or (m.user_id = v_user_id and s.deleted_at is null))
  for share of m;
  if not found then
    perform private.raise_error('MESSAGE_NOT_FOUND', 'Name a question of your own.');
  end if;
  v_hash := private.retrieval_request_hash(p_matches, p_scores, p_embedding);
  insert into public.message_retrievals (
    message_id, session_id, user_id, similar_qa_matches, similarity_scores, query_embedding,
    request_hash
  )
  values (
    v_message.id, v_message.session_id, v_message.user_id, p_matches, p_scores, p_embedding, v_hash
  )
  on conflict (message_id) do nothing
  returning * into v_stored;
  if found then
    return v_stored;
  end if;
  select * into v_stored from public.message_retrievals as r where r.message_id = p_message_id;
  if v_stored.request_hash <> v_hash then
    perform private.raise_error('IDEMPOTENCY_MISMATCH');
  end if;
  return v_stored;
end
$$;
revoke all on function public.record_similar_questions(uuid, jsonb, real[], real[])
  from public, anon, authenticated, service_role;
grant execute on function public.record_similar_questions(uuid, jsonb, real[], real[])
  to authenticated, service_role;
comment on function public.record_similar_questions(uuid, jsonb, real[], real[]) is
  E'Stores with a question what was found for it; for turns of log_chat_turns that is part of the turn.\n\n'
  'p_message_id: the question. p_matches: what was found, best first, at most 256 KiB. p_scores: how '
  'similar each is, at most 1,000. p_embedding: the 384 numbers that were searched with; they become the '
  'question''s vector. Returns: the row; unchanged when the same is sent again. '
  'Who: the session''s user, service_role. Errors: PT400 INVALID_ARGUMENT; PT401 UNAUTHENTICATED; PT404 '
  'MESSAGE_NOT_FOUND; PT409 IDEMPOTENCY_MISMATCH; PT413 TOO_LARGE.';
