-- 0250_content_modes: how much of a text is kept, on every way in; and how it goes while numbers stay.
-- Makes: public.redaction_patterns, wipe_session_content; private.redact, private.redact_json,
--   private.kept_expression, private.make_content_triggers, private.wipe_sessions and the triggers
--   *_25_apply_content_mode.
-- Needs: 0010, 0030, 0050, 0240. Locks: each table with content (trigger). Breaking: no.

create table public.redaction_patterns (
  name         text         not null constraint redaction_patterns_pkey primary key
    constraint redaction_patterns_name_format check (name ~ '^[a-z0-9_]{1,63}$'),
  pattern      text         not null
    constraint redaction_patterns_pattern_length check (length(pattern) between 1 and 1000),
  replacement  text         not null
    constraint redaction_patterns_replacement_length check (length(replacement) <= 200),
  position     integer      not null default 100,
  is_enabled   boolean      not null default true,
  updated_at   timestamptz  not null default now()
);
comment on table public.redaction_patterns is
  E'What sessions of mode redacted do not keep.\n\n'
  'Best effort: a pattern finds what looks like it. Applied in order of position and name. '
  'Who: service_role reads and writes.';
comment on column public.redaction_patterns.name is 'What it finds: a-z, 0-9 and _, at most 63.';
comment on column public.redaction_patterns.pattern is
  'Regular expression of Postgres, upper and lower case alike; none that matches an empty text, be it at '
  'the edge of a word. Bound what repeats: it runs on texts of 1 MiB.';
comment on column public.redaction_patterns.replacement is 'What stands there instead; \1 is a group.';
comment on column public.redaction_patterns.position is 'Place in the order; small ones first.';
comment on column public.redaction_patterns.is_enabled is 'Whether it is applied.';
comment on column public.redaction_patterns.updated_at is 'Last change of the row.';

alter table public.redaction_patterns enable row level security;
revoke all on table public.redaction_patterns from public, anon, authenticated, service_role;
grant select, delete on table public.redaction_patterns to service_role;
grant insert (name, pattern, replacement, position, is_enabled)
  on table public.redaction_patterns to service_role;
grant update (name, pattern, replacement, position, is_enabled)
  on table public.redaction_patterns to service_role;

create function private.tg_redaction_patterns__check()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_piece text;
  v_rest text := '';
  v_depth integer := 0;
begin
  begin
    -- What only looks at its place takes no letter: edges of words, and what must or must not be beside.
    for v_piece in
      select m.found[1]
      from regexp_matches(
        new.pattern,
        '(\\.|\[\^?\]?(?:\[:[a-z]+:\]|\[[.=][^]]*[.=]\]|\\.|[^]\\])*\]|\(\?<?[=!]|.)', 'g'
      ) with ordinality as m (found, place)
      order by m.place
    loop
      if v_depth > 0 then
        v_depth := v_depth + case when v_piece like '(%' then 1 when v_piece = ')' then -1 else 0 end;
      elsif v_piece ~ '^\(\?<?[=!]$' then
        v_depth := 1;
      elsif v_piece !~ '^\\[mMyY]$' then
        v_rest := v_rest || v_piece;
      end if;
    end loop;
    -- An empty text would become the replacement between any two letters.
    if '' ~* new.pattern or '' ~* v_rest then
      perform private.raise_error('INVALID_ARGUMENT', 'The pattern matches nothing at all, so everywhere.');
    end if;
    perform regexp_replace('x', new.pattern, new.replacement, 'gi');
  exception
    when invalid_regular_expression then
      perform private.raise_error('INVALID_ARGUMENT', 'The pattern is no regular expression of Postgres.');
  end;
  new.updated_at := now();
  return new;
end
$$;
revoke all on function private.tg_redaction_patterns__check()
  from public, anon, authenticated, service_role;
comment on function private.tg_redaction_patterns__check() is
  'Refuses a pattern that does not compile or matches an empty text, be it between two letters alone '
  '(PT400 INVALID_ARGUMENT).';

create trigger redaction_patterns_20_check before insert or update on public.redaction_patterns
  for each row execute function private.tg_redaction_patterns__check();

insert into public.redaction_patterns (name, pattern, replacement, position)
values
  ('jwt', '\meyJ[a-z0-9_-]{6,}\.[a-z0-9_-]{6,}(?:\.[a-z0-9_-]*)?', '[token]', 10),
  ('api_key',
    '\m(?:sk|pk|rk|gh[pousr]|github_pat|glpat|xox[abp]|sbp|sb_secret|sb_publishable)[-_][a-z0-9_-]{16,}'
    '|\mAIza[a-z0-9_-]{32,}',
    '[key]', 20),
  ('aws_key', '\m(?:AKIA|ASIA)[A-Z0-9]{16}\M', '[key]', 30),
  -- Without bounds: with them, 1 MiB of addresses takes ten times as long.
  ('email', '[^\s@<>"''(),;:]+@[^\s@<>"''(),;:]+\.[^\s@<>"''(),;:.]{2,}', '[email]', 40),
  ('iban', '\m[a-z]{2}[0-9]{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,4})?\M', '[iban]', 50),
  ('card', '\m(?:[3-6](?:[ -]?[0-9]){12,18}|2[2-7](?:[ -]?[0-9]){14})\M', '[card]', 60),
  ('ssn', '\m[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}\M', '[ssn]', 70),
  ('phone',
    '(?:\+|\m00)[1-9](?:[ ()./-]{0,3}[0-9]){6,14}|\(?\m[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}\M'
    '|\m0[1-9][0-9]{1,4}[ /-][0-9](?:[ /-]?[0-9]){4,10}\M',
    '[phone]', 80),
  ('ipv4', '\m(?:[0-9]{1,3}\.){3}[0-9]{1,3}\M', '[ip]', 90),
  -- Shortened by :: too. One group alone before it has a digit at an end, because names in code have seldom
  -- one. No look ahead, which takes a hundred times as long.
  ('ipv6',
    '\m(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}\M'
    '|\m(?:(?:[0-9a-f]{2,3}[0-9]|[0-9][0-9a-f]{2,3}):|(?:[0-9a-f]{1,4}:){2,6})(?::[0-9a-f]{1,4}){1,6}\M',
    '[ip]', 91);

create function private.redact(p_text text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_pattern record;
  -- Arguments of tool calls are JSON inside of a text. In \n4111 no number begins, so a mark is put between.
  v_is_marked constant boolean := position('\' in p_text) > 0 and position(E'\x01' in p_text) = 0;
begin
  if p_text = '' or p_text is null then
    return p_text;
  elsif v_is_marked then
    p_text := regexp_replace(p_text, '\\(?:[bfnrt]|u[0-9a-f]{4})', E'\\&\x01', 'gi');
  end if;
  for v_pattern in
    select r.pattern, r.replacement
    from public.redaction_patterns as r
    where r.is_enabled
    order by r.position, r.name
  loop
    p_text := regexp_replace(p_text, v_pattern.pattern, v_pattern.replacement, 'gi');
  end loop;
  return case when v_is_marked then replace(p_text, E'\x01', '') else p_text end;
end
$$;
revoke all on function private.redact(text) from public, anon, authenticated, service_role;
comment on function private.redact(text) is 'A text without what the redaction patterns find.';

-- By pieces of its text: names, texts and numbers, however deep they lie.
create function private.redact_json(p_json jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_text constant text := p_json::text;
  v_unescaped constant text := regexp_replace(v_text, '\\(?:u[0-9a-f]{4}|.)', ' ', 'g');
  v_pieces text[];
  v_kept text[];
  v_has_names boolean;
begin
  -- Most values have nothing to hide. Escapes are looked at as blanks too: in \n4111 no number begins.
  if private.redact(v_text) = v_text
    and (
      position('\' in v_text) = 0
      or private.redact(v_unescaped) = v_unescaped
    )
  then
    return p_json;
  end if;
  select
    array_agg(k.piece order by k.place), array_agg(k.kept order by k.place),
    bool_or(k.kept <> k.piece and k.piece like '"%' and k.next_piece like ':%')
  into v_pieces, v_kept, v_has_names
  from (
    select
      m.place, m.found[1] as piece, lead(m.found[1]) over (order by m.place) as next_piece,
      case
        when m.found[1] like '"%' then to_jsonb(private.redact(m.found[1]::jsonb #>> '{}'))::text
        when m.found[1] ~ '^[0-9.eE+-]+$' and private.redact(m.found[1]) <> m.found[1]
          then to_jsonb(private.redact(m.found[1]))::text
        else m.found[1]
      end as kept
    from regexp_matches(
      v_text, '("(?:[^"\\]|\\.)*"|[][{}]|[0-9.eE+-]+|[^]["{}0-9.eE+-]+)', 'g'
    ) with ordinality as m (found, place)
  ) as k;
  if not v_has_names then
    return array_to_string(v_kept, '')::jsonb;
  end if;
  -- Names that became the same: the next ones get a number, so that each keeps its value.
  return (
    with pieces as (
      select
        t.*, t.piece like '"%' and lead(t.piece) over (order by t.place) like ':%' as is_name,
        sum(case when t.piece in ('{', '[') then 1 when t.piece in ('}', ']') then -1 else 0 end)
          over (order by t.place) as depth
      from unnest(v_pieces, v_kept) with ordinality as t (piece, kept, place)
    ),
    -- A name belongs to what was opened last at its depth.
    names as (
      select
        w.*,
        row_number() over (
          partition by w.opened_at, w.kept order by w.kept <> w.piece, w.place
        ) as occurrence
      from (
        select
          p.*,
          max(p.place) filter (where p.piece in ('{', '['))
            over (partition by p.depth order by p.place) as opened_at
        from pieces as p
      ) as w
      where w.is_name
    ),
    -- The highest number that stands behind a name already.
    numbers as (
      select
        n.opened_at, regexp_replace(n.kept, ' [0-9]{1,18}"$', '"') as kept,
        max(substring(n.kept, ' ([0-9]{1,18})"$')::bigint) as number
      from names as n
      where n.kept ~ ' [0-9]{1,18}"$'
      group by 1, 2
    ),
    numbered as (
      select
        n.place,
        format('%s %s"', left(n.kept, -1), greatest(u.number, 1) + n.occurrence - 1) as kept
      from names as n
      left join numbers as u on u.opened_at = n.opened_at and u.kept = n.kept
      where n.occurrence > 1
    )
    select string_agg(coalesce(n.kept, p.kept), '' order by p.place)
    from pieces as p
    left join numbered as n on n.place = p.place
  )::jsonb;
end
$$;
revoke all on function private.redact_json(jsonb) from public, anon, authenticated, service_role;
comment on function private.redact_json(jsonb) is
  'A JSON value whose names, texts and numbers are without what the redaction patterns find. Names of one '
  'object that become the same are numbered.';

create function private.kept_expression(
  p_value text,
  p_type regtype,
  p_mode public.content_mode
)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_mode = 'redacted' and p_type::oid = any ('{text,jsonb,text[]}'::regtype[]::oid[]) then
    return format(
      case p_type
        when 'text'::regtype then 'private.redact(%1$s)'
        when 'jsonb'::regtype then 'private.redact_json(%1$s)'
        else 'case when %1$s is not null then array('
          'select private.redact(e.text) from unnest(%1$s) with ordinality as e (text, place) '
          'order by e.place) end'
      end,
      p_value
    );
  end if;
  -- What was null stays null, an array of texts its length: numbers are made of them.
  return format(
    case p_type
      when 'text'::regtype then 'case when %1$s is not null then '''' end'
      when 'jsonb'::regtype then
        'case jsonb_typeof(%1$s) when ''object'' then ''{}'' when ''array'' then ''[]'' '
        'else case when %1$s is not null then ''null'' end end::jsonb'
      when 'text[]'::regtype then
        'case when %1$s is not null then array_fill(''''::text, array[cardinality(%1$s)]) end'
      -- Vectors and scores.
      else 'null::%2$s'
    end,
    p_value, p_type
  );
end
$$;
revoke all on function private.kept_expression(text, regtype, public.content_mode)
  from public, anon, authenticated, service_role;
comment on function private.kept_expression(text, regtype, public.content_mode) is
  'SQL for what a mode keeps of a value of class content, itself an expression.';

create function private.content_columns(p_table regclass)
returns table (column_name text, column_type regtype)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
    select a.attname::text, a.atttypid::regtype
    from private.data_columns as d
    join pg_catalog.pg_attribute as a
      on a.attrelid = p_table and a.attname = d.column_name and not a.attisdropped
    where d.table_name = (
      select n.nspname || '.' || c.relname
      from pg_catalog.pg_class as c
      join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
      where c.oid = p_table
    ) and d.class = 'content'
    order by a.attnum;
end
$$;
revoke all on function private.content_columns(regclass)
  from public, anon, authenticated, service_role;
comment on function private.content_columns(regclass) is
  'The columns of a table that hold content, and their types.';

create function private.content_condition(p_table regclass, p_prefix text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select
      string_agg(
        format(
          '%s is distinct from %s',
          p_prefix || quote_ident(k.column_name),
          private.kept_expression(p_prefix || quote_ident(k.column_name), k.column_type, 'none')
        ),
        ' or ' order by k.column_name
      )
    from private.content_columns(p_table) as k
  );
end
$$;
revoke all on function private.content_condition(regclass, text)
  from public, anon, authenticated, service_role;
comment on function private.content_condition(regclass, text) is
  'SQL for whether a row of a table holds content; p_prefix stands before each column.';

-- Written out by table, because what is put together for every row is planned for every row. What a row
-- holds from before its session became stricter stays: a column is looked at when it changes, and in a new
-- row, where old is null.
create function private.make_content_triggers()
returns void
language plpgsql
volatile
set search_path = ''
as $outer$
declare
  v_table record;
begin
  for v_table in
    select
      t.table_name, c.relname,
      t.table_name in ('public.conversation_messages', 'public.conversation_sessions') as has_mode,
      string_agg(
        format(
          'if new.%1$I is distinct from old.%1$I then new.%1$I := %2$s; end if;', k.column_name,
          private.kept_expression(format('new.%I', k.column_name), k.column_type, 'none')
        ),
        E'\n    ' order by k.column_name
      ) as blanked,
      string_agg(
        format(
          'if new.%1$I is distinct from old.%1$I then new.%1$I := %2$s; end if;', k.column_name,
          private.kept_expression(format('new.%I', k.column_name), k.column_type, 'redacted')
        ),
        E'\n    ' order by k.column_name
      ) as redacted,
      string_agg(quote_ident(k.column_name), ', ' order by k.column_name) as columns
    from private.data_tables as t
    join pg_catalog.pg_class as c on c.oid = to_regclass(t.table_name)
    cross join lateral private.content_columns(c.oid) as k
    where t.on_wipe <> 'keep' and t.session_column is not null and t.table_name like 'public.%'
    group by t.table_name, c.relname
  loop
    -- Definer: reads sessions and patterns that the writer may not.
    execute format(
      $f$
create or replace function private.tg_%1$s__apply_content_mode()
returns trigger
language plpgsql
security definer
set search_path = ''
as $body$
declare
  v_mode public.content_mode;%5$s
begin
  %2$s
  if v_mode = 'none' then
    %3$s
  elsif v_mode = 'redacted' then
    %4$s
  end if;
  return new;
end
$body$
      $f$,
      v_table.relname,
      case
        when v_table.table_name = 'public.conversation_messages' then
          $f$v_mode := new.content_mode;
  -- What is said of a message later follows its session. A running one keeps the mode that it began in, and
  -- so does the end of one that was interrupted.
  if tg_op = 'UPDATE' and old.status <> 'streaming'
    and (old.status <> 'interrupted' or new.status = 'interrupted')
  then
    v_mode := greatest(
      v_mode, (select s.content_mode from public.conversation_sessions as s where s.id = new.session_id)
    );
  end if;$f$
        when v_table.has_mode then 'v_mode := new.content_mode;'
        -- Locked: a wipe waits for the row, or the row for the wipe.
        else
          $f$select s.content_mode, s.wiped_at >= s.last_activity_at
  into v_mode, v_is_wiped
  from public.conversation_sessions as s
  where s.id = new.session_id
  for key share;
  -- After a wipe it holds content again, which retention would not look for.
  if v_is_wiped and v_mode <> 'none' and (
    $f$ || private.content_condition(v_table.table_name::regclass, 'new.') || $f$
  ) then
    update public.conversation_sessions as s
    set last_activity_at = s.wiped_at + interval '1 microsecond'
    where s.id = new.session_id and s.wiped_at >= s.last_activity_at;
  end if;$f$
      end,
      case v_table.table_name
        -- What is copied has lost its text already and keeps what is known of it.
        when 'public.conversation_messages' then
          $f$if new.content_mode = 'none' and (new.content <> '' or new.content_length is null) then
      new.content_length := char_length(new.content) + case
        when tg_op = 'UPDATE' and new.status = 'streaming' then coalesce(new.content_length, 0)
        else 0
      end;
      new.content_sha256 := case
        when new.status <> 'streaming' then sha256(convert_to(new.content, 'UTF8'))
      end;
    end if;
    $f$
        else ''
      end || v_table.blanked,
      v_table.redacted,
      case when v_table.has_mode then '' else E'\n  v_is_wiped boolean;' end
    );
    -- After the place is given, which knows the session; before anything is made of the text.
    execute format(
      'revoke all on function private.tg_%1$s__apply_content_mode()
         from public, anon, authenticated, service_role;
       comment on function private.tg_%1$s__apply_content_mode() is
         ''Leaves of a row what the mode of its session keeps. By private.make_content_triggers.'';
       create or replace trigger %1$s_25_apply_content_mode before insert or update of %2$s on %3$s
         for each row %4$s execute function private.tg_%1$s__apply_content_mode()',
      v_table.relname, v_table.columns, v_table.table_name,
      case when v_table.has_mode then 'when (new.content_mode <> ''full'')' else '' end
    );
  end loop;
end
$outer$;
revoke all on function private.make_content_triggers() from public, anon, authenticated, service_role;
comment on function private.make_content_triggers() is
  'Makes the triggers *_25_apply_content_mode from private.data_columns; to be called again after a column '
  'of class content was added.';
select private.make_content_triggers();

-- Where a message keeps all, its session may have become stricter. Apart, because a WHEN knows no session,
-- and the parts of a running answer are not held up by a look for one.
create trigger conversation_messages_25_follow_session
  before update of mood, metadata, action_taken, questions_asked, delegation_plan
  on public.conversation_messages for each row when (new.content_mode = 'full')
  execute function private.tg_conversation_messages__apply_content_mode();

create function private.tg_attachments__refuse_unkept()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if (
    select s.content_mode
    from public.conversation_sessions as s
    where s.id = new.session_id
  ) = 'none' then
    perform private.raise_error('FORBIDDEN', 'This session keeps no content, and so no files.');
  end if;
  return new;
end
$$;
revoke all on function private.tg_attachments__refuse_unkept()
  from public, anon, authenticated, service_role;
comment on function private.tg_attachments__refuse_unkept() is
  'Refuses files of sessions that keep no content (PT403 FORBIDDEN).';

-- A project may have a table of that name itself.
do $$
begin
  if to_regproc('private.tg_attachments__place') is not null then
    create trigger attachments_22_refuse_unkept before insert on public.attachments
      for each row execute function private.tg_attachments__refuse_unkept();
  end if;
end
$$;

create function private.tg_conversation_sessions__follow_brand()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Locked: a brand that becomes stricter at this moment goes first, or finds this session.
  new.content_mode := greatest(
    new.content_mode, (select b.content_mode from public.brands as b where b.id = new.brand_id for share)
  );
  return new;
end
$$;
revoke all on function private.tg_conversation_sessions__follow_brand()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__follow_brand() is
  'Makes a session keep no more than its brand allows.';

create function private.tg_brands__raise_content_mode()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if new.content_mode < old.content_mode and not private.is_trusted_caller() then
    perform private.raise_error(
      'FORBIDDEN', 'Who manages a brand makes it keep less; only the server makes it keep more.'
    );
  end if;
  update public.conversation_sessions as s set content_mode = new.content_mode
  where s.brand_id = new.id and s.content_mode < new.content_mode;
  return null;
end
$$;
revoke all on function private.tg_brands__raise_content_mode()
  from public, anon, authenticated, service_role;
comment on function private.tg_brands__raise_content_mode() is
  'Makes the sessions of a brand as strict as it becomes. What they hold already stays. Refuses that its '
  'owners and admins make it less strict (PT403 FORBIDDEN).';

-- Brands of the project's own have no mode.
do $$
begin
  if to_regproc('private.tg_brands__add_owner') is not null then
    create trigger conversation_sessions_15_follow_brand
      before insert or update of brand_id, content_mode on public.conversation_sessions
      for each row when (new.brand_id is not null)
      execute function private.tg_conversation_sessions__follow_brand();
    create trigger brands_80_raise_content_mode after update of content_mode on public.brands
      for each row when (new.content_mode <> old.content_mode)
      execute function private.tg_brands__raise_content_mode();
  end if;
end
$$;

-- Callable by definer functions only.
create function private.wipe_sessions(
  p_session_ids uuid[],
  p_before timestamptz default 'infinity',
  p_keep_pinned boolean default false
)
returns bigint
language plpgsql
volatile
set search_path = ''
-- The lists of tables are too small to be analyzed: taken for large, their query would be compiled each time.
set jit = off
as $$
declare
  v_session_ids uuid[];
  v_table record;
  v_rows bigint;
  v_wiped bigint := 0;
begin
  -- Who is deleting holds messages before sessions; those sessions are left for another time, as are
  -- those in use. wipe_session_content has locked its own.
  select array_agg(s.id) into v_session_ids
  from (
    select s.id
    from public.conversation_sessions as s
    where s.id = any (p_session_ids) and s.last_activity_at < p_before
      and (s.pinned_at is null or not p_keep_pinned)
      and (
        s.user_id is null
        or pg_try_advisory_xact_lock_shared(1953854049, hashtext(s.user_id::text))
      )
    order by s.id
    -- Not only against who writes the session: logs and feedback under way hold its key.
    for update skip locked
  ) as s;
  for v_table in
    select
      c.oid::regclass as name, t.on_wipe, t.session_column,
      string_agg(
        format(
          '%I = %s', k.column_name,
          private.kept_expression(quote_ident(k.column_name), k.column_type, 'none')
        ),
        ', '
      ) as blank,
      private.content_condition(c.oid, '') as is_left,
      exists (
        select 1
        from private.data_columns as d
        where d.table_name = t.table_name and d.column_name = 'request_hash'
      ) as has_hash
    from private.data_tables as t
    join pg_catalog.pg_class as c on c.oid = to_regclass(t.table_name)
    left join lateral private.content_columns(c.oid) as k on true
    where t.on_wipe <> 'keep' and t.session_column is not null
    group by c.oid, t.table_name, t.on_wipe, t.session_column, t.export_order
    -- The session last: wiped_at tells that all is done. What is not exported first: who streams holds the
    -- stream before its message.
    order by t.session_column = 'id', t.export_order nulls first
  loop
    if v_table.on_wipe = 'delete' then
      execute format('delete from %s where %I = any ($1)', v_table.name, v_table.session_column)
      using v_session_ids;
    else
      execute format(
        'update %s set %s where %I = any ($1) and (%s)',
        v_table.name,
        v_table.blank || case
          when v_table.name = 'public.conversation_messages'::regclass then
            ', content_length = coalesce(content_length, char_length(content)), content_mode = ''none'',
            content_sha256 = null, request_hash = '''''
          when v_table.name = 'public.conversation_sessions'::regclass then
            ', wiped_at = clock_timestamp(), request_hash = null'
          when v_table.has_hash then ', request_hash = '''''
          else ''
        end,
        v_table.session_column,
        case
          when v_table.name = 'public.conversation_sessions'::regclass then 'true'
          when v_table.has_hash then 'request_hash <> '''' or ' || v_table.is_left
          else v_table.is_left
        end
      ) using v_session_ids;
    end if;
    get diagnostics v_rows = row_count;
    v_wiped := v_wiped + v_rows;
  end loop;
  return v_wiped;
end
$$;
revoke all on function private.wipe_sessions(uuid[], timestamptz, boolean)
  from public, anon, authenticated, service_role;
comment on function private.wipe_sessions(uuid[], timestamptz, boolean) is
  'Empties every column of class content of sessions without activity since p_before and of what hangs '
  'on them; numbers stay, files go. Returns: rows changed. Sessions that are in use or whose user is '
  'deleting at this moment are left out.';

-- Definer: writes content and wiped_at, which no caller may; the caller's own session.
create function public.wipe_session_content(p_session_id uuid)
returns public.conversation_sessions
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_session public.conversation_sessions;
begin
  perform private.lock_session(p_session_id);
  -- Waits for logs and feedback under way.
  perform 1 from public.conversation_sessions as s where s.id = p_session_id for update;
  perform private.wipe_sessions(array[p_session_id]);
  select * into v_session from public.conversation_sessions as s where s.id = p_session_id;
  return v_session;
end
$$;
revoke all on function public.wipe_session_content(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.wipe_session_content(uuid) to authenticated, service_role;
comment on function public.wipe_session_content(uuid) is
  E'Empties all texts of a session for good, with its tool payloads, logs and files; numbers stay.\n\n'
  'What is written into it later is kept again. Returns: the session. '
  'Who: its user, service_role. Errors: PT404 SESSION_NOT_FOUND; PT409 LEGAL_HOLD.';
