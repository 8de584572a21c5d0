-- 0910_profiles: optional. What an app shows of a user. Nothing else in the schema needs it.
-- Makes: public.profiles and the trigger on auth.users that fills it; takes in the users that exist.
-- Needs: 0010. Locks: auth.users (short). Breaking: no.

create type public.app_role as enum ('user', 'admin', 'developer');
comment on type public.app_role is
  'What an app may read from a profile; the database grants nothing for it.';

create table public.profiles (
  user_id       uuid             not null constraint profiles_pkey primary key
    constraint profiles_user_id_fkey references auth.users (id) on delete cascade,
  username      text             constraint profiles_username_key unique
    constraint profiles_username_length check (char_length(username) between 1 and 64),
  display_name  text
    constraint profiles_display_name_length check (char_length(display_name) between 1 and 200),
  app_role      public.app_role  not null default 'user',
  metadata      jsonb            not null default '{}'
    constraint profiles_metadata_shape
      check (
        jsonb_typeof(metadata) = 'object'
        and case
          when private.has_wide_number(metadata) then false
          else octet_length(metadata::text) <= 262144
        end
      ),
  last_seen_at  timestamptz,
  created_at    timestamptz      not null default now(),
  updated_at    timestamptz      not null default now()
);
comment on table public.profiles is
  E'One row per signed-up user; anonymous users get theirs when they sign up.\n\n'
  'Who: users read and change their own. Writes: rows come and go with auth.users.';
comment on column public.profiles.user_id is 'The user.';
comment on column public.profiles.username is 'Unique handle, 1 to 64 characters.';
comment on column public.profiles.display_name is 'Shown name, 1 to 200 characters.';
comment on column public.profiles.app_role is
  'Role for the app to read, set by service_role only; grants nothing in the database.';
comment on column public.profiles.metadata is 'Free data of the app. JSON object, at most 256 KiB.';
comment on column public.profiles.last_seen_at is 'When the app last saw the user.';
comment on column public.profiles.created_at is 'When the profile was made.';
comment on column public.profiles.updated_at is 'Last change of the row.';

alter table public.profiles enable row level security;
revoke all on table public.profiles from public, anon, authenticated, service_role;

create policy profiles_select_own on public.profiles for select to authenticated
  using (user_id = (select auth.uid()));
create policy profiles_update_own on public.profiles for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));
comment on policy profiles_select_own on public.profiles is 'Users read their own profile.';
comment on policy profiles_update_own on public.profiles is 'Users change their own profile.';

grant select on table public.profiles to authenticated;
-- Not granted: app_role (nobody promotes themselves), insert and delete (rows follow auth.users).
grant update (username, display_name, metadata, last_seen_at) on table public.profiles
  to authenticated;
grant select on table public.profiles to service_role;
grant update (username, display_name, app_role, metadata, last_seen_at) on table public.profiles
  to service_role;

create trigger profiles_30_touch before update on public.profiles
  for each row when (old.* is distinct from new.*)
  execute function private.tg__touch_updated_at();

create function private.tg_users__create_profile()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.profiles (user_id) values (new.id) on conflict (user_id) do nothing;
  return null;
end
$$;
revoke all on function private.tg_users__create_profile()
  from public, anon, authenticated, service_role;
comment on function private.tg_users__create_profile() is
  'Makes the profile of a user who signs up, or of an anonymous user who becomes a real one.';

create trigger users_50_create_profile after insert on auth.users
  for each row when (not new.is_anonymous)
  execute function private.tg_users__create_profile();
create trigger users_50_create_profile_on_upgrade after update on auth.users
  for each row when (old.is_anonymous and not new.is_anonymous)
  execute function private.tg_users__create_profile();

insert into public.profiles (user_id)
select u.id
from auth.users as u
where not u.is_anonymous;
