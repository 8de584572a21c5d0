-- 0280_privacy: what a person may ask for: everything that is kept, and that it goes.
-- Makes: export_user_data, import_user_data, erase_user_data, public.erasure_receipts.
-- Needs: 0010, 0030, 0050, 0080, 0240, 0260; for visitors 0180. Locks: none. Breaking: no.

create type public.exported_line as (
  line         text,
  next_cursor  text
);
comment on type public.exported_line is
  'One row of an export. line: JSON, {"table": name, "row": {column: value}}; numbers have all digits, so '
  'keep it as text. next_cursor: goes on after this row.';

create table public.erasure_receipts (
  id               uuid         not null default gen_random_uuid()
    constraint erasure_receipts_pkey primary key,
  subject          text,
  erased_at        timestamptz  not null default clock_timestamp(),
  rows_erased      bigint       not null,
  counts           jsonb        not null,
  storage_objects  integer      not null,
  audit_id         bigint       not null,
  audit_hash       text         not null
);
comment on table public.erasure_receipts is
  E'What erase_user_data erased, in numbers.\n\n'
  'Who: service_role reads; who asked for the erasure gets it as the answer. '
  'Writes: erase_user_data only.';
comment on column public.erasure_receipts.id is 'Receipt id.';
comment on column public.erasure_receipts.subject is
  'The pseudonym by which the audit log knew the person; null: a visitor, or nobody was left.';
comment on column public.erasure_receipts.erased_at is 'When.';
comment on column public.erasure_receipts.rows_erased is 'Sum of counts.';
comment on column public.erasure_receipts.counts is
  'Rows erased, by table. JSON object; tables without any are left out.';
comment on column public.erasure_receipts.storage_objects is
  'Objects that were queued for deletion; the worker of the storage queue deletes them.';
comment on column public.erasure_receipts.audit_id is 'The row of the audit log.';
comment on column public.erasure_receipts.audit_hash is
  'The hash at the end of the audit log then, in hex: what came before cannot change unseen.';
alter table public.erasure_receipts enable row level security;
revoke all on table public.erasure_receipts from public, anon, authenticated, service_role;
grant select on table public.erasure_receipts to service_role;

-- A user by id, or a visitor's session; the caller's own, or any for a server.
create type private.data_subject as (
  user_id     uuid,
  session_id  uuid
);
comment on type private.data_subject is 'Whose data: those of a user, or of one session of a visitor.';

create function private.data_subject_of(
  p_user_id uuid,
  p_session_id uuid,
  p_session_token text,
  p_session_secret text
)
returns private.data_subject
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_subject private.data_subject;
begin
  if p_session_id is not null or p_session_token is not null then
    if p_user_id is not null or not private.is_trusted_caller() then
      perform private.raise_error(
        'INVALID_ARGUMENT', 'A server names the session of a visitor; a user has all of their own.'
      );
    end if;
    -- What is still there is the visitor's, wherever it is.
    v_subject.session_id := private.find_chat_session(
      p_session_id, p_session_token, p_session_secret, p_with_gone => true
    );
    if exists (
      select 1
      from public.conversation_sessions as s
      where s.id = v_subject.session_id and s.user_id is not null
    ) then
      perform private.raise_error('INVALID_ARGUMENT', 'The session has a user: name the user.');
    end if;
    return v_subject;
  end if;
  v_subject.user_id := coalesce(p_user_id, auth.uid());
  if v_subject.user_id is null then
    perform private.raise_error('INVALID_ARGUMENT', 'Name the user by p_user_id.');
  elsif v_subject.user_id is distinct from auth.uid() and not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Users have their own data; leave p_user_id out.');
  end if;
  return v_subject;
end
$$;
revoke all on function private.data_subject_of(uuid, uuid, text, text)
  from public, anon, authenticated, service_role;
comment on function private.data_subject_of(uuid, uuid, text, text) is
  'Whose data the caller may have: a user''s own; a server anybody''s, and with a secret the session that '
  'it opens. PT400 INVALID_ARGUMENT; PT403 FORBIDDEN; PT404 SESSION_NOT_FOUND.';

create function private.subject_condition(p_table private.data_tables, p_subject private.data_subject)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_by_user constant text := case
    when p_table.user_column is not null then format('r.%I = $1', p_table.user_column)
  end;
  -- As an array, which an index takes beside another condition.
  v_by_session constant text := case
    when p_table.session_column <> 'id' then format(
      'r.%I = any (array(select s.id from public.conversation_sessions as s where s.user_id = $1))',
      p_table.session_column
    )
  end;
begin
  if p_subject.session_id is not null then
    return case
      when p_table.session_column is not null
        then format('r.%I = %L::uuid', p_table.session_column, p_subject.session_id)
      else 'false'
    end;
  elsif v_by_user is not null and v_by_session is not null and exists (
    select 1
    from pg_catalog.pg_attribute as a
    where a.attrelid = p_table.table_name::regclass and a.attname = p_table.session_column
      and a.attnotnull
  ) then
    -- A row that is always of a session is its user's: by whichever of the two is in an index.
    return case
      when exists (
        select 1
        from pg_catalog.pg_index as i
        join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = p_table.table_name::regclass and a.attname = p_table.session_column
      ) then v_by_session
      else v_by_user
    end;
  end if;
  return concat_ws(' or ', v_by_user, v_by_session, p_table.of_user);
end
$$;
revoke all on function private.subject_condition(private.data_tables, private.data_subject)
  from public, anon, authenticated, service_role;
comment on function private.subject_condition(private.data_tables, private.data_subject) is
  'SQL that tells the rows r of a table that are about a person; $1 is the user.';

create function private.export_page(
  p_table private.data_tables,
  p_subject private.data_subject,
  p_after jsonb,
  p_limit integer
)
returns setof public.exported_line
language plpgsql
stable
set search_path = ''
rows 100
as $$
declare
  v_keys text;
  v_after text;
  v_secrets text[];
begin
  select
    string_agg(k.expression, ', ' order by k.place),
    string_agg(format('(%L::jsonb ->> %s)::%s', p_after, k.place - 1, k.type), ', ' order by k.place)
  into v_keys, v_after
  from (
    select
      e.place,
      format_type(a.atttypid, null) as type,
      -- A view does not know that its columns are never null.
      case
        when a.attnotnull or a.attnum < 0 then format('r.%I', a.attname)
        when a.atttypid = 'uuid'::regtype
          then format('coalesce(r.%I, ''00000000-0000-0000-0000-000000000000'')', a.attname)
        else format('r.%I', a.attname)
      end as expression
    from unnest(p_table.export_key) with ordinality as e (name, place)
    join pg_catalog.pg_attribute as a
      on a.attrelid = p_table.table_name::regclass and a.attname = e.name
  ) as k;
  select coalesce(array_agg(c.column_name), '{}') into v_secrets
  from private.data_columns as c
  where c.table_name = p_table.table_name and c.is_secret;
  return query execute format(
    'select
       jsonb_build_object(
         ''table'', %1$L, ''row'', to_jsonb(r) - %2$L::text[]
       )::text,
       translate(
         encode(convert_to(jsonb_build_array(%3$s, jsonb_build_array(%4$s))::text, ''UTF8''), ''base64''),
         E''\n'', ''''
       )
     from %5$s as r
     where (%6$s)%7$s
     order by %4$s
     limit %8$s',
    p_table.table_name,
    v_secrets,
    p_table.export_order,
    v_keys,
    p_table.table_name,
    private.subject_condition(p_table, p_subject),
    case when p_after is null then '' else format(' and (%s) > (%s)', v_keys, v_after) end,
    p_limit
  ) using p_subject.user_id;
end
$$;
revoke all on function private.export_page(private.data_tables, private.data_subject, jsonb, integer)
  from public, anon, authenticated, service_role;
comment on function private.export_page(private.data_tables, private.data_subject, jsonb, integer) is
  'The rows of one table that are about a person, after a place in the order of its export_key.';

-- Definer: reads what nobody may, such as logs; data_subject_of checks the caller.
create function public.export_user_data(
  p_user_id uuid default null,
  p_session_id uuid default null,
  p_session_token text default null,
  p_session_secret text default null,
  p_cursor text default null,
  p_limit integer default 500
)
returns setof public.exported_line
language plpgsql
volatile
security definer
set search_path = ''
rows 500
as $$
declare
  v_subject private.data_subject;
  v_place jsonb;
  v_table private.data_tables;
  v_left integer := p_limit;
  v_bytes bigint := 0;
  v_line public.exported_line;
  v_pseudonym text;
  v_actor text;
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_limit is 1 to 1000.');
  -- Nested without end, it would end the server's stack.
  elsif length(p_cursor) > 8000 then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'p_cursor is the next_cursor of a row that this function returned.'
    );
  end if;
  v_subject := private.data_subject_of(
    p_user_id, p_session_id, p_session_token, p_session_secret
  );
  begin
    v_place := convert_from(decode(p_cursor, 'base64'), 'UTF8')::jsonb;
    if p_cursor is not null then
      perform from jsonb_array_elements(coalesce(v_place -> 1, 'null'));
    end if;
    <<export>>
    for v_table in
      select t.*
      from private.data_tables as t
      where t.export_order >= coalesce((v_place ->> 0)::integer, 0)
        and to_regclass(t.table_name) is not null
        and (v_subject.session_id is null or t.session_column is not null)
      order by t.export_order
    loop
      for v_line in
        select p.line, p.next_cursor
        from private.export_page(
          v_table, v_subject,
          case when v_table.export_order = (v_place ->> 0)::integer then v_place -> 1 end, v_left
        ) as p
      loop
        return next v_line;
        v_left := v_left - 1;
        v_bytes := v_bytes + octet_length(v_line.line);
        exit export when v_left = 0 or v_bytes > 4194304;
      end loop;
    end loop;
  exception
    when data_exception then
      perform private.raise_error(
        'INVALID_ARGUMENT', 'p_cursor is the next_cursor of a row that this function returned.'
      );
  end;
  v_pseudonym := private.pseudonym(v_subject.user_id);
  v_actor := private.audit_actor();
  -- Last, because who writes next waits from here on. A cursor may be made up, or of last year.
  if p_cursor is null or not exists (
    select 1
    from public.audit_log as a
    -- Visitors have no name, and only servers ask for them: a later page is taken for one of theirs. So is
    -- that of a user who was erased meanwhile, of whom there is nothing left.
    where a.action = 'data_exported'
      and (
        (a.subject = v_pseudonym and a.actor = v_actor) or (v_pseudonym is null and a.subject is null)
      )
      and a.at > now() - interval '1 day'
  ) then
    perform private.write_audit('data_exported', v_pseudonym, p_actor => v_actor);
  end if;
end
$$;
revoke all on function public.export_user_data(uuid, uuid, text, text, text, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.export_user_data(uuid, uuid, text, text, text, integer)
  to authenticated, service_role;
comment on function public.export_user_data(uuid, uuid, text, text, text, integer) is
  E'All that is kept about a person, row by row; private.data_tables says of which tables.\n\n'
  'p_user_id: for service_role; users have their own. p_session_id or p_session_token, with '
  'p_session_secret: for a server that asks for a visitor. p_limit: 1 to 1,000, default 500; a page '
  'also ends after 4 MiB. p_cursor: next_cursor of the last row, until no row comes. Pages are read one after another: what changes '
  'meanwhile may be in the export or not. It leaves an audit row, one a day if it takes longer. '
  'Returns: lines of JSON; joined by line breaks they are JSONL, which import_user_data takes. '
  'Who: the user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN; PT404 SESSION_NOT_FOUND.';

-- Definer: writes columns that nobody may, such as times and counters; service_role alone.
create function public.import_user_data(p_user_id uuid, p_lines text[])
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_table private.data_tables;
  v_rows jsonb;
  v_count bigint;
  v_counts jsonb := '{}'::jsonb;
  v_columns text;
  v_values text;
  v_session_ids uuid[];
  v_message_ids uuid[];
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Exports are imported by service_role.');
  elsif p_lines is null or cardinality(p_lines) not between 1 and 1000 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_lines has 1 to 1000 lines of an export.');
  end if;
  -- One at a time: a move between states has no id that the same call, sent again meanwhile, would meet.
  perform pg_advisory_xact_lock(1953854280, hashtext(p_user_id::text));
  perform pg_advisory_xact_lock_shared(1953854049, hashtext(p_user_id::text));
  -- After that lock, which an erasure holds, and locked: numbers know their user by no foreign key.
  perform 1 from auth.users as u where u.id = p_user_id for key share;
  if not found then
    perform private.raise_error('USER_NOT_FOUND');
  end if;
  begin
    for v_table in
      select t.*
      from private.data_tables as t
      where t.is_imported and to_regclass(t.table_name) is not null
      order by t.export_order
    loop
      select jsonb_agg(l.line -> 'row' order by l.place) into v_rows
      from (
        select u.line::jsonb, u.place from unnest(p_lines) with ordinality as u (line, place)
      ) as l
      where l.line ->> 'table' = v_table.table_name;
      continue when v_rows is null;

      if v_table.table_name = 'private.removed_usage' then
        with given as (
          select r.*
          from jsonb_array_elements(v_rows) as e
          cross join lateral jsonb_populate_record(
            null::private.removed_usage,
            e.value || jsonb_build_object(
              'user_id', p_user_id, 'brand_id', private.known_brand_id((e.value ->> 'brand_id')::uuid)
            )
          ) as r
        ),
        -- What another export brought as messages, which count themselves.
        here as materialized (
          select private.removed_usage_id(m.id) as id
          from public.conversation_messages as m
          where m.user_id = p_user_id and m.created_at = any (array(select g.created_at from given as g))
        ),
        imported as (
          insert into private.removed_usage
          select g.*
          from given as g
          where not exists (select 1 from here as h where h.id = g.id)
          on conflict (id) do nothing
          returning *
        )
        insert into private.usage_tail
        select t.*
        from imported as i
        cross join lateral jsonb_populate_record(null::private.usage_tail, to_jsonb(i)) as t;
        get diagnostics v_count = row_count;
      else
        select
          string_agg(quote_ident(a.attname), ', ' order by a.attnum),
          string_agg(
            case
              when a.attname = v_table.user_column then '$2'
              -- Brands of another project are none here.
              when a.attname = 'brand_id' then 'private.known_brand_id(r.brand_id)'
              -- What wrote it goes on elsewhere.
              when a.attname = 'status' and v_table.table_name = 'public.conversation_messages'
                then 'case r.status when ''streaming'' then ''interrupted'' else r.status end'
              -- No more than the session keeps here.
              when a.attname = 'content_mode' and v_table.session_column = 'session_id'
                then 'greatest(r.content_mode, (
                  select s.content_mode from public.conversation_sessions as s where s.id = r.session_id
                ))'
              when a.attname = 'actor'
                then '(select u.id from auth.users as u where u.id = r.actor)'
              else format('r.%I', a.attname)
            end,
            ', ' order by a.attnum
          )
        into v_columns, v_values
        from pg_catalog.pg_attribute as a
        join private.data_columns as c
          on c.table_name = v_table.table_name and c.column_name = a.attname and not c.is_secret
        where a.attrelid = v_table.table_name::regclass and a.attnum > 0 and not a.attisdropped
          and a.attgenerated = '' and a.attidentity = '';
        if v_table.table_name = 'public.conversation_messages' then
          v_message_ids := array(
            select i.id
            from jsonb_array_elements(v_rows) as e (value)
            cross join lateral (select (e.value ->> 'id')::uuid) as i (id)
            where not exists (select 1 from public.conversation_messages as m where m.id = i.id)
          );
          -- What was deleted here and comes back was spent once: its numbers are those of the message again.
          -- Taken out before it comes: a budget that counted both would tell of a limit that was not reached.
          with taken as (
            delete from private.removed_usage as r
            using (
              select private.removed_usage_id(m.id) as id
              from jsonb_array_elements(v_rows) as e (value)
              cross join lateral jsonb_populate_record(null::public.conversation_messages, e.value) as m
              where m.id = any (v_message_ids) and exists (
                select 1
                from public.conversation_sessions as s
                where s.id = m.session_id and s.user_id = p_user_id
              )
            ) as c
            where r.id = c.id and r.user_id = p_user_id
            returning r.*
          )
          insert into private.usage_tail
          select u.*
          from taken as t
          cross join lateral jsonb_populate_record(
            null::private.usage_tail, to_jsonb(t) || jsonb_build_object('sign', -t.sign)
          ) as u;
        end if;
        execute format(
          'insert into %1$s (%2$s)
           select %3$s
           from jsonb_array_elements($1) with ordinality as e (value, place)
           cross join lateral jsonb_populate_record(null::%1$s, e.value) as r
           where %4$s
           order by e.place
           on conflict do nothing',
          v_table.table_name, v_columns, v_values,
          case v_table.table_name
            when 'public.conversation_sessions' then 'true'
            when 'public.session_events' then
              'exists (
                 select 1 from public.conversation_sessions as s
                 where s.id = r.session_id and s.user_id = $2
               ) and not exists (
                 select 1 from public.session_events as o
                 where (o.session_id, o.from_state, o.to_state, o.at)
                   = (r.session_id, r.from_state, r.to_state, r.at)
               )'
            when 'public.agent_logs' then
              'r.session_id is null or exists (
                 select 1 from public.conversation_sessions as s
                 where s.id = r.session_id and s.user_id = $2
               )'
            -- One that is there would be refused as another body where it went on, is redacted or was wiped.
            when 'public.tool_executions' then
              'exists (
                 select 1 from public.conversation_sessions as s
                 where s.id = r.session_id and s.user_id = $2
               ) and not exists (select 1 from public.tool_executions as o where o.id = r.id)'
            -- Not into what is somebody else''s here.
            else
              'exists (
                 select 1 from public.conversation_sessions as s
                 where s.id = r.session_id and s.user_id = $2
               )'
          end
        ) using v_rows, p_user_id;
        get diagnostics v_count = row_count;
      end if;
      if v_table.table_name = 'public.conversation_messages' and v_count > 0 then
        -- The foreign key looks at the commit, where nobody tells what is wrong.
        if exists (
          select 1
          from public.conversation_messages as m
          where m.id = any (v_message_ids) and m.parent_message_id is not null
            and not exists (
              select 1
              from public.conversation_messages as p
              where p.session_id = m.session_id and p.id = m.parent_message_id
            )
        ) then
          perform private.raise_error(
            'INVALID_ARGUMENT', 'A message comes after the one that it follows: import the pages before it.'
          );
        end if;
      end if;
      v_counts := v_counts || jsonb_build_object(v_table.table_name, v_count);
    end loop;
  exception
    when data_exception or integrity_constraint_violation then
      perform private.raise_error(
        'INVALID_ARGUMENT', 'p_lines are lines of export_user_data, in their order.'
      );
  end;

  v_session_ids := array(
    select distinct coalesce(l.line -> 'row' ->> 'session_id', l.line -> 'row' ->> 'id')::uuid
    from (select u.line::jsonb as line from unnest(p_lines) as u (line)) as l
    where l.line ->> 'table' in (
      'public.conversation_sessions', 'public.conversation_messages', 'public.tool_executions'
    )
  );
  -- Before they are counted: a message that another one writes meanwhile would be left out.
  perform 1
  from public.conversation_sessions as s
  where s.id = any (v_session_ids) and s.user_id = p_user_id
  order by s.id
  for no key update;
  -- Counted anew from what is here by now: a session may come in several calls.
  update public.conversation_sessions as s
  set
    message_count = m.messages,
    total_tokens = m.tokens + t.tokens,
    total_cost_usd = m.cost_usd,
    -- Of a session that was here with less of it; its end may come in a later call.
    last_sequence = greatest(s.last_sequence, m.last_sequence),
    active_message_id = coalesce(
      private.newest_leaf(s.id, s.active_message_id), s.active_message_id,
      -- It was empty when its line was written.
      private.last_message_before(s.id, s.user_id, 2147483647)
    ),
    branch_count = m.branches,
    -- After a wipe it holds content again, which retention would not look for.
    last_activity_at = case
      when m.has_text and s.wiped_at >= s.last_activity_at then s.wiped_at + interval '1 microsecond'
      else s.last_activity_at
    end
  from unnest(v_session_ids) as i (id)
  cross join lateral (
    select
      count(*) as messages, coalesce(sum(m.tokens_used), 0) as tokens,
      coalesce(sum(m.cost_usd), 0) as cost_usd, max(m.sequence_order) as last_sequence,
      bool_or(m.content <> '') as has_text,
      count(*) - count(distinct m.parent_message_id)
        - (count(*) filter (where m.parent_message_id is null) > 0)::integer as branches
    from public.conversation_messages as m
    where m.session_id = i.id
  ) as m
  cross join lateral (
    select coalesce(sum(e.tokens_used), 0) as tokens
    from public.tool_executions as e
    where e.session_id = i.id
  ) as t
  where s.id = i.id and s.user_id = p_user_id;
  return v_counts;
end
$$;
revoke all on function public.import_user_data(uuid, text[])
  from public, anon, authenticated, service_role;
grant execute on function public.import_user_data(uuid, text[]) to service_role;
comment on function public.import_user_data(uuid, text[]) is
  E'Takes lines of export_user_data in for a user, here or in another project.\n\n'
  'Sessions, messages, tool runs, feedback, outcomes, logs and numbers of what was removed keep ids, '
  'order, times and costs; brands that are not known here become none; files, profiles and budgets are '
  'not taken. p_lines: 1 to 1,000, in the order of the export; they are trusted: what somebody edited '
  'could be on another''s brand. What is there already stays as it is. '
  'Returns: rows written, by table. Who: service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN; PT404 USER_NOT_FOUND.';

-- Definer: deletes what nobody may, the account too; data_subject_of checks the caller.
create function public.erase_user_data(
  p_user_id uuid default null,
  p_session_id uuid default null,
  p_session_token text default null,
  p_session_secret text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_subject private.data_subject;
  v_pseudonym text;
  v_actor text;
  v_table private.data_tables;
  v_rows bigint;
  v_counts jsonb := '{}'::jsonb;
  v_total bigint := 0;
  v_objects integer := 0;
  v_folders text[];
  v_folder text;
  v_topics text[];
  v_audit public.audit_log;
  v_receipt public.erasure_receipts;
  v_error record;
  v_detail text;
  v_is_held boolean := false;
begin
  v_subject := private.data_subject_of(
    p_user_id, p_session_id, p_session_token, p_session_secret
  );
  -- Writes of the user wait, and find nobody.
  if v_subject.user_id is not null then
    perform pg_advisory_xact_lock(1953854049, hashtext(v_subject.user_id::text));
  end if;
  -- Before the rows, as whoever makes a partition of the logs does.
  lock table only auth.users in row exclusive mode;
  -- Who holds one of these rows may wait for another that is gone by then: this gives way, and begins again,
  -- as it does where somebody sets a hold meanwhile.
  for v_try in 1 .. 10 loop
    begin
      if v_is_held or private.is_held(v_subject.user_id, v_subject.session_id) or exists (
        select 1
        from public.conversation_sessions as s
        where s.user_id = v_subject.user_id and private.is_held(null, s.id, s.brand_id)
      ) then
        -- The answer of an error, but not raised: the audit row has to stay.
        perform private.write_audit('erasure_refused', private.pseudonym(v_subject.user_id));
        perform set_config('response.status', '409', true);
        select e.* into strict v_error from private.error_codes() as e where e.code = 'LEGAL_HOLD';
        return jsonb_build_object(
          'code', v_error.sqlstate, 'message', v_error.message, 'details', v_error.code,
          'hint', v_error.hint
        );
      end if;

      v_counts := '{}';
      v_total := 0;
      -- Names before they are gone.
      v_pseudonym := private.pseudonym(v_subject.user_id);
      v_actor := private.audit_actor();
      for v_table in
        select t.*
        from private.data_tables as t
        where t.on_erase = 'delete' and t.table_name <> 'private.storage_deletions'
          and num_nonnulls(t.user_column, t.session_column, t.of_user) > 0
          and to_regclass(t.table_name) is not null
        order by t.table_name
      loop
        execute format(
          'select count(*) from %s as r where %s',
          v_table.table_name, private.subject_condition(v_table, v_subject)
        ) into v_rows using v_subject.user_id;
        if v_rows > 0 then
          v_counts := v_counts || jsonb_build_object(v_table.table_name, v_rows);
          v_total := v_total + v_rows;
        end if;
      end loop;

      v_topics := array(
        select 'session:' || s.id
        from public.conversation_sessions as s
        where s.user_id = v_subject.user_id or s.id = v_subject.session_id
      ) || ('user:' || v_subject.user_id);
      -- A folder belongs to one person, and that of a visitor's chat to who took it over.
      v_folders := array[coalesce(v_subject.user_id::text, 'visitor/' || v_subject.session_id::text) || '/'];
      if v_subject.user_id is not null
        and to_regproc('private.tg_conversation_sessions__carry_client') is not null
      then
        v_folders := v_folders || array(
          select 'visitor/' || c.session_id || '/'
          from public.conversation_sessions as s
          join public.session_clients as c on c.session_id = s.id
          where s.user_id = v_subject.user_id
        );
      end if;
      -- Objects that no row names, too.
      if to_regclass('private.storage_deletions') is not null then
        foreach v_folder in array v_folders loop
          insert into private.storage_deletions (bucket_id, path)
          select o.bucket_id, o.name
          from storage.objects as o
          where o.bucket_id = 'attachments' and starts_with(o.name, v_folder)
            and not exists (select 1 from public.attachments as a where a.storage_path = o.name)
          on conflict on constraint storage_deletions_bucket_id_path_key do nothing;
        end loop;
      end if;
      delete from public.conversation_sessions as s
      where s.user_id = v_subject.user_id or s.id = v_subject.session_id;
      delete from auth.users as u where u.id = v_subject.user_id;
      -- Events that were sent, this one's included; the platform keeps them for days, without content.
      begin
        delete from realtime.messages as m where m.topic = any (v_topics);
      exception
        when insufficient_privilege or undefined_table then null;
      end;
      if to_regclass('private.storage_deletions') is not null then
        select count(*) into v_objects
        from unnest(v_folders) as f (folder)
        join private.storage_deletions as d
          on d.bucket_id = 'attachments' and starts_with(d.path, f.folder);
      end if;
      exit;
    exception
      when deadlock_detected or sqlstate 'PT409' then
        get stacked diagnostics v_detail = pg_exception_detail;
        -- A log about the person in a session that is held tells by its trigger alone.
        v_is_held := sqlstate = 'PT409' and v_detail = 'LEGAL_HOLD';
        if v_try = 10 or (sqlstate = 'PT409' and not v_is_held) then
          raise;
        end if;
    end;
  end loop;

  v_audit := private.write_audit(
    'data_erased', v_pseudonym, jsonb_build_object('rows', v_total, 'objects', v_objects), v_actor
  );
  insert into public.erasure_receipts (
    subject, rows_erased, counts, storage_objects, audit_id, audit_hash
  )
  values (
    v_pseudonym, v_total, v_counts, v_objects, v_audit.id, encode(v_audit.hash, 'hex')
  )
  returning * into v_receipt;
  return to_jsonb(v_receipt);
end
$$;
revoke all on function public.erase_user_data(uuid, uuid, text, text)
  from public, anon, authenticated, service_role;
grant execute on function public.erase_user_data(uuid, uuid, text, text)
  to authenticated, service_role;
comment on function public.erase_user_data(uuid, uuid, text, text) is
  E'Erases all that is kept about a person, the account included, in one step and for good.\n\n'
  'What was spent stays counted, as nobody''s. Files are queued; the worker of the storage queue deletes '
  'their objects. p_user_id: for service_role; users erase themselves. p_session_id or p_session_token, '
  'with p_session_secret: for a server that asks for a visitor. '
  'Returns: the receipt, a row of erasure_receipts; erased again, it counts 0. Who: the user, '
  'service_role. Errors: PT400 INVALID_ARGUMENT; PT403 FORBIDDEN; PT404 SESSION_NOT_FOUND; PT409 '
  'LEGAL_HOLD, which is answered like the others but not raised, so that the audit log keeps it: in SQL '
  'it is the result.';
