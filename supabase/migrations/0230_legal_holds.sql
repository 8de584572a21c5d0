-- 0230_legal_holds: what must not be deleted, whoever asks.
-- Makes: public.legal_holds, set_legal_hold, release_legal_hold and the triggers *_keep_held*; gives
--   private.is_held and private.has_holds their meaning.
-- Needs: 0010, 0030, 0050; of 0020 and 0130 to 0200 what is there. Locks: auth.users, brands,
--   conversation_sessions, and what hangs on them (triggers). Breaking: no.

create table public.legal_holds (
  id              uuid         not null default gen_random_uuid()
    constraint legal_holds_pkey primary key,
  user_id         uuid         constraint legal_holds_user_id_fkey
    references auth.users (id) on delete cascade,
  session_id      uuid         constraint legal_holds_session_id_fkey
    references public.conversation_sessions (id) on delete cascade,
  brand_id        uuid,
  reason          text         not null
    constraint legal_holds_reason_length check (char_length(reason) between 1 and 1000),
  placed_at       timestamptz  not null default now(),
  released_at     timestamptz,
  release_reason  text
    constraint legal_holds_release_reason_length
      check (char_length(release_reason) between 1 and 1000),
  constraint legal_holds_one_target check (num_nonnulls(user_id, session_id, brand_id) = 1),
  constraint legal_holds_released_with_reason
    check ((released_at is null) = (release_reason is null))
);
comment on table public.legal_holds is
  E'What must be kept until further notice: all of a user, a session, or all sessions of a brand.\n\n'
  'While a hold lasts, nothing of it can be deleted, wiped or erased (PT409 LEGAL_HOLD), and retention '
  'passes it by. Who: service_role reads. Writes: set_legal_hold and release_legal_hold only.';
comment on column public.legal_holds.id is 'Hold id.';
comment on column public.legal_holds.user_id is 'The user whose data is kept; null: another target.';
comment on column public.legal_holds.session_id is 'The session that is kept; null: another target.';
comment on column public.legal_holds.brand_id is
  'The brand whose sessions are kept; null: another target.';
comment on column public.legal_holds.reason is 'Why, 1 to 1,000 characters.';
comment on column public.legal_holds.placed_at is 'Since when.';
comment on column public.legal_holds.released_at is 'When it ended; null: it lasts.';
comment on column public.legal_holds.release_reason is 'Why it ended; null: it lasts.';

-- Holds that last, by target; foreign key sides of what is deleted once they ended.
create index legal_holds_user_id_idx on public.legal_holds (user_id);
create index legal_holds_session_id_idx on public.legal_holds (session_id);
create index legal_holds_brand_id_idx on public.legal_holds (brand_id);
-- Whether there is one that lasts, which each delete asks.
create index legal_holds_released_at_idx on public.legal_holds (released_at)
  where released_at is null;

alter table public.legal_holds enable row level security;
revoke all on table public.legal_holds from public, anon, authenticated, service_role;
grant select on table public.legal_holds to service_role;

-- Most projects have none: asked once, before anything is asked per row.
create or replace function private.has_holds()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (select 1 from public.legal_holds as h where h.released_at is null);
end
$$;
revoke all on function private.has_holds() from public, anon, authenticated, service_role;
comment on function private.has_holds() is 'Whether any hold lasts.';

create or replace function private.is_held(
  p_user_id uuid,
  p_session_id uuid,
  p_brand_id uuid default null,
  p_by_logs boolean default true
)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  v_user_ids uuid[];
begin
  if exists (
    select 1
    from public.legal_holds as h
    where h.released_at is null
      and (
        h.user_id = p_user_id
        -- Logs in it may be about somebody else, or nobody.
        or h.user_id = (select s.user_id from public.conversation_sessions as s where s.id = p_session_id)
        or h.session_id = p_session_id
        or h.brand_id = coalesce(
          p_brand_id,
          (select s.brand_id from public.conversation_sessions as s where s.id = p_session_id)
        )
      )
  ) then
    return true;
  elsif p_session_id is null or not p_by_logs or to_regproc('private.make_log_partition') is null then
    return false;
  end if;
  -- Logs go with their session, and may be about somebody else.
  v_user_ids := array(
    select h.user_id
    from public.legal_holds as h
    where h.released_at is null and h.user_id is not null
  );
  if v_user_ids = '{}' then
    return false;
  end if;
  return exists (
    select 1
    -- Those of the session, whatever the statistics say: somebody who is held may have very many.
    from (select l.user_id from public.agent_logs as l where l.session_id = p_session_id offset 0) as l
    where l.user_id = any (v_user_ids)
  );
end
$$;
revoke all on function private.is_held(uuid, uuid, uuid, boolean)
  from public, anon, authenticated, service_role;
comment on function private.is_held(uuid, uuid, uuid, boolean) is
  'Whether a hold keeps what belongs to a user, a session, its user, or a brand, by default its own. A session '
  'with logs about a held user is kept with them, but of its logs only those (p_by_logs false).';

-- Definer: nobody may read or write holds by themselves; service_role alone.
create function public.set_legal_hold(
  p_reason text,
  p_user_id uuid default null,
  p_session_id uuid default null,
  p_brand_id uuid default null
)
returns public.legal_holds
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_hold public.legal_holds;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Legal holds are set by service_role.');
  elsif num_nonnulls(p_user_id, p_session_id, p_brand_id) <> 1 then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'Give one of p_user_id, p_session_id and p_brand_id.'
    );
  elsif coalesce(char_length(p_reason) not between 1 and 1000, true) then
    perform private.raise_error('INVALID_ARGUMENT', 'p_reason has 1 to 1000 characters.');
  end if;
  -- One at a time, so that a target has one hold, and none while a run of retention goes by what it read.
  -- Other deletes that came first go on; later ones see it.
  perform pg_advisory_xact_lock(1953854145, 0);
  select * into v_hold
  from public.legal_holds as h
  where h.released_at is null
    and (h.user_id = p_user_id or h.session_id = p_session_id or h.brand_id = p_brand_id)
  -- One that is being released does not last.
  for no key update;
  if not found then
    begin
      insert into public.legal_holds (user_id, session_id, brand_id, reason)
      values (p_user_id, p_session_id, p_brand_id, p_reason)
      returning * into v_hold;
    exception
      when foreign_key_violation then
        if p_user_id is not null then
          perform private.raise_error('USER_NOT_FOUND');
        elsif p_session_id is not null then
          perform private.raise_error('SESSION_NOT_FOUND');
        end if;
        perform private.raise_error('BRAND_NOT_FOUND');
    end;
  end if;
  return v_hold;
end
$$;
revoke all on function public.set_legal_hold(text, uuid, uuid, uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.set_legal_hold(text, uuid, uuid, uuid) to service_role;
comment on function public.set_legal_hold(text, uuid, uuid, uuid) is
  E'Keeps all of a user, a session or a brand from being deleted, wiped or erased.\n\n'
  'One of p_user_id, p_session_id and p_brand_id. p_reason: 1 to 1,000 characters. '
  'Returns: the hold; the one that lasts already, unchanged. Who: service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN; PT404 USER_NOT_FOUND, SESSION_NOT_FOUND, '
  'BRAND_NOT_FOUND.';

-- Definer: nobody may write holds by themselves; service_role alone.
create function public.release_legal_hold(p_hold_id uuid, p_reason text)
returns public.legal_holds
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_hold public.legal_holds;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Legal holds are released by service_role.');
  elsif coalesce(char_length(p_reason) not between 1 and 1000, true) then
    perform private.raise_error('INVALID_ARGUMENT', 'p_reason has 1 to 1000 characters.');
  end if;
  update public.legal_holds as h set released_at = now(), release_reason = p_reason
  where h.id = p_hold_id and h.released_at is null
  returning * into v_hold;
  if not found then
    select * into v_hold from public.legal_holds as h where h.id = p_hold_id;
    if not found then
      perform private.raise_error('HOLD_NOT_FOUND');
    end if;
  end if;
  return v_hold;
end
$$;
revoke all on function public.release_legal_hold(uuid, text)
  from public, anon, authenticated, service_role;
grant execute on function public.release_legal_hold(uuid, text) to service_role;
comment on function public.release_legal_hold(uuid, text) is
  E'Ends a hold.\n\n'
  'p_reason: 1 to 1,000 characters. Returns: the hold; unchanged when it has ended already. '
  'Who: service_role. Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN; PT404 HOLD_NOT_FOUND.';

-- Before the row goes: holds go with what they held, once they have ended.
create function private.tg__keep_held()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.has_holds() then
    if tg_table_name = 'users' then
      if private.is_held(old.id, null) or exists (
        select 1
        from public.conversation_sessions as s
        where s.user_id = old.id and private.is_held(null, s.id, s.brand_id)
      ) then
        perform private.raise_error('LEGAL_HOLD');
      end if;
    elsif tg_table_name = 'brands' then
      -- Its hold would go with it.
      if private.is_held(null, null, old.id) then
        perform private.raise_error('LEGAL_HOLD');
      end if;
    elsif private.is_held(old.user_id, old.id, old.brand_id) then
      perform private.raise_error('LEGAL_HOLD');
    end if;
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
revoke all on function private.tg__keep_held() from public, anon, authenticated, service_role;
comment on function private.tg__keep_held() is
  'Refuses to delete or wipe a session, user or brand that a hold keeps (PT409 LEGAL_HOLD).';

create trigger users_10_keep_held before delete on auth.users
  for each row execute function private.tg__keep_held();
create trigger conversation_sessions_10_keep_held before delete on public.conversation_sessions
  for each row execute function private.tg__keep_held();
create trigger conversation_sessions_10_keep_held_content before update of wiped_at
  on public.conversation_sessions for each row when (old.wiped_at is distinct from new.wiped_at)
  execute function private.tg__keep_held();

-- Not on a table of that name which the project has of its own.
do $$
begin
  if to_regproc('private.tg_brands__add_owner') is not null then
    create trigger brands_10_keep_held before delete on public.brands
      for each row execute function private.tg__keep_held();
  end if;
end
$$;

create function private.tg__keep_held_rows()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.has_holds() and exists (
    select 1
    from (select distinct o.user_id, o.session_id from old_rows as o) as d
    where private.is_held(d.user_id, d.session_id)
  ) then
    perform private.raise_error('LEGAL_HOLD');
  end if;
  return null;
end
$$;
revoke all on function private.tg__keep_held_rows() from public, anon, authenticated, service_role;
comment on function private.tg__keep_held_rows() is
  'Refuses to delete rows of a session that a hold keeps (PT409 LEGAL_HOLD).';

create trigger conversation_messages_60_keep_held after delete on public.conversation_messages
  referencing old table as old_rows for each statement
  execute function private.tg__keep_held_rows();
-- What else hangs on a session. Files may be left out, and a project may have a table of such a name.
do $$
declare
  v_table text;
begin
  for v_table in
    select t.name
    from (
      values
        ('session_events', 'private.tg_conversation_sessions__record_event'),
        ('tool_executions', 'private.add_tool_executions'),
        ('agent_logs', 'private.make_log_partition'),
        ('attachments', 'private.tg_attachments__place'),
        ('message_feedback', 'private.tg_message_feedback__place'),
        ('session_clients', 'private.find_chat_session'),
        ('session_outcomes', 'private.write_outcome'),
        ('message_retrievals', 'private.log_chat_turn')
    ) as t (name, made_with)
    where to_regproc(t.made_with) is not null
  loop
    execute format(
      'create trigger %1$s_60_keep_held after delete on public.%1$s
       referencing old table as old_rows for each statement
       execute function private.tg__keep_held_rows()',
      v_table
    );
  end loop;
end
$$;
