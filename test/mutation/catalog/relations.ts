import type { Client } from "pg";
import { type Mutant, mutant } from "../mutant.ts";
import { ours, rows } from "./query.ts";

export async function rowSecurity(client: Client): Promise<Mutant[]> {
  const found = await rows(
    client,
    ["target", "name"],
    `select c.oid::regclass::text as target, c.relname::text as name
     from pg_catalog.pg_class as c
     where c.relnamespace::regnamespace::text in ${ours} and c.relrowsecurity
     order by 1`,
  );
  return found.map((row) =>
    mutant(
      "row level security off",
      row.target,
      `alter table ${row.target} disable row level security`,
      [row.name],
    )
  );
}

/** security_invoker and its like. */
export async function viewOptions(client: Client): Promise<Mutant[]> {
  const found = await rows(
    client,
    ["target", "name", "option"],
    `select
       c.oid::regclass::text as target, c.relname::text as name, split_part(o, '=', 1) as option
     from pg_catalog.pg_class as c
     cross join unnest(c.reloptions) as o
     where c.relnamespace::regnamespace::text in ${ours} and c.relkind = 'v'
     order by 1, 3`,
  );
  return found.map((row) =>
    mutant(
      "view option reset",
      `${row.target} ${row.option}`,
      `alter view ${row.target} reset (${row.option})`,
      [row.name, row.option],
    )
  );
}
