import type { Client } from "pg";
import { type Mutant, mutant } from "../mutant.ts";
import { ours, rows } from "./query.ts";

/** Key and identity columns are left out: Postgres does not let them go null. */
export async function notNulls(client: Client): Promise<Mutant[]> {
  const found = await rows(
    client,
    ["target", "relation", "column", "name"],
    `select
       c.oid::regclass::text as target,
       c.relname::text as relation,
       quote_ident(a.attname) as column,
       a.attname::text as name
     from pg_catalog.pg_attribute as a
     join pg_catalog.pg_class as c on c.oid = a.attrelid
     where c.relnamespace::regnamespace::text in ${ours}
       and c.relkind in ('r', 'p') and not c.relispartition
       and a.attnum > 0 and not a.attisdropped and a.attnotnull and a.attidentity = ''
       and not exists (
         select from pg_catalog.pg_index as i
         where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey)
       )
     order by 1, a.attnum`,
  );
  return found.map((row) =>
    mutant(
      "not null dropped",
      `${row.target} ${row.name}`,
      `alter table ${row.target} alter column ${row.column} drop not null`,
      [row.name, row.relation],
    )
  );
}
