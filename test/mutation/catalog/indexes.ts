import type { Client } from "pg";
import { type Mutant, mutant } from "../mutant.ts";
import { ours, rows } from "./query.ts";

/** Those that stand behind no constraint; the constraints are broken themselves. */
export async function uniqueIndexes(client: Client): Promise<Mutant[]> {
  const found = await rows(
    client,
    ["index", "name", "relation"],
    `select
       i.indexrelid::regclass::text as index,
       c.relname::text as name,
       t.relname::text as relation
     from pg_catalog.pg_index as i
     join pg_catalog.pg_class as c on c.oid = i.indexrelid
     join pg_catalog.pg_class as t on t.oid = i.indrelid
     where t.relnamespace::regnamespace::text in ${ours} and i.indisunique and not c.relispartition
       and not exists (
         select from pg_catalog.pg_constraint as k
         where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
       )
     order by 1`,
  );
  return found.map((row) =>
    mutant("unique index dropped", row.index, `drop index ${row.index} cascade`, [
      row.name,
      row.relation,
    ])
  );
}
