import type { Client } from "pg";
import { type Mutant, mutant } from "../mutant.ts";
import { ofExtension, ours, rows } from "./query.ts";

const functions = `from pg_catalog.pg_proc as p
  where p.pronamespace::regnamespace::text in ${ours} and p.prokind in ('f', 'p')
    and not ${ofExtension("pg_proc", "p.oid")}`;

export async function security(client: Client): Promise<Mutant[]> {
  const found = await rows(
    client,
    ["target", "name", "other"],
    `select
       p.oid::regprocedure::text as target, p.proname::text as name,
       case when p.prosecdef then 'invoker' else 'definer' end as other
     ${functions}
     order by 1`,
  );
  return found.map((row) =>
    mutant(
      `made security ${row.other}`,
      row.target,
      `alter routine ${row.target} security ${row.other}`,
      [row.name],
    )
  );
}

/** search_path and its like. */
export async function settings(client: Client): Promise<Mutant[]> {
  const found = await rows(
    client,
    ["target", "name", "setting"],
    `select
       f.target, f.name, split_part(o, '=', 1) as setting
     from (
       select p.oid::regprocedure::text as target, p.proname::text as name, p.proconfig as config
       ${functions}
     ) as f
     cross join unnest(f.config) as o
     order by 1, 3`,
  );
  return found.map((row) =>
    mutant(
      "function setting reset",
      `${row.target} ${row.setting}`,
      `alter routine ${row.target} reset ${row.setting}`,
      [row.name, row.setting],
    )
  );
}
