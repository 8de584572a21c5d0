import type { Client } from "pg";
import { ofExtension, ours, rows } from "./query.ts";

/** A privilege that somebody holds, or that Supabase's defaults would have given them. */
export interface Privilege {
  /** `table public.brands`, `routine public.f(uuid)`, as GRANT names it. */
  target: string;
  name: string;
  /** Empty for the whole object. */
  column: string;
  privilege: string;
  role: string;
}

const columns = ["target", "name", "column", "privilege", "role"] as const;

/** Everything with an access list. Schema public belongs to the platform, and so does its list. */
const objects = `objects (target, name, class, owner, acl, kind, relation) as (
  select
    'table ' || c.oid::regclass, c.relname::text, c.relkind, c.relowner,
    coalesce(c.relacl, acldefault('r', c.relowner)), 'table', c.oid
  from pg_catalog.pg_class as c
  where c.relnamespace::regnamespace::text in ${ours}
    and c.relkind in ('r', 'p', 'v', 'm', 'f') and not ${ofExtension("pg_class", "c.oid")}
  union all
  select
    'sequence ' || c.oid::regclass, c.relname::text, c.relkind, c.relowner,
    coalesce(c.relacl, acldefault('s', c.relowner)), 'sequence', null
  from pg_catalog.pg_class as c
  where c.relnamespace::regnamespace::text in ${ours} and c.relkind = 'S'
    and not ${ofExtension("pg_class", "c.oid")}
  union all
  select
    'routine ' || p.oid::regprocedure, p.proname::text, 'f', p.proowner,
    coalesce(p.proacl, acldefault('f', p.proowner)), 'routine', null
  from pg_catalog.pg_proc as p
  where p.pronamespace::regnamespace::text in ${ours}
    and not ${ofExtension("pg_proc", "p.oid")}
  union all
  select
    'schema ' || quote_ident(n.nspname), n.nspname::text, 'n', n.nspowner,
    coalesce(n.nspacl, acldefault('n', n.nspowner)), 'schema', null
  from pg_catalog.pg_namespace as n
  where n.nspname::text in ${ours} and n.nspname <> 'public'
)`;

const columnLists = `column_lists (target, name, owner, acl, attname, relation) as (
  select o.target, o.name, o.owner, a.attacl, a.attname, o.relation
  from objects as o
  join pg_catalog.pg_attribute as a on a.attrelid = o.relation
  where a.attnum > 0 and not a.attisdropped
)`;

const role = `case when x.grantee = 0 then 'public' else quote_ident(r.rolname) end`;
/** Owners and superusers need no grant. */
const grantees = `left join pg_catalog.pg_roles as r on r.oid = x.grantee
  where (x.grantee = 0 or not r.rolsuper)`;

export async function heldPrivileges(client: Client): Promise<Privilege[]> {
  return await rows(
    client,
    columns,
    `with ${objects}, ${columnLists}
     select o.target, o.name, '' as column, lower(x.privilege_type) as privilege, ${role} as role
     from objects as o
     cross join aclexplode(o.acl) as x
     ${grantees} and x.grantee <> o.owner
     union all
     select o.target, o.name, quote_ident(o.attname), lower(x.privilege_type), ${role}
     from column_lists as o
     cross join aclexplode(o.acl) as x
     ${grantees} and x.grantee <> o.owner
     order by 1, 3, 4, 5`,
  );
}

/** Per object, privilege and role; and per column where the role holds others of that table. */
export async function withheldPrivileges(client: Client): Promise<Privilege[]> {
  const kinds = `kinds (kind, privilege) as (
    values ('table', 'select'), ('table', 'insert'), ('table', 'update'), ('table', 'delete'),
      ('table', 'truncate'), ('table', 'references'), ('table', 'trigger'),
      ('sequence', 'usage'), ('sequence', 'select'), ('sequence', 'update'),
      ('routine', 'execute'), ('schema', 'usage')
    union all
    select 'table', 'maintain' where current_setting('server_version_num')::integer >= 170000
  )`;
  const roles = `roles (oid, role) as (
    select r.oid, r.rolname::text from pg_catalog.pg_roles as r
    where r.rolname in ('anon', 'authenticated', 'service_role')
    union all
    select 0, 'public'
  )`;
  const notHeld = (acl: string, privilege: string) =>
    `not exists (
      select from aclexplode(${acl}) as x
      where x.grantee in (0, r.oid) and lower(x.privilege_type) = ${privilege}
    )`;
  return await rows(
    client,
    columns,
    `with ${objects}, ${columnLists}, ${kinds}, ${roles}
     select o.target, o.name, '' as column, k.privilege, r.role
     from objects as o
     join kinds as k on k.kind = o.kind
     cross join roles as r
     where (r.role <> 'public' or o.kind in ('routine', 'schema'))
       and ${notHeld("o.acl", "k.privilege")}
     union all
     select l.target, l.name, quote_ident(l.attname), v.privilege, r.role
     from column_lists as l
     join objects as o on o.relation = l.relation
     cross join unnest(array['select', 'insert', 'update']) as v (privilege)
     cross join roles as r
     where r.role <> 'public'
       and exists (
         select
         from pg_catalog.pg_attribute as b
         cross join aclexplode(b.attacl) as x
         where b.attrelid = l.relation and x.grantee = r.oid
           and lower(x.privilege_type) = v.privilege
       )
       and ${notHeld("o.acl", "v.privilege")} and ${notHeld("l.acl", "v.privilege")}
     order by 1, 3, 4, 5`,
  );
}
