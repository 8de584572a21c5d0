import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { root } from "../../local/paths.ts";

export interface Column {
  name: string;
  type: string;
  /** By signed-in users, as docs/security.md has it: what is granted besides is a hole. */
  insertable: boolean;
  updatable: boolean;
}

/** A table or view of schema public, as API roles find it. */
export interface Relation {
  name: string;
  isView: boolean;
  columns: Column[];
  /** Of its primary key; none of a view. */
  key: string[];
  /** Of its other unique indexes. */
  uniques: string[][];
}

export interface Argument {
  name: string;
  type: string;
  optional: boolean;
}

export interface Routine {
  name: string;
  arguments: Argument[];
  isVolatile: boolean;
  /** Whether signed-in users may call it, as its comment says. */
  isOpen: boolean;
  /** The table or view whose rows it gives; of all others nothing can be embedded. */
  rowsOf: string | null;
}

export interface ForeignKey {
  name: string;
  table: string;
  columns: string[];
  /** With its schema. */
  target: string;
  targetColumns: string[];
}

/** What the attempts are made from, so that a new object is attacked without anybody thinking of it. */
export interface Catalog {
  relations: Relation[];
  routines: Routine[];
  foreignKeys: ForeignKey[];
  /** All but those that the API shows. */
  closedSchemas: string[];
  /** Every table that a digest is made of, with its schema. */
  tables: string[];
}

const relations = `
  select c.relname as name, c.relkind = 'v' as "isView", (
      select json_agg(
        json_build_object('name', a.attname, 'type', format_type(a.atttypid, null))
        order by a.attnum
      )
      from pg_catalog.pg_attribute as a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ) as columns, coalesce((
      select json_agg(a.attname order by k.position)
      from pg_catalog.pg_index as i
      cross join unnest(i.indkey::smallint[]) with ordinality as k (attnum, position)
      join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum = k.attnum
      where i.indrelid = c.oid and i.indisprimary
    ), '[]') as key, coalesce((
      select json_agg(u.columns)
      from (
        select json_agg(a.attname order by k.position) as columns
        from pg_catalog.pg_index as i
        cross join unnest(i.indkey::smallint[]) with ordinality as k (attnum, position)
        join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum = k.attnum
        where i.indrelid = c.oid and i.indisunique and not i.indisprimary and i.indexprs is null
          and k.position <= i.indnkeyatts
        group by i.indexrelid
      ) as u
    ), '[]') as uniques
  from pg_catalog.pg_class as c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
    and not c.relispartition
  order by 1`;

const routines = `
  select p.proname as name, p.provolatile = 'v' as "isVolatile",
    coalesce(obj_description(p.oid) !~ 'Who: service_role\\.', true) as "isOpen", (
      select c.relname
      from pg_catalog.pg_type as t
      join pg_catalog.pg_class as c on c.oid = t.typrelid and c.relkind in ('r', 'p', 'v')
      where t.oid = p.prorettype and c.relnamespace = 'public'::regnamespace
    ) as "rowsOf", coalesce((
      select json_agg(json_build_object(
        'name', a.name, 'type', format_type(a.type, null),
        'optional', a.position > p.pronargs - p.pronargdefaults
      ) order by a.position)
      from unnest(p.proargnames, p.proargtypes::oid[]) with ordinality as a (name, type, position)
      where a.position <= p.pronargs
    ), '[]') as arguments
  from pg_catalog.pg_proc as p
  where p.pronamespace = 'public'::regnamespace and p.prorettype <> 'trigger'::regtype
    and p.prokind = 'f'
    and not exists (
      select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e'
    )
  order by 1`;

const names = (key: string, relation: string) =>
  `(
  select json_agg(a.attname order by k.position)
  from unnest(c.${key}) with ordinality as k (attnum, position)
  join pg_catalog.pg_attribute as a on a.attrelid = c.${relation} and a.attnum = k.attnum
)`;
const foreignKeys = `
  select c.conname as name, r.relname as table, t.oid::regclass::text as target,
    ${names("conkey", "conrelid")} as columns, ${names("confkey", "confrelid")} as "targetColumns"
  from pg_catalog.pg_constraint as c
  join pg_catalog.pg_class as r on r.oid = c.conrelid and not r.relispartition
  join pg_catalog.pg_class as t on t.oid = c.confrelid
  where c.contype = 'f' and r.relnamespace = 'public'::regnamespace and c.conparentid = 0
  order by 2, 1`;

const closedSchemas = `
  select n.nspname as name
  from pg_catalog.pg_namespace as n
  where n.nspname not in ('public', 'graphql_public') and n.nspname !~ '^pg_(toast|temp)'
  order by 1`;

const tables = `
  select format('%I.%I', n.nspname, c.relname) as name
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  where n.nspname in ('public', 'private', 'auth', 'storage', 'realtime')
    and c.relkind in ('r', 'p') and not c.relispartition
  order by 1`;

/** The columns that signed-in users may write, by table and verb. */
async function readGrants(): Promise<Map<string, Set<string>>> {
  const page = await readFile(join(root, "docs/security.md"), "utf8");
  const rows = page.matchAll(
    /^\| `(\w+)` *\| `authenticated` *\| (insert|update) *\| ([\w, ]+?) *\|$/gm,
  );
  return new Map(
    [...rows].map((
      [, table, verb, columns = ""],
    ) => [`${table} ${verb}`, new Set(columns.split(", "))]),
  );
}

export async function readCatalog(client: pg.Client): Promise<Catalog> {
  // The search path is left empty for it: names come with their schema.
  await client.query("set search_path = ''");
  const rows = async <Row extends pg.QueryResultRow>(sql: string) =>
    (await client.query<Row>(sql)).rows;
  const granted = await readGrants();
  const found = await rows<Relation>(relations);
  const may = (table: string, verb: string, column: string) =>
    granted.get(`${table} ${verb}`)?.has(column) ?? false;
  const catalog = {
    relations: found.map((relation) => ({
      ...relation,
      columns: relation.columns.map(({ name, type }) => ({
        name,
        type,
        insertable: may(relation.name, "insert", name),
        updatable: may(relation.name, "update", name),
      })),
    })),
    routines: await rows<Routine>(routines),
    foreignKeys: await rows<ForeignKey>(foreignKeys),
    closedSchemas: (await rows<{ name: string }>(closedSchemas)).map(({ name }) => name),
    tables: (await rows<{ name: string }>(tables)).map(({ name }) => name),
  };
  await client.query("reset search_path");
  return catalog;
}
