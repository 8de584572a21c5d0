-- The platform's generous defaults: whatever `postgres` makes in public is open to the API roles
-- until a migration
-- says otherwise. New projects may be stricter, so the migrations' own revokes and grants are
-- tested against these.
do $$
declare
  kind text;
begin
  foreach kind in array array['tables', 'functions', 'sequences']
  loop
    execute format(
      'alter default privileges for role %I in schema public grant all on %s to %I, anon, authenticated, service_role',
      :'migrator', kind, :'migrator'
    );
  end loop;
end
$$;
alter default privileges for role :"migrator" in schema extensions
grant execute on functions to anon, authenticated, service_role;
