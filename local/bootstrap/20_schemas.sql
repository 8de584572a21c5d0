-- Schemas owned by supabase_admin: `supabase db reset` drops every other schema, and leaves these.
do $$
declare
  name text;
begin
  foreach name in array array['auth', 'storage', 'realtime', 'extensions', 'graphql_public']
  loop
    execute format('create schema if not exists %I authorization supabase_admin', name);
    execute format('grant usage on schema %I to anon, authenticated, service_role, %I', name, :'migrator');
  end loop;
end
$$;

grant all on schema auth to supabase_auth_admin;
grant all on schema storage to supabase_storage_admin;
grant all on schema realtime to supabase_realtime_admin;
grant all on schema extensions to :"migrator";
grant usage on schema storage to supabase_realtime_admin;

grant usage on schema public to anon, authenticated, service_role;
grant usage, create on schema public to :"migrator";

-- The platform's database belongs to `postgres`, and through pg_database_owner schema public does too.
do $$
begin
  if (
    select r.rolsuper
    from pg_catalog.pg_database as d
    inner join pg_catalog.pg_roles as r on r.oid = d.datdba
    where d.datname = current_database()
  ) then
    execute format('alter database %I owner to %I', current_database(), :'migrator');
  end if;
  execute format('grant create, connect, temporary on database %I to %I', current_database(), :'migrator');
end
$$;

do $$
declare
  extension name;
begin
  for extension in
    select e.name
    from pg_catalog.pg_available_extensions as e
    where e.name in ('pgcrypto', 'uuid-ossp', 'pg_stat_statements')
  loop
    execute format('create extension if not exists %I with schema extensions', extension);
  end loop;
end
$$;
