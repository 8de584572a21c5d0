-- Takes Turnbase out of a database again: whatever the files in migrations/ made, in one statement that
-- does all of it or nothing. Paste it into the SQL editor of Supabase, or run it as `postgres` with any
-- client. Any subset of the files may be there. A second run finds nothing to do.
--
-- It destroys every conversation: sessions, messages, tool runs, usage and costs, budgets, logs,
-- feedback, profiles, brands, the names of attached files. There is no way back but a backup. Before it:
--   1. Stop the app, and wherever it writes from.
--   2. Export what you want to keep:  npx supabase db dump --data-only --schema public,private -f data.sql
--      or table by table from the dashboard.
--   3. Download the files of bucket attachments and empty it in the dashboard (Storage) or with
--      supabase.storage.emptyBucket('attachments'). SQL never deletes stored files.
-- What you added to its tables goes with them: columns, indexes, triggers, policies, grants. What stands
-- by itself and needs one of its objects (a view, a foreign key, a function) makes it stop with an error
-- that names it, and nothing is changed.
--
-- It leaves: users, your own objects, pg_cron, and what was there before the first migration (schema
-- private, role analyst, extension btree_gist, bucket attachments: private.found_before knows). What it
-- made and still serves something else stays too; the result lists it.
-- Edge functions are no part of the database:  npx supabase functions delete <name>
do $$
declare
  v_found jsonb;
  v_owner oid;
  v_files text[];
  v_run text[];
  v_functions oid[];
  v_relations oid[];
  v_types oid[];
  v_names text;
  v_count bigint;
  v_ids bigint[];
  v_one record;
  v_drops text[];
  v_left text[];
  v_drop text;
  v_message text;
  v_detail text;
  v_kept text[] := '{}';
begin
  perform set_config('search_path', '', true);
  perform set_config('turnbase.rollback', '', false);
  if to_regprocedure('private.found_before()') is null then
    perform set_config('turnbase.rollback', 'Turnbase is not in this database: nothing to do', false);
    return;
  end if;
  execute 'select private.found_before()' into v_found;
  select p.proowner into v_owner
  from pg_catalog.pg_proc as p
  where p.oid = to_regprocedure('private.found_before()');

  -- Files may be left out, and then a table of such a name is the project's own. A file was run where one
  -- of its private objects is. Two helpers do not count: who leaves 0020 out makes them.
  with listed (file, kind, name) as (
    values
      -- begin list: from 0010_foundation.sql, by npm run format
      ('', '', '')
      -- end list
  ),
  found as (
    select l.file, l.kind, l.name, o.id
    from listed as l
    left join lateral (
      select to_regclass(l.name)::oid as id where l.kind = 'table'
      union all
      select to_regtype(l.name)::oid where l.kind = 'type'
      union all
      select p.oid
      from pg_catalog.pg_proc as p
      join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
      where l.kind = 'function' and n.nspname || '.' || p.proname = l.name
    ) as o on true
  ),
  ours as (
    select f.file, f.kind, f.name, f.id
    from found as f
    where f.id is not null and exists (
      select 1
      from found as mark
      where mark.file = f.file and mark.id is not null and mark.name like 'private.%'
        and mark.name not in ('private.my_brand_ids', 'private.tg__touch_updated_at')
    )
  )
  select
    (select array_agg(distinct f.file) from found as f), array_agg(distinct o.file),
    array_agg(o.id order by o.id desc) filter (where o.kind = 'function'),
    array_agg(o.id order by o.id desc) filter (where o.kind = 'table'),
    array_agg(o.id order by o.id desc) filter (where o.kind = 'type'),
    (
      select string_agg(distinct twice.name, ', ')
      from (
        select t.name from ours as t where t.kind = 'function' group by t.name having count(*) > 1
      ) as twice
    )
  into v_files, v_run, v_functions, v_relations, v_types, v_names
  from ours as o;
  if v_names is not null then
    raise exception 'Turnbase stays: which of two functions of one name is its own? %', v_names
      using errcode = 'ambiguous_function',
            hint = 'Rename or drop the one that you made. Nothing was changed.';
  end if;

  -- Postgres drops partitions with their table. Those of logs and metrics are named by month.
  select string_agg(i.inhrelid::regclass::text, ', ')
  into v_names
  from pg_catalog.pg_inherits as i
  join pg_catalog.pg_class as p on p.oid = i.inhparent
  where p.oid = any (v_relations) and p.relkind = 'p'
    and i.inhrelid::regclass::text !~ ('^private\.' || p.relname || '_(default|\d{4}_\d\d)$');
  if v_names is not null then
    raise exception 'Turnbase stays: partitions that it did not make hang on its tables: %', v_names
      using errcode = 'dependent_objects_still_exist',
            hint = 'Detach them (alter table ... detach partition ...). Nothing was changed.';
  end if;

  -- What would fall with our objects and is not a part of them. The triggers on auth.users and the
  -- policies on storage.objects are ours.
  with recursive part (class, id) as (
    select 'pg_catalog.pg_proc'::regclass::oid, f.id from unnest(v_functions) as f (id)
    union
    select 'pg_catalog.pg_class'::regclass::oid, r.id from unnest(v_relations) as r (id)
    union
    select 'pg_catalog.pg_type'::regclass::oid, t.id from unnest(v_types) as t (id)
    union
    select d.classid, d.objid
    from pg_catalog.pg_depend as d
    join part as p on p.class = d.refclassid and p.id = d.refobjid
    where d.deptype in ('a', 'i', 'P', 'S')
  )
  select
    string_agg(
      distinct coalesce(
        -- A view is a relation with a rule.
        (
          select pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, r.ev_class, 0)
          from pg_catalog.pg_rewrite as r
          where d.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = d.objid
        ),
        pg_catalog.pg_describe_object(d.classid, d.objid, 0)
      ),
      ', '
    )
  into v_names
  from pg_catalog.pg_depend as d
  join part as p on p.class = d.refclassid and p.id = d.refobjid
  where d.deptype in ('n', 'e', 'x')
    and not exists (select 1 from part as o where o.class = d.classid and o.id = d.objid)
    and not exists (
      select 1
      from pg_catalog.pg_trigger as t
      where d.classid = 'pg_catalog.pg_trigger'::regclass and t.oid = d.objid
        and t.tgrelid = 'auth.users'::regclass
        and t.tgname in (
          'users_50_create_profile', 'users_50_create_profile_on_upgrade', 'users_90_forget_usage'
        )
    )
    and not exists (
      select 1
      from pg_catalog.pg_policy as y
      where d.classid = 'pg_catalog.pg_policy'::regclass and y.oid = d.objid
        and y.polrelid = to_regclass('storage.objects')
        and y.polname in ('attachments_insert_own', 'attachments_update_own')
    );
  if v_names is not null then
    raise exception 'Turnbase stays: objects that are not its own need it: %', v_names
      using errcode = 'dependent_objects_still_exist',
            hint = 'Drop or change them first, then run this again. Nothing was changed.';
  end if;

  if '0160_attachments' = any (v_run) then
    select count(*) into v_count from storage.objects as o where o.bucket_id = 'attachments';
    if (v_found ->> 'bucket')::boolean then
      v_kept := v_kept || 'bucket attachments, with its files: it was there before'::text;
    elsif v_count > 0 then
      raise exception 'Turnbase stays: bucket attachments still holds % files', v_count
        using errcode = 'object_in_use',
              hint = 'Download what you need, empty the bucket in the dashboard (Storage) or with '
                     'supabase.storage.emptyBucket(''attachments''), then run this again. Nothing was '
                     'changed.';
    end if;
    drop policy if exists attachments_select_own on storage.objects;
    drop policy if exists attachments_insert_own on storage.objects;
    drop policy if exists attachments_update_own on storage.objects;
    drop policy if exists attachments_delete_own on storage.objects;
    if not (v_found ->> 'bucket')::boolean then
      -- The platform refuses deletes by SQL lest files lose their rows. Here there is none, and a file
      -- that came meanwhile is a row which holds the bucket.
      perform set_config('storage.allow_delete_query', 'true', true);
      begin
        delete from storage.buckets as b where b.id = 'attachments';
      exception when foreign_key_violation then
        raise exception 'Turnbase stays: bucket attachments is in use: %', sqlerrm
          using errcode = 'object_in_use',
                hint = 'End uploads under way, empty the bucket in the dashboard (Storage), then run this '
                       'again. Nothing was changed.';
      end;
      perform set_config('storage.allow_delete_query', 'false', true);
    end if;
  end if;

  if to_regclass('cron.job') is not null then
    select coalesce(array_agg(j.jobid), '{}')
    into v_ids
    from cron.job as j
    where j.jobname like 'turnbase\_%' and j.database = current_database();
    perform cron.unschedule(i.id) from unnest(v_ids) as i (id);
    delete from cron.job_run_details as r where r.jobid = any (v_ids);
  end if;

  -- Only the owner of auth.users may drop a trigger there, but who owns its function may drop that with
  -- it. The search above saw that no other trigger runs these functions.
  for v_one in
    select distinct t.tgfoid as id
    from pg_catalog.pg_trigger as t
    where t.tgrelid = 'auth.users'::regclass and t.tgfoid = any (v_functions)
  loop
    execute format('drop function %s cascade', v_one.id::regprocedure);
    v_functions := array_remove(v_functions, v_one.id);
  end loop;

  -- No cascade from here on. Functions need tables, and the policies and triggers of tables need
  -- functions, so each waits until what needs it is gone.
  v_drops := array(
    select format('drop routine %s', f.id::regprocedure)
    from unnest(v_functions) with ordinality as f (id, place)
    order by f.place
  ) || array(
    select format(
      'drop %s %s', case when c.relkind = 'v' then 'view' else 'table' end,
      string_agg(c.oid::regclass::text, ', ')
    )
    from pg_catalog.pg_class as c
    where c.oid = any (v_relations)
    group by c.relkind = 'v'
    order by c.relkind = 'v' desc
  ) || array(
    select format('drop type %s', t.id::regtype)
    from unnest(v_types) with ordinality as t (id, place)
    order by t.place
  );
  while v_drops <> '{}' loop
    v_left := '{}';
    foreach v_drop in array v_drops loop
      begin
        execute v_drop;
      exception when dependent_objects_still_exist then
        v_left := v_left || v_drop;
        get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail;
      end;
    end loop;
    if v_left = v_drops then
      raise exception '%', v_message
        using errcode = 'dependent_objects_still_exist', detail = v_detail,
              hint = 'Drop or change what needs it, then run this again. Nothing was changed.';
    end if;
    v_drops := v_left;
  end loop;

  -- What the migrations made beside their objects goes where nothing else has come to need it.
  if not (v_found ->> 'btree_gist')::boolean and '0040_model_prices' = any (v_run) then
    begin
      drop extension if exists btree_gist;
    exception when dependent_objects_still_exist or insufficient_privilege then
      get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail;
      v_kept := v_kept || concat_ws(': ', 'extension btree_gist', v_message, nullif(v_detail, ''));
    end;
  end if;

  if v_found ->> 'private' is null then
    begin
      drop schema private;
    exception when dependent_objects_still_exist then
      get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail;
      v_kept := v_kept || concat_ws(': ', 'schema private', v_message, nullif(v_detail, ''));
    end;
  else
    execute format('comment on schema private is %L', v_found -> 'private' ->> 'comment');
    for v_one in
      with before as (
        select r.value ->> 'role' as role, r.value ->> 'right' as right,
          (r.value ->> 'grantable')::boolean as grantable
        from jsonb_array_elements(v_found -> 'private' -> 'rights') as r
      ),
      now as (
        select coalesce(r.rolname, 'public') as role, a.privilege_type as right
        from pg_catalog.pg_namespace as n
        cross join lateral pg_catalog.aclexplode(n.nspacl) as a
        left join pg_catalog.pg_roles as r on r.oid = a.grantee
        where n.nspname = 'private'
      )
      select format(
        'grant %s on schema private to %I%s', b.right, b.role,
        case when b.grantable then ' with grant option' else '' end
      ) as command
      from before as b
      where b.role in ('public', 'anon')
        and not exists (select 1 from now as n where n.role = b.role and n.right = b.right)
      union all
      select format('revoke usage on schema private from %I', n.role)
      from now as n
      where n.role in ('authenticated', 'service_role', 'analyst') and n.right = 'USAGE'
        and not exists (select 1 from before as b where b.role = n.role and b.right = n.right)
    loop
      execute v_one.command;
    end loop;
  end if;

  if '0040_model_prices' = any (v_run) and to_regrole('analyst') is not null then
    if (v_found ->> 'analyst')::boolean then
      if not (v_found ->> 'analyst_uses_public')::boolean then
        revoke usage on schema public from analyst;
      end if;
    else
      -- Dropping a role takes its memberships along; whoever made it is a member by that.
      select string_agg(x.oid::regrole::text, ', ')
      into v_names
      from pg_catalog.pg_auth_members as m
      join pg_catalog.pg_roles as x
        on x.oid = case when m.roleid = to_regrole('analyst') then m.member else m.roleid end
      where to_regrole('analyst') in (m.roleid, m.member)
        and x.oid <> v_owner and x.rolname <> current_user;
      if v_names is not null then
        v_kept := v_kept || ('role analyst: it has members or is one: ' || v_names);
      else
        begin
          revoke usage on schema public from analyst;
          if to_regnamespace('private') is not null then
            revoke usage on schema private from analyst;
          end if;
          drop role analyst;
        exception when dependent_objects_still_exist or insufficient_privilege then
          get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail;
          v_kept := v_kept || concat_ws(': ', 'role analyst', v_message, nullif(v_detail, ''));
        end;
      end if;
    end if;
  end if;

  -- What the CLI keeps of its work: the next `supabase db push` runs the files again.
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations as m
    where m.version || '_' || m.name = any (v_files);
  end if;

  foreach v_drop in array v_kept loop
    raise notice 'Kept: %', v_drop;
  end loop;
  perform set_config(
    'turnbase.rollback',
    array_to_string(array['Turnbase is gone'::text] || array(
      select 'Kept: ' || replace(k.what, E'\n', '; ') from unnest(v_kept) as k (what)
    ), E'\n'),
    false
  );
end
$$;

select unnest(string_to_array(current_setting('turnbase.rollback'), E'\n')) as result;
