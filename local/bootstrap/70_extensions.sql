-- On the platform `postgres` may make and drop extensions that want a superuser
-- (supautils.privileged_extensions).
-- Here an event trigger makes such an extension just before `create extension if not exists` looks
-- for it, and gives it
-- to the migrator, so that `supabase db reset` may drop it again.
create or replace function extensions.make_privileged_extension()
returns event_trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  wanted record;
begin
  if current_setting('extensions.making', true) = 'on' then
    return;
  end if;
  for wanted in
    select distinct e.name, coalesce(m.found[3], 'extensions') as schema
    from regexp_matches(
      current_query(),
      'create\s+extension\s+(if\s+not\s+exists\s+)?"?([[:alnum:]_-]+)"?(?:\s+with)?(?:\s+schema\s+"?([[:alnum:]_]+)"?)?',
      'gi'
    ) as m (found)
    inner join pg_catalog.pg_available_extensions as e on e.name = lower(m.found[2])
    where e.installed_version is null
      and e.name in (
        'hypopg', 'index_advisor', 'pg_cron', 'pg_jsonschema', 'pg_net', 'pg_stat_statements', 'pgaudit', 'pgmq',
        'pgtap', 'plpgsql_check', 'rum', 'vector'
      )
  loop
    perform set_config('extensions.making', 'on', true);
    if wanted.name in (
      select v.name from pg_catalog.pg_available_extension_versions as v where v.schema is not null
    ) then
      execute format('create extension %I', wanted.name);
    else
      execute format('create extension %I with schema %I', wanted.name, wanted.schema);
    end if;
    update pg_catalog.pg_extension set extowner = :'migrator'::regrole where extname = wanted.name;
    if wanted.name = 'pg_cron' then
      grant usage on schema cron to :"migrator" with grant option;
      grant all on all tables in schema cron to :"migrator" with grant option;
      grant all on all functions in schema cron to :"migrator" with grant option;
      -- Jobs are written as the extension's owner.
      grant all on all sequences in schema cron to :"migrator" with grant option;
    end if;
    perform set_config('extensions.making', '', true);
  end loop;
end
$$;
alter function extensions.make_privileged_extension() owner to supabase_admin;

do $$
begin
  if
    (select rolsuper from pg_catalog.pg_roles where rolname = :'migrator')
    or exists (select from pg_catalog.pg_event_trigger where evtname = 'make_privileged_extension')
  then
    return;
  end if;
  create event trigger make_privileged_extension on ddl_command_start
  when tag in ('CREATE EXTENSION')
  execute function extensions.make_privileged_extension();
end
$$;
