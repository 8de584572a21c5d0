-- 0260_audit_log: who looked at, took out, erased or held back what, in a chain that shows every change.
-- Makes: public.audit_log, verify_audit_chain, read_session_as_admin; private.subject_keys,
--   private.audit_head, private.audit_reasons, private.pseudonym, private.write_audit.
-- Needs: 0010, 0030, 0050; of 0180 and 0230 what is there. Locks: legal_holds (trigger). Breaking: no.

create type public.audit_action as enum (
  'session_read', 'session_claimed', 'data_exported', 'data_erased', 'erasure_refused', 'hold_placed',
  'hold_released', 'retention_run'
);
comment on type public.audit_action is 'What was done.';

-- Who has the key of a person can tell which rows are theirs; without it nobody can.
create table private.subject_keys (
  user_id  uuid   not null constraint subject_keys_pkey primary key
    constraint subject_keys_user_id_fkey references auth.users (id) on delete cascade,
  key      bytea  not null default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
);
comment on table private.subject_keys is
  E'The key of each person that audit_log names. It goes with the user, and with it the name.\n\n'
  'Writes: private.pseudonym only.';
comment on column private.subject_keys.user_id is 'The person.';
comment on column private.subject_keys.key is '32 random bytes.';

create table public.audit_log (
  id             bigint               not null constraint audit_log_pkey primary key,
  at             timestamptz          not null default clock_timestamp(),
  action         public.audit_action  not null,
  actor          text                 not null,
  subject        text,
  details        jsonb                not null default '{}',
  previous_hash  bytea                not null,
  hash           bytea                not null
);
comment on table public.audit_log is
  E'What was done with people''s data, each row chained to the one before.\n\n'
  'People stand in it as HMAC-SHA-256 pseudonyms; erasing a person deletes the key, and the row tells '
  'of nobody any more. No content. verify_audit_chain finds what was changed. '
  'Who: service_role reads. Writes: the functions that it tells of only.';
comment on column public.audit_log.id is 'Place in the chain: 1, 2, 3, without a gap.';
comment on column public.audit_log.at is 'When.';
comment on column public.audit_log.action is 'What was done.';
comment on column public.audit_log.actor is
  'Who did it: the pseudonym of a user, or the name of a database role.';
comment on column public.audit_log.subject is 'Whose data: a pseudonym; null: nobody''s in particular.';
comment on column public.audit_log.details is 'Numbers, choices and hashes. JSON object.';
comment on column public.audit_log.previous_hash is 'hash of the row before; of the first, empty.';
comment on column public.audit_log.hash is 'SHA-256 of previous_hash and all other columns.';

-- Whose data is being exported.
create index audit_log_subject_at_idx on public.audit_log (subject, at) where action = 'data_exported';

create table private.audit_head (
  is_only_row  boolean  not null default true constraint audit_head_pkey primary key
    constraint audit_head_is_only_row_true check (is_only_row),
  id           bigint   not null,
  hash         bytea    not null
);
comment on table private.audit_head is
  E'The end of the chain: without it, rows could be cut off there.\n\nWrites: private.write_audit only.';
comment on column private.audit_head.is_only_row is 'True: there is one row.';
comment on column private.audit_head.id is 'id of the last row of audit_log; 0: none yet.';
comment on column private.audit_head.hash is 'hash of that row; empty: none yet.';
insert into private.audit_head (id, hash) values (0, '');

-- A reason may name people, so it is kept apart and goes with the person; the chain has its HMAC.
create table private.audit_reasons (
  audit_id    bigint  not null constraint audit_reasons_pkey primary key
    constraint audit_reasons_audit_id_fkey references public.audit_log (id) on delete cascade,
  user_id     uuid    not null constraint audit_reasons_user_id_fkey
    references auth.users (id) on delete cascade,
  session_id  uuid    not null,
  reason      text    not null
);
comment on table private.audit_reasons is
  E'Why somebody''s session was read, as the reader put it.\n\nWrites: read_session_as_admin only.';
comment on column private.audit_reasons.audit_id is 'The row of audit_log.';
comment on column private.audit_reasons.user_id is 'Whose session it was.';
comment on column private.audit_reasons.session_id is
  'The session that was read. No foreign key: it may be gone before its user.';
comment on column private.audit_reasons.reason is 'The reason that was given.';
-- Foreign key side of a user's deletion.
create index audit_reasons_user_id_idx on private.audit_reasons (user_id);

alter table private.subject_keys enable row level security;
alter table public.audit_log enable row level security;
alter table private.audit_head enable row level security;
alter table private.audit_reasons enable row level security;
revoke all on table
  private.subject_keys, public.audit_log, private.audit_head, private.audit_reasons
  from public, anon, authenticated, service_role;
grant select on table public.audit_log to service_role;

-- HMAC by its definition (RFC 2104), so that no extension is needed.
create function private.hmac_sha256(p_key bytea, p_message bytea)
returns bytea
language plpgsql
immutable
strict
set search_path = ''
as $$
declare
  v_inner bytea := decode(repeat('36', 64), 'hex');
  v_outer bytea := decode(repeat('5c', 64), 'hex');
begin
  if length(p_key) > 64 then
    p_key := sha256(p_key);
  end if;
  for i in 0 .. length(p_key) - 1 loop
    v_inner := set_byte(v_inner, i, get_byte(v_inner, i) # get_byte(p_key, i));
    v_outer := set_byte(v_outer, i, get_byte(v_outer, i) # get_byte(p_key, i));
  end loop;
  return sha256(v_outer || sha256(v_inner || p_message));
end
$$;
revoke all on function private.hmac_sha256(bytea, bytea)
  from public, anon, authenticated, service_role;
comment on function private.hmac_sha256(bytea, bytea) is 'HMAC-SHA-256 of a message.';

create function private.pseudonym(p_user_id uuid)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_key bytea;
begin
  -- Locked, or the key of a user who is being erased would refer to nobody.
  insert into private.subject_keys (user_id)
  select u.id from auth.users as u where u.id = p_user_id for key share
  on conflict (user_id) do nothing;
  select k.key into v_key from private.subject_keys as k where k.user_id = p_user_id;
  return encode(private.hmac_sha256(v_key, uuid_send(p_user_id)), 'hex');
end
$$;
revoke all on function private.pseudonym(uuid) from public, anon, authenticated, service_role;
comment on function private.pseudonym(uuid) is
  'What audit_log calls a user; null for nobody and for one who is gone.';

create function private.audit_hash(p_row public.audit_log)
returns bytea
language plpgsql
immutable
set search_path = ''
as $$
begin
  -- Times as microseconds: their text depends on settings.
  return sha256(
    p_row.previous_hash || convert_to(
      jsonb_build_array(
        p_row.id, (extract(epoch from p_row.at) * 1000000)::bigint, p_row.action, p_row.actor,
        p_row.subject, p_row.details
      )::text,
      'UTF8'
    )
  );
end
$$;
revoke all on function private.audit_hash(public.audit_log)
  from public, anon, authenticated, service_role;
comment on function private.audit_hash(public.audit_log) is 'The hash that a row has to have.';

create function private.audit_actor()
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
  return coalesce(
    case when not private.is_trusted_caller() then private.pseudonym(auth.uid()) end,
    nullif(current_setting('role', true), 'none'),
    session_user::text
  );
end
$$;
revoke all on function private.audit_actor() from public, anon, authenticated, service_role;
comment on function private.audit_actor() is
  'What audit_log calls the caller: the pseudonym of a user, or the name of a database role.';

-- Callable by definer functions only. One writer at a time, until the end of its transaction.
create function private.write_audit(
  p_action public.audit_action,
  p_subject text default null,
  p_details jsonb default '{}',
  p_actor text default private.audit_actor()
)
returns public.audit_log
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_head private.audit_head;
  v_row public.audit_log;
begin
  v_row.actor := p_actor;
  v_row.subject := p_subject;
  select * into strict v_head from private.audit_head as h for update;
  v_row.id := v_head.id + 1;
  v_row.at := clock_timestamp();
  v_row.action := p_action;
  v_row.details := p_details;
  v_row.previous_hash := v_head.hash;
  v_row.hash := private.audit_hash(v_row);
  insert into public.audit_log select (v_row).*;
  update private.audit_head as h set id = v_row.id, hash = v_row.hash where h.is_only_row;
  return v_row;
end
$$;
revoke all on function private.write_audit(public.audit_action, text, jsonb, text)
  from public, anon, authenticated, service_role;
comment on function private.write_audit(public.audit_action, text, jsonb, text) is
  'Adds a row to the chain: what the caller does with the data of a user, named by pseudonym.';

create function private.tg_audit_log__refuse_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.raise_error('FORBIDDEN', 'The audit log is only ever added to.');
  return null;
end
$$;
revoke all on function private.tg_audit_log__refuse_change()
  from public, anon, authenticated, service_role;
comment on function private.tg_audit_log__refuse_change() is
  'Refuses every change of the audit log but a new row (PT403 FORBIDDEN).';

create trigger audit_log_10_refuse_change before update or delete or truncate on public.audit_log
  for each statement execute function private.tg_audit_log__refuse_change();

create type public.audit_verification as (
  ok          boolean,
  row_count   bigint,
  first_bad   bigint,
  problem     text,
  head_hash   text
);
comment on type public.audit_verification is
  'What verify_audit_chain found. row_count: rows that were looked at. first_bad: id of the first row '
  'that is not as it was written, or that is missing; null: all are. problem: what is wrong with it. '
  'head_hash: the hash at the end, in hex, which receipts of erasures carry.';

-- Definer: reads the head of the chain, which nobody may; service_role alone.
create function public.verify_audit_chain()
returns public.audit_verification
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_head private.audit_head;
  v_row public.audit_log;
  v_id bigint := 0;
  v_hash bytea := ''::bytea;
  v_result public.audit_verification;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'The audit log is verified by service_role.');
  end if;
  select * into v_head from private.audit_head as h;
  v_result := row(true, 0, null, null, encode(coalesce(v_head.hash, ''), 'hex'));
  for v_row in select l.* from public.audit_log as l order by l.id loop
    v_result.row_count := v_result.row_count + 1;
    if v_row.id > v_id + 1 then
      v_result.first_bad := v_id + 1;
      v_result.problem := 'missing';
    elsif v_row.id < v_id + 1 then
      v_result.first_bad := v_row.id;
      v_result.problem := 'added';
    elsif v_row.previous_hash is distinct from v_hash then
      v_result.first_bad := v_row.id;
      v_result.problem := 'not chained to the row before';
    elsif v_row.hash is distinct from private.audit_hash(v_row) then
      v_result.first_bad := v_row.id;
      v_result.problem := 'changed';
    elsif v_row.id > coalesce(v_head.id, 0) then
      v_result.first_bad := v_row.id;
      v_result.problem := 'added';
    end if;
    exit when v_result.first_bad is not null;
    v_id := v_row.id;
    v_hash := v_row.hash;
  end loop;
  if v_result.first_bad is null and v_id < coalesce(v_head.id, v_id + 1) then
    v_result.first_bad := v_id + 1;
    v_result.problem := 'missing';
  elsif v_result.first_bad is null and v_hash <> v_head.hash then
    v_result.first_bad := v_id;
    v_result.problem := 'changed';
  end if;
  v_result.ok := v_result.first_bad is null;
  return v_result;
end
$$;
revoke all on function public.verify_audit_chain()
  from public, anon, authenticated, service_role;
grant execute on function public.verify_audit_chain() to service_role;
comment on function public.verify_audit_chain() is
  E'Looks through the audit log for rows that were changed, removed, added or moved.\n\n'
  'Returns: one row, with the first bad one. Compare head_hash with that of a receipt or a copy kept '
  'elsewhere: who may write to the tables may make a whole new chain. '
  'Who: service_role. Errors: PT403 FORBIDDEN.';

-- Holds and claims are told by triggers, so that their files need no audit log.
create function private.tg_legal_holds__audit()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.write_audit(
    (case when new.released_at is null then 'hold_placed' else 'hold_released' end)::public.audit_action,
    private.pseudonym(
      coalesce(
        new.user_id,
        (select s.user_id from public.conversation_sessions as s where s.id = new.session_id)
      )
    ),
    jsonb_build_object(
      'target',
      case
        when new.user_id is not null then 'user'
        when new.session_id is not null then 'session'
        else 'brand'
      end,
      'hold_id', new.id
    )
  );
  return null;
end
$$;
revoke all on function private.tg_legal_holds__audit()
  from public, anon, authenticated, service_role;
comment on function private.tg_legal_holds__audit() is 'Tells the audit log of holds.';

do $$
begin
  if to_regproc('private.tg__keep_held') is not null then
    create trigger legal_holds_80_audit after insert or update of released_at on public.legal_holds
      for each row execute function private.tg_legal_holds__audit();
  end if;
end
$$;

create function private.tg_session_clients__audit()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.write_audit('session_claimed', private.pseudonym(new.user_id));
  return null;
end
$$;
revoke all on function private.tg_session_clients__audit()
  from public, anon, authenticated, service_role;
comment on function private.tg_session_clients__audit() is
  'Tells the audit log that a user took a visitor''s chat over.';

do $$
begin
  if to_regproc('private.tg_conversation_sessions__carry_client') is not null then
    create trigger session_clients_80_audit after update of claimed_at on public.session_clients
      for each row when (old.claimed_at is null and new.claimed_at is not null)
      execute function private.tg_session_clients__audit();
  end if;
end
$$;

-- Definer: reads what row level security keeps for the session's user; asks for ownership of the brand,
-- and leaves an audit row in the same transaction.
create function public.read_session_as_admin(
  p_session_id uuid,
  p_reason text,
  p_limit integer default 200,
  p_before_sequence integer default null
)
returns setof public.conversation_messages
language plpgsql
volatile
security definer
set search_path = ''
rows 200
as $$
declare
  v_session record;
  v_subject text;
  v_audit public.audit_log;
begin
  -- Blanks are no reason, but they are kept with it.
  if coalesce(char_length(btrim(p_reason)) < 10 or char_length(p_reason) > 1000, true) then
    perform private.raise_error('INVALID_ARGUMENT', 'p_reason says why, in 10 to 1000 characters.');
  elsif p_limit is null or p_limit not between 1 and 200 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_limit is 1 to 200.');
  -- An error behind this call takes the audit row back, and what Postgres says of a cast quotes the text; a
  -- filter tells by the number of rows. The data API writes both out here, and values as parameters.
  elsif current_setting('request.method', true) <> '' and not private.is_trusted_caller()
    and current_query() ~* '\m(?:cast|where)\M'
  then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'Over the data API this call takes no filters, casts and embedded tables.'
    );
  end if;
  select s.user_id, s.brand_id into v_session
  from public.conversation_sessions as s
  where s.id = p_session_id and s.deleted_at is null
    and (
      private.is_trusted_caller()
      or s.brand_id = any (array(select private.my_brand_ids('{owner}')))
    );
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  -- An erasure that is on holds the user and then waits for the end of the audit log; so does this.
  perform 1 from auth.users as u where u.id = v_session.user_id for key share;
  if not found and v_session.user_id is not null then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  -- In a statement of its own: the next one sees the key that this may make.
  v_subject := private.pseudonym(v_session.user_id);
  v_audit := private.write_audit(
    'session_read', v_subject,
    jsonb_build_object(
      'brand_id', v_session.brand_id,
      'reason_hmac', encode(
        private.hmac_sha256(
          (select k.key from private.subject_keys as k where k.user_id = v_session.user_id),
          convert_to(p_reason, 'UTF8')
        ),
        'hex'
      )
    )
  );
  if v_session.user_id is not null then
    insert into private.audit_reasons (audit_id, user_id, session_id, reason)
    values (v_audit.id, v_session.user_id, p_session_id, p_reason);
  end if;
  return query
    select m.*
    from public.conversation_messages as m
    where m.id = any (array(
      select m.id
      from public.conversation_messages as m
      where m.session_id = p_session_id and m.user_id is not distinct from v_session.user_id
        and m.sequence_order < coalesce(p_before_sequence, 2147483647)
      order by m.sequence_order desc
      limit p_limit
    ))
    order by m.sequence_order;
end
$$;
revoke all on function public.read_session_as_admin(uuid, text, integer, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.read_session_as_admin(uuid, text, integer, integer)
  to authenticated, service_role;
comment on function public.read_session_as_admin(uuid, text, integer, integer) is
  E'The messages of a session of one''s brand, for an incident; every call leaves an audit row.\n\n'
  'p_reason: why, 10 to 1,000 characters; kept beside the audit log until the user is erased. '
  'p_limit: 1 to 200, default 200; p_before_sequence: for the page before. Over the data API owners choose '
  'columns and order alone, no filters, casts and embedded tables, whose errors would undo the audit row. '
  'Returns: messages of all branches, oldest first. Who: owners of the session''s brand, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND (another brand''s too).';
