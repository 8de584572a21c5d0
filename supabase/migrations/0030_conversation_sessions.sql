-- 0030_conversation_sessions: one row per conversation, its states and their history.
-- Makes: public.conversation_sessions, public.session_events, private.session_transitions,
--   private.my_deleted_session_ids, update_session_activity, set_session_state,
--   complete_conversation_session, cancel_conversation_session.
-- Needs: 0010. Locks: auth.users (foreign key). Breaking: no.

create type public.session_state as enum (
  'initial', 'gathering', 'clarifying', 'planning', 'awaiting_approval', 'executing', 'reviewing',
  'delivered', 'cancelled'
);
comment on type public.session_state is
  'Where a conversation stands. delivered and cancelled are final; the rest is open.';
create type public.session_status as enum ('active', 'archived', 'deleted');
comment on type public.session_status is 'Where a session is listed.';
create table public.conversation_sessions (
  id                   uuid                   not null default gen_random_uuid()
    constraint conversation_sessions_pkey primary key,
  brand_id             uuid,
  user_id              uuid                   default auth.uid()
    constraint conversation_sessions_user_id_fkey references auth.users (id) on delete cascade,
  state                public.session_state   not null default 'initial',
  parsed_intent        jsonb,
  answered_questions   jsonb                  not null default '{}',
  pending_questions    jsonb                  not null default '[]',
  selected_kb_ids      uuid[]                 not null default '{}',
  active_task_plan_id  uuid,
  created_at           timestamptz            not null default now(),
  last_activity_at     timestamptz            not null default now(),
  completed_at         timestamptz,
  title                text,
  description          text,
  agent_type           text,
  context              jsonb                  not null default '{}',
  settings             jsonb                  not null default '{}',
  metadata             jsonb                  not null default '{}',
  language             text                   not null default 'simple',
  content_mode         public.content_mode    not null default 'full',
  pinned_at            timestamptz,
  archived_at          timestamptz,
  deleted_at           timestamptz,
  wiped_at             timestamptz,
  status               public.session_status  generated always as (
    case
      when deleted_at is not null then 'deleted'::public.session_status
      when archived_at is not null then 'archived'::public.session_status
      else 'active'::public.session_status
    end
  ) stored,
  active_message_id    uuid,
  prior_message_id     uuid,
  branch_count         integer                not null default 0,
  last_sequence        integer                not null default 0,
  message_count        integer                not null default 0,
  total_tokens         bigint                 not null default 0,
  total_cost_usd       numeric                not null default 0,
  updated_at           timestamptz            not null default now(),
  request_hash         bytea,
  constraint conversation_sessions_completed_when_final
    check ((state in ('delivered', 'cancelled')) = (completed_at is not null))
);
comment on table public.conversation_sessions is
  E'One conversation of one user, personal or for a brand.\n\n'
  'Who: its user alone reads and changes it; brand admins do not. '
  'Writes: insert direct or by create_conversation_session; counters, state times, pins and trash '
  'are kept by the database.';
comment on column public.conversation_sessions.id is 'Session id.';
comment on column public.conversation_sessions.brand_id is 'The brand it is held for; null: personal.';
comment on column public.conversation_sessions.user_id is
  'Whose it is; null only for a visitor session, which no API user can read.';
comment on column public.conversation_sessions.state is
  'Where it stands; moves are those of private.session_transitions.';
comment on column public.conversation_sessions.parsed_intent is 'What the user wants, as parsed. JSON.';
comment on column public.conversation_sessions.answered_questions is 'Answers so far. JSON.';
comment on column public.conversation_sessions.pending_questions is 'Questions still open. JSON.';
comment on column public.conversation_sessions.selected_kb_ids is 'Knowledge bases in use.';
comment on column public.conversation_sessions.active_task_plan_id is
  'The task plan being carried out; plans live outside Turnbase.';
comment on column public.conversation_sessions.created_at is 'When it began.';
comment on column public.conversation_sessions.last_activity_at is
  'Last message or change of state, intent, questions or plan; lists are sorted by it.';
comment on column public.conversation_sessions.completed_at is
  'When it was delivered or cancelled; null while open.';
comment on column public.conversation_sessions.title is 'Title, at most 200 characters.';
comment on column public.conversation_sessions.description is 'Longer description.';
comment on column public.conversation_sessions.agent_type is 'Which kind of agent answers.';
comment on column public.conversation_sessions.context is 'Working context. JSON object, at most 256 KiB.';
comment on column public.conversation_sessions.settings is 'Model settings and such. JSON object.';
comment on column public.conversation_sessions.metadata is 'Free data of the app. JSON object.';
comment on column public.conversation_sessions.language is
  'Text search configuration of its messages, such as english; simple: no stemming.';
comment on column public.conversation_sessions.content_mode is
  'How much of what is written from now on is kept; never less strict than its brand''s.';
comment on column public.conversation_sessions.pinned_at is 'When it was pinned; null: not pinned.';
comment on column public.conversation_sessions.archived_at is 'When it was archived; null: not.';
comment on column public.conversation_sessions.deleted_at is
  'When it went to the trash; from then on neither it nor what hangs on it can be read.';
comment on column public.conversation_sessions.wiped_at is
  'When its content was wiped last; numbers stay, and what is written later is kept again. Null: never.';
comment on column public.conversation_sessions.status is 'Derived from archived_at and deleted_at.';
comment on column public.conversation_sessions.active_message_id is
  'Last message of the branch that is shown; null while empty.';
comment on column public.conversation_sessions.prior_message_id is
  'What active_message_id was before the last write: the parent of what that one wrote.';
comment on column public.conversation_sessions.branch_count is
  'How many branches there are beside the first; 0: a straight line.';
comment on column public.conversation_sessions.last_sequence is
  'Highest sequence_order ever given out; never lowered.';
comment on column public.conversation_sessions.message_count is 'Messages that exist.';
comment on column public.conversation_sessions.total_tokens is
  'Sum of tokens_used of its messages and tool executions.';
comment on column public.conversation_sessions.total_cost_usd is
  'Sum of cost_usd of its messages, in US dollars, exact.';
comment on column public.conversation_sessions.updated_at is 'Last change of the row.';
comment on column public.conversation_sessions.request_hash is
  'SHA-256 of the body of the create_conversation_session call that made it; null otherwise.';

-- A user's sessions, newest first: list_sessions and its cursor.
create index idx_sessions_user_id
  on public.conversation_sessions (user_id, last_activity_at desc, id desc);
-- A brand's sessions, and the foreign key side of brands.
create index idx_sessions_brand_id
  on public.conversation_sessions (brand_id, last_activity_at desc) where brand_id is not null;
-- Sessions in which an agent is at work, stalest first: workers and operators. Plain chats stay out.
create index idx_sessions_active on public.conversation_sessions (state, last_activity_at)
  where state in ('planning', 'awaiting_approval', 'executing', 'reviewing');
-- Sessions by age over everybody: archiving and retention.
create index idx_sessions_last_activity
  on public.conversation_sessions using brin (last_activity_at);
-- A user's sessions in one state, and the user's trash (private.my_deleted_session_ids).
create index idx_sessions_user_state on public.conversation_sessions (user_id, deleted_at, state);

-- States as data: a project that works in other steps adds rows.
create table private.session_transitions (
  from_state  public.session_state  not null,
  to_state    public.session_state  not null,
  constraint session_transitions_pkey primary key (from_state, to_state)
);
comment on table private.session_transitions is
  'The legal moves of conversation_sessions.state. A move out of delivered or cancelled also needs '
  'completed_at cleared, which only reopen_conversation_session can do.';
comment on column private.session_transitions.from_state is 'State before the move.';
comment on column private.session_transitions.to_state is 'State after the move.';
alter table private.session_transitions enable row level security;
revoke all on table private.session_transitions from public, anon, authenticated, service_role;

insert into private.session_transitions (from_state, to_state)
values
  ('initial', 'gathering'), ('initial', 'clarifying'), ('initial', 'planning'),
  ('initial', 'executing'),
  ('gathering', 'clarifying'), ('gathering', 'planning'), ('gathering', 'executing'),
  ('clarifying', 'gathering'), ('clarifying', 'planning'), ('clarifying', 'executing'),
  ('planning', 'gathering'), ('planning', 'clarifying'), ('planning', 'awaiting_approval'),
  ('planning', 'executing'),
  ('awaiting_approval', 'clarifying'), ('awaiting_approval', 'planning'),
  ('awaiting_approval', 'executing'),
  ('executing', 'clarifying'), ('executing', 'planning'), ('executing', 'awaiting_approval'),
  ('executing', 'reviewing'),
  ('reviewing', 'clarifying'), ('reviewing', 'planning'), ('reviewing', 'executing'),
  -- Final states: out only by reopen_conversation_session.
  ('delivered', 'gathering'), ('cancelled', 'gathering');
-- Every open state may end either way.
insert into private.session_transitions (from_state, to_state)
select o.state, f.state
from unnest(enum_range(null::public.session_state)) as o (state)
cross join unnest('{delivered,cancelled}'::public.session_state[]) as f (state)
where o.state not in ('delivered', 'cancelled');

-- Reads what the select policy hides, so it cannot be an invoker; takes no column of the row.
create function private.my_deleted_session_ids()
returns uuid[]
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := auth.uid();
begin
  return nullif(
    array(
      select s.id
      from public.conversation_sessions as s
      where s.user_id = v_user_id and s.deleted_at is not null
    ),
    '{}'
  );
end
$$;
revoke all on function private.my_deleted_session_ids()
  from public, anon, authenticated, service_role;
grant execute on function private.my_deleted_session_ids() to authenticated, service_role;
comment on function private.my_deleted_session_ids() is
  'The calling user''s sessions in the trash: policies hide what hangs on them. Null without any, which '
  'is compared faster with many rows than an empty array.';

alter table public.conversation_sessions enable row level security;
revoke all on table public.conversation_sessions from public, anon, authenticated, service_role;

create policy conversation_sessions_select_own on public.conversation_sessions
  for select to authenticated
  using (user_id = (select auth.uid()) and deleted_at is null);
create policy conversation_sessions_insert_own on public.conversation_sessions
  for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and (brand_id is null or brand_id = any (array(select private.my_brand_ids())))
  );
-- Membership is asked at insert only: who leaves a brand keeps what they said there.
create policy conversation_sessions_update_own on public.conversation_sessions
  for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));
create policy conversation_sessions_delete_own on public.conversation_sessions
  for delete to authenticated
  using (user_id = (select auth.uid()));
comment on policy conversation_sessions_select_own on public.conversation_sessions is
  'Users read their own sessions, but not those in the trash.';
comment on policy conversation_sessions_insert_own on public.conversation_sessions is
  'Users make sessions for themselves, in a brand only as its member.';
comment on policy conversation_sessions_update_own on public.conversation_sessions is
  'Users change their own sessions.';
comment on policy conversation_sessions_delete_own on public.conversation_sessions is
  'Users delete their own sessions for good.';

grant select, delete on table public.conversation_sessions to authenticated;
-- Not granted: id (an id that is taken would tell that it exists; create_conversation_session has a
-- key for retries) and whatever the database keeps itself.
grant insert (
  brand_id, user_id, state, parsed_intent, answered_questions, pending_questions, selected_kb_ids,
  active_task_plan_id, title, description, agent_type, context, settings, metadata, language
) on table public.conversation_sessions to authenticated;
-- Not granted: pinned_at, archived_at, deleted_at (RPCs set them), brand_id and user_id.
grant update (
  state, parsed_intent, answered_questions, pending_questions, selected_kb_ids,
  active_task_plan_id, title, description, agent_type, context, settings, metadata, language
) on table public.conversation_sessions to authenticated;
grant select, delete on table public.conversation_sessions to service_role;
grant insert (
  id, brand_id, user_id, state, parsed_intent, answered_questions, pending_questions,
  selected_kb_ids, active_task_plan_id, title, description, agent_type, context, settings, metadata,
  language, content_mode
) on table public.conversation_sessions to service_role;
grant update (
  state, parsed_intent, answered_questions, pending_questions, selected_kb_ids,
  active_task_plan_id, title, description, agent_type, context, settings, metadata, language,
  content_mode
) on table public.conversation_sessions to service_role;

create table public.session_events (
  id          bigint                generated always as identity
    constraint session_events_pkey primary key,
  session_id  uuid                  not null constraint session_events_session_id_fkey
    references public.conversation_sessions (id) on delete cascade,
  user_id     uuid,
  from_state  public.session_state  not null,
  to_state    public.session_state  not null,
  actor       uuid                  constraint session_events_actor_fkey
    references auth.users (id) on delete set null,
  at          timestamptz           not null default clock_timestamp()
);
comment on table public.session_events is
  E'Every move of a session from one state to another.\n\n'
  'Who: the session''s user reads. Writes: a trigger only.';
comment on column public.session_events.id is 'Order of the moves.';
comment on column public.session_events.session_id is 'The session that moved.';
comment on column public.session_events.user_id is 'The session''s user, kept equal to it by trigger.';
comment on column public.session_events.from_state is 'State before.';
comment on column public.session_events.to_state is 'State after.';
comment on column public.session_events.actor is
  'Who moved it; null: the server, or a user who is gone.';
comment on column public.session_events.at is 'When.';

-- History of one session under the select policy, and the foreign key side of sessions.
create index session_events_session_id_idx on public.session_events (session_id, user_id, id);
-- A user's moves.
create index session_events_user_id_id_idx on public.session_events (user_id, id);
-- Foreign key side of a user's deletion.
create index session_events_actor_idx on public.session_events (actor);

alter table public.session_events enable row level security;
revoke all on table public.session_events from public, anon, authenticated, service_role;
revoke all on sequence public.session_events_id_seq from public, anon, authenticated, service_role;
-- coalesce hides the comparison from the planner, which would expect few rows to pass and read whole
-- sessions.
create policy session_events_select_own on public.session_events for select to authenticated
  using (
    user_id = (select auth.uid())
    and coalesce(session_id <> all ((select private.my_deleted_session_ids())::uuid[]), true)
  );
comment on policy session_events_select_own on public.session_events is
  'Users read the history of their own sessions, but not of those in the trash.';
grant select on table public.session_events to authenticated;
grant select on table public.session_events to service_role;

create function private.tg__refuse_too_large()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.raise_error('TOO_LARGE');
  return null;
end
$$;
revoke all on function private.tg__refuse_too_large() from public, anon, authenticated, service_role;
comment on function private.tg__refuse_too_large() is
  'Raises PT413 TOO_LARGE; the condition of the trigger holds the limits.';

-- Neither a WHEN nor check constraints, which every update of a counter would copy and ask, and unpack
-- a long value for.
create function private.tg_conversation_sessions__limit()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Numbers first: before anything looks at the text of a value.
  if private.has_wide_number(new.parsed_intent)
    or private.has_wide_number(new.answered_questions)
    or private.has_wide_number(new.pending_questions)
    or private.has_wide_number(new.context)
    or private.has_wide_number(new.settings)
    or private.has_wide_number(new.metadata)
  then
    perform private.raise_error('TOO_LARGE');
  elsif jsonb_typeof(new.context) <> 'object'
    or jsonb_typeof(new.settings) <> 'object'
    or jsonb_typeof(new.metadata) <> 'object'
  then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'context, settings and metadata are JSON objects.'
    );
  end if;
  if char_length(new.title) > 200
    or octet_length(new.description) > 1048576
    or octet_length(new.agent_type) > 1024
    or octet_length(new.language) > 1024
    or cardinality(new.selected_kb_ids) > 16384
    or octet_length(new.parsed_intent::text) > 262144
    or octet_length(new.answered_questions::text) > 262144
    or octet_length(new.pending_questions::text) > 262144
    or octet_length(new.context::text) > 262144
    or octet_length(new.settings::text) > 262144
    or octet_length(new.metadata::text) > 262144
  then
    perform private.raise_error('TOO_LARGE');
  end if;
  return new;
end
$$;
revoke all on function private.tg_conversation_sessions__limit()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__limit() is
  'Refuses a text, a list, a JSON value or a number in it that is too large (PT413 TOO_LARGE), and one '
  'that is no object (PT400 INVALID_ARGUMENT).';

-- Named columns: what the database itself changes, such as counters, does not measure them again.
create trigger conversation_sessions_10_limit
  before insert or update of
    title, description, agent_type, language, selected_kb_ids, parsed_intent, answered_questions,
    pending_questions, context, settings, metadata
  on public.conversation_sessions for each row
  execute function private.tg_conversation_sessions__limit();

create function private.tg_conversation_sessions__guard_state()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'initial' and not private.is_trusted_caller() then
      perform private.raise_error(
        'ILLEGAL_TRANSITION', 'A new session starts as initial; move it with set_session_state.'
      );
    end if;
  elsif not exists (
    select 1
    from private.session_transitions as t
    where t.from_state = old.state and t.to_state = new.state
  ) or (old.completed_at is not null and new.completed_at is not null) then
    perform private.raise_error('ILLEGAL_TRANSITION');
  end if;
  if new.state in ('delivered', 'cancelled') then
    new.completed_at := coalesce(new.completed_at, now());
  end if;
  return new;
end
$$;
revoke all on function private.tg_conversation_sessions__guard_state()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__guard_state() is
  'Lets only legal moves pass (PT409 ILLEGAL_TRANSITION) and sets completed_at on the final ones.';

create trigger conversation_sessions_20_guard_new_state before insert
  on public.conversation_sessions for each row when (new.state <> 'initial')
  execute function private.tg_conversation_sessions__guard_state();
create trigger conversation_sessions_20_guard_state before update of state
  on public.conversation_sessions for each row when (old.state is distinct from new.state)
  execute function private.tg_conversation_sessions__guard_state();

create function public.update_session_activity()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  if new.wiped_at is distinct from old.wiped_at then
    return new;
  end if;
  if (new.state, new.parsed_intent, new.answered_questions, new.pending_questions,
      new.selected_kb_ids, new.active_task_plan_id)
    is distinct from
    (old.state, old.parsed_intent, old.answered_questions, old.pending_questions,
      old.selected_kb_ids, old.active_task_plan_id)
  then
    new.last_activity_at := greatest(
      old.last_activity_at, now(), old.wiped_at + interval '1 microsecond'
    );
  -- After a wipe it holds content again, which retention would not look for.
  elsif old.wiped_at >= old.last_activity_at
    and (new.title, new.description, new.context, new.settings, new.metadata)
      is distinct from (old.title, old.description, old.context, old.settings, old.metadata)
  then
    new.last_activity_at := old.wiped_at + interval '1 microsecond';
  end if;
  return new;
end
$$;
revoke all on function public.update_session_activity()
  from public, anon, authenticated, service_role;
comment on function public.update_session_activity() is
  'Trigger: keeps updated_at, and last_activity_at when the conversation itself moved. '
  'Renaming, pinning, archiving and wiping do not reorder lists.';

-- Messages keep the times themselves (update_session_on_message), so a new one skips this.
create trigger conversation_sessions_30_activity before update
  on public.conversation_sessions for each row
  when (old.last_sequence = new.last_sequence)
  execute function public.update_session_activity();

create function private.tg_conversation_sessions__record_event()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.session_events (session_id, user_id, from_state, to_state, actor)
  values (new.id, new.user_id, old.state, new.state, (select auth.uid()));
  return null;
end
$$;
revoke all on function private.tg_conversation_sessions__record_event()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__record_event() is
  'Leaves a row in session_events for every move.';

create trigger conversation_sessions_80_record_event after update of state
  on public.conversation_sessions for each row when (old.state is distinct from new.state)
  execute function private.tg_conversation_sessions__record_event();

create function public.set_session_state(p_session_id uuid, p_state public.session_state)
returns public.conversation_sessions
language plpgsql
security invoker
set search_path = ''
as $$
declare
  v_session public.conversation_sessions;
begin
  if p_state is null then
    perform private.raise_error('INVALID_ARGUMENT', 'p_state is one of session_state.');
  end if;
  select * into v_session
  from public.conversation_sessions as s
  where s.id = p_session_id
  for no key update;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  if v_session.state is distinct from p_state then
    update public.conversation_sessions as s set state = p_state
    where s.id = p_session_id
    returning * into v_session;
  end if;
  return v_session;
end
$$;
revoke all on function public.set_session_state(uuid, public.session_state)
  from public, anon, authenticated, service_role;
grant execute on function public.set_session_state(uuid, public.session_state)
  to authenticated, service_role;
comment on function public.set_session_state(uuid, public.session_state) is
  E'Moves a session to another state.\n\n'
  'Returns: the session; unchanged when it is in that state already. Who: its user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND; PT409 ILLEGAL_TRANSITION.';

create function public.complete_conversation_session(p_session_id uuid)
returns public.conversation_sessions
language plpgsql
security invoker
set search_path = ''
as $$
begin
  return public.set_session_state(p_session_id, 'delivered');
end
$$;
revoke all on function public.complete_conversation_session(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.complete_conversation_session(uuid) to authenticated, service_role;
comment on function public.complete_conversation_session(uuid) is
  E'Marks a session as delivered.\n\n'
  'Returns: the session; unchanged when it is delivered already. Who: its user, service_role. '
  'Errors: PT404 SESSION_NOT_FOUND; PT409 ILLEGAL_TRANSITION when it is cancelled.';

create function public.cancel_conversation_session(p_session_id uuid)
returns public.conversation_sessions
language plpgsql
security invoker
set search_path = ''
as $$
begin
  return public.set_session_state(p_session_id, 'cancelled');
end
$$;
revoke all on function public.cancel_conversation_session(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.cancel_conversation_session(uuid) to authenticated, service_role;
comment on function public.cancel_conversation_session(uuid) is
  E'Marks a session as cancelled.\n\n'
  'Returns: the session; unchanged when it is cancelled already. Who: its user, service_role. '
  'Errors: PT404 SESSION_NOT_FOUND; PT409 ILLEGAL_TRANSITION when it is delivered.';
