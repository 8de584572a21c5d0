-- The roles a Supabase project is born with. Roles belong to the cluster, so each is made only
-- where it is missing,
-- and settings are written only where they differ: several databases of one server may be
-- bootstrapped at once.
-- :"migrator" is the login that runs migrations: `postgres` on our own engines, see engines/url.ts
-- for the others.
do $$
declare
  wanted record;
begin
  for wanted in
    select *
    from (
      values
        ('supabase_admin', 'superuser createdb createrole replication bypassrls nologin'),
        ('anon', 'nologin noinherit'),
        ('authenticated', 'nologin noinherit'),
        ('service_role', 'nologin noinherit bypassrls'),
        ('authenticator', 'login noinherit'),
        ('supabase_auth_admin', 'login noinherit createrole'),
        ('supabase_storage_admin', 'nologin noinherit createrole'),
        ('supabase_realtime_admin', 'nologin noinherit'),
        ('dashboard_user', 'nologin createrole createdb replication'),
        -- Never a superuser where that can be helped: what needs one must fail here, not
        -- first on the hosted platform.
        (:'migrator', 'login createrole createdb replication bypassrls')
    ) as r (name, attributes)
  loop
    if not exists (select from pg_catalog.pg_roles where rolname = wanted.name) then
      execute format('create role %I %s', wanted.name, wanted.attributes);
    end if;
  end loop;
end
$$;

do $$
declare
  wanted record;
begin
  for wanted in
    select *
    from (
      values
        ('anon', 'authenticator', ''),
        ('authenticated', 'authenticator', ''),
        ('service_role', 'authenticator', ''),
        ('anon', :'migrator', 'with admin option'),
        ('authenticated', :'migrator', 'with admin option'),
        ('service_role', :'migrator', 'with admin option'),
        ('authenticator', :'migrator', 'with admin option'),
        ('pg_monitor', :'migrator', ''),
        ('pg_read_all_data', :'migrator', ''),
        ('pg_signal_backend', :'migrator', ''),
        ('supabase_realtime_admin', :'migrator', ''),
        -- The platform lets `postgres` make policies on storage.objects by an extension of
        -- its own; membership does it here.
        ('supabase_storage_admin', :'migrator', '')
    ) as r (granted, member, options)
  loop
    if not exists (
      select
      from pg_catalog.pg_auth_members as m
      where m.roleid = wanted.granted::regrole and m.member = wanted.member::regrole
    ) and not (select rolsuper from pg_catalog.pg_roles where rolname = wanted.member) then
      execute format('grant %I to %I %s', wanted.granted, wanted.member, wanted.options);
    end if;
  end loop;
end
$$;

do $$
declare
  wanted record;
begin
  for wanted in
    select *
    from (
      values
        ('anon', 'statement_timeout', '3s'),
        ('authenticated', 'statement_timeout', '8s'),
        ('authenticator', 'statement_timeout', '8s'),
        ('authenticator', 'lock_timeout', '8s'),
        ('supabase_auth_admin', 'search_path', 'auth'),
        ('supabase_auth_admin', 'idle_in_transaction_session_timeout', '60000'),
        ('supabase_storage_admin', 'search_path', 'storage')
    ) as r (role, name, value)
  loop
    if not exists (
      select
      from pg_catalog.pg_db_role_setting as s
      where s.setrole = wanted.role::regrole
        and s.setdatabase = 0
        and wanted.name || '=' || wanted.value = any (s.setconfig)
    ) then
      execute format('alter role %I set %I = %L', wanted.role, wanted.name, wanted.value);
    end if;
  end loop;
  -- For the database, not for the role: one of our engines has a single session that reads no role settings.
  execute format(
    'alter database %I set search_path = "$user", public, extensions',
    current_database()
  );
end
$$;
