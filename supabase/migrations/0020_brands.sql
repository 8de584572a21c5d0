-- 0020_brands: tenants and who belongs to them.
-- Makes: public.brands, public.brand_members; gives private.my_brand_ids and private.known_brand_id their
--   meaning. Needs: 0010. Locks: auth.users (foreign keys). Breaking: no.

create type public.brand_role as enum ('owner', 'admin', 'analyst', 'member');
comment on type public.brand_role is
  'owner: everything, roles included. admin: settings, adds members and analysts. '
  'analyst: brand numbers, no content. member: own sessions in the brand.';

create table public.brands (
  id          uuid         not null default gen_random_uuid() constraint brands_pkey primary key,
  slug        text         not null constraint brands_slug_key unique
    constraint brands_slug_format check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 63),
  name        text         not null
    constraint brands_name_length check (char_length(name) between 1 and 200),
  settings    jsonb        not null default '{}'
    constraint brands_settings_shape
      check (
        jsonb_typeof(settings) = 'object'
        and case
          when private.has_wide_number(settings) then false
          else octet_length(settings::text) <= 262144
        end
      ),
  content_mode  public.content_mode  not null default 'full',
  created_by  uuid         default auth.uid() constraint brands_created_by_fkey
    references auth.users (id) on delete set null,
  created_at  timestamptz  not null default now(),
  updated_at  timestamptz  not null default now()
);
comment on table public.brands is
  E'A tenant: the team or product that sessions are held for.\n\n'
  'Who: members read; owners and admins change; owners delete, while no session is left in it.';
comment on column public.brands.id is 'Brand id.';
comment on column public.brands.slug is 'Unique short name: a-z, 0-9 and single hyphens, at most 63.';
comment on column public.brands.name is 'Display name, 1 to 200 characters.';
comment on column public.brands.settings is 'Free settings of the app. JSON object, at most 256 KiB.';
comment on column public.brands.content_mode is
  'How much of each text its sessions keep, at least so strict; sessions take it over when it rises.';
comment on column public.brands.created_by is 'The user who made it; null once that user is gone.';
comment on column public.brands.created_at is 'When it was made.';
comment on column public.brands.updated_at is 'Last change of name, slug or settings.';

-- Foreign key side of a user's deletion.
create index brands_created_by_idx on public.brands (created_by);

create table public.brand_members (
  brand_id    uuid               not null constraint brand_members_brand_id_fkey
    references public.brands (id) on delete cascade,
  user_id     uuid               not null constraint brand_members_user_id_fkey
    references auth.users (id) on delete cascade,
  role        public.brand_role  not null default 'member',
  created_at  timestamptz        not null default now(),
  constraint brand_members_pkey primary key (brand_id, user_id)
);
comment on table public.brand_members is
  E'Who belongs to a brand, and as what.\n\n'
  'Who: members read; owners write; admins add and remove members and analysts; anyone may leave. '
  'The last owner cannot leave. Anonymous users cannot be members.';
comment on column public.brand_members.brand_id is 'The brand.';
comment on column public.brand_members.user_id is 'The member.';
comment on column public.brand_members.role is 'What the member may do in the brand.';
comment on column public.brand_members.created_at is 'When the member joined.';

-- My brands, and the foreign key side of a user's deletion.
create index brand_members_user_id_idx on public.brand_members (user_id, brand_id);

-- Takes no column of the row that a policy checks, so it runs once a query and drives the index.
create or replace function private.my_brand_ids(p_roles text[] default null)
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select m.brand_id
  from public.brand_members as m
  where m.user_id = (select auth.uid()) and (p_roles is null or m.role::text = any (p_roles))
$$;
revoke all on function private.my_brand_ids(text[]) from public, anon, authenticated, service_role;
grant execute on function private.my_brand_ids(text[]) to authenticated, service_role;
comment on function private.my_brand_ids(text[]) is
  'Brands of the calling user, all or those where the user has one of p_roles.';

create or replace function private.known_brand_id(p_brand_id uuid)
returns uuid
language sql
stable
set search_path = ''
as $$
  select b.id from public.brands as b where b.id = p_brand_id
$$;
revoke all on function private.known_brand_id(uuid) from public, anon, authenticated, service_role;
comment on function private.known_brand_id(uuid) is
  'The id itself where there is such a brand, else null.';

alter table public.brands enable row level security;
revoke all on table public.brands from public, anon, authenticated, service_role;

-- The second half lets insert ... returning answer: the maker's membership is not visible yet then.
create policy brands_select_member on public.brands for select to authenticated
  using (
    id = any (array(select private.my_brand_ids()))
    or (created_by = (select auth.uid()) and created_at = now())
  );
-- The membership row that makes the maker owner comes from a trigger.
create policy brands_insert_user on public.brands for insert to authenticated
  with check (
    created_by = (select auth.uid())
    and coalesce(((select auth.jwt()) ->> 'is_anonymous')::boolean, false) = false
  );
create policy brands_update_admin on public.brands for update to authenticated
  using (id = any (array(select private.my_brand_ids('{owner,admin}'))))
  with check (id = any (array(select private.my_brand_ids('{owner,admin}'))));
create policy brands_delete_owner on public.brands for delete to authenticated
  using (id = any (array(select private.my_brand_ids('{owner}'))));
comment on policy brands_select_member on public.brands is
  'Members read their brands; the maker also in the transaction that makes one.';
comment on policy brands_insert_user on public.brands is
  'A signed-in user makes a brand in their own name; anonymous users make none.';
comment on policy brands_update_admin on public.brands is 'Owners and admins change a brand.';
comment on policy brands_delete_owner on public.brands is 'Owners delete a brand.';

grant select, delete on table public.brands to authenticated;
grant insert (slug, name, settings, content_mode) on table public.brands to authenticated;
grant update (slug, name, settings, content_mode) on table public.brands to authenticated;
grant select, delete on table public.brands to service_role;
grant insert (id, slug, name, settings, content_mode, created_by) on table public.brands to service_role;
grant update (slug, name, settings, content_mode) on table public.brands to service_role;

alter table public.brand_members enable row level security;
revoke all on table public.brand_members from public, anon, authenticated, service_role;

create policy brand_members_select_member on public.brand_members for select to authenticated
  using (brand_id = any (array(select private.my_brand_ids())));
create policy brand_members_insert_admin on public.brand_members for insert to authenticated
  with check (
    brand_id = any (array(select private.my_brand_ids('{owner}')))
    or (
      role in ('member', 'analyst')
      and brand_id = any (array(select private.my_brand_ids('{admin}')))
    )
  );
create policy brand_members_update_owner on public.brand_members for update to authenticated
  using (brand_id = any (array(select private.my_brand_ids('{owner}'))))
  with check (brand_id = any (array(select private.my_brand_ids('{owner}'))));
create policy brand_members_delete_admin on public.brand_members for delete to authenticated
  using (
    user_id = (select auth.uid())
    or brand_id = any (array(select private.my_brand_ids('{owner}')))
    or (
      role in ('member', 'analyst')
      and brand_id = any (array(select private.my_brand_ids('{admin}')))
    )
  );
comment on policy brand_members_select_member on public.brand_members is
  'Members see who else is in their brands.';
comment on policy brand_members_insert_admin on public.brand_members is
  'Owners add anyone in any role; admins add members and analysts.';
comment on policy brand_members_update_owner on public.brand_members is 'Only owners change roles.';
comment on policy brand_members_delete_admin on public.brand_members is
  'Anyone leaves; owners remove anyone; admins remove members and analysts.';

grant select, delete on table public.brand_members to authenticated;
grant insert (brand_id, user_id, role) on table public.brand_members to authenticated;
grant update (role) on table public.brand_members to authenticated;
grant select, delete on table public.brand_members to service_role;
grant insert (brand_id, user_id, role) on table public.brand_members to service_role;
grant update (role) on table public.brand_members to service_role;

create function private.tg_brands__add_owner()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.brand_members (brand_id, user_id, role)
  values (new.id, new.created_by, 'owner');
  return null;
end
$$;
revoke all on function private.tg_brands__add_owner() from public, anon, authenticated, service_role;
comment on function private.tg_brands__add_owner() is 'Makes the maker of a brand its first owner.';

create trigger brands_50_add_owner after insert on public.brands
  for each row when (new.created_by is not null) execute function private.tg_brands__add_owner();

create trigger brands_30_touch before update on public.brands
  for each row when (old.* is distinct from new.*)
  execute function private.tg__touch_updated_at();

create function private.tg_brand_members__keep_owner()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- The lock makes two owners who leave at the same time wait for each other. Written, not only locked: with
  -- an older snapshot, as in repeatable read, the second fails instead of missing that the first has left. A
  -- row that goes because its brand or its user goes is not kept.
  update public.brands as b set updated_at = b.updated_at where b.id = old.brand_id;
  if found
    and exists (select 1 from auth.users as u where u.id = old.user_id)
    and not exists (
      select 1
      from public.brand_members as m
      where m.brand_id = old.brand_id and m.role = 'owner' and m.user_id <> old.user_id
    )
  then
    perform private.raise_error('LAST_OWNER');
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
revoke all on function private.tg_brand_members__keep_owner()
  from public, anon, authenticated, service_role;
comment on function private.tg_brand_members__keep_owner() is
  'Refuses to take the last owner out of a brand (PT409 LAST_OWNER).';

create trigger brand_members_20_keep_owner_on_delete before delete on public.brand_members
  for each row when (old.role = 'owner') execute function private.tg_brand_members__keep_owner();
create trigger brand_members_20_keep_owner_on_update before update on public.brand_members
  for each row when (old.role = 'owner' and new.role <> 'owner')
  execute function private.tg_brand_members__keep_owner();

create function private.tg_brand_members__refuse_anonymous()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if exists (select 1 from auth.users as u where u.id = new.user_id and u.is_anonymous) then
    perform private.raise_error('FORBIDDEN', 'The user must sign up before joining a brand.');
  end if;
  return null;
end
$$;
revoke all on function private.tg_brand_members__refuse_anonymous()
  from public, anon, authenticated, service_role;
comment on function private.tg_brand_members__refuse_anonymous() is
  'Anonymous users hold sessions and messages, nothing else (PT403 FORBIDDEN).';

-- After the policies: who may not add members does not learn who is anonymous.
create trigger brand_members_50_refuse_anonymous after insert on public.brand_members
  for each row execute function private.tg_brand_members__refuse_anonymous();
