import type { Client } from "pg";
import { type Mutant, mutant } from "../mutant.ts";
import { ours, rows } from "./query.ts";

/** Those on our tables, and those on other tables, such as auth.users, that call our functions. */
export async function triggers(client: Client): Promise<Mutant[]> {
  const found = await rows(
    client,
    ["target", "relation", "trigger", "name", "function"],
    `select
       t.tgrelid::regclass::text as target,
       c.relname::text as relation,
       quote_ident(t.tgname) as trigger,
       t.tgname::text as name,
       p.proname::text as function
     from pg_catalog.pg_trigger as t
     join pg_catalog.pg_class as c on c.oid = t.tgrelid
     join pg_catalog.pg_proc as p on p.oid = t.tgfoid
     where not t.tgisinternal and t.tgparentid = 0 and t.tgenabled <> 'D'
       and (
         c.relnamespace::regnamespace::text in ${ours}
         or p.pronamespace::regnamespace::text in ${ours}
       )
     order by 1, 3`,
  );
  return found.flatMap((row) => {
    const what = `${row.target} ${row.name}`;
    const names = [row.name, row.function, row.relation];
    const drop = `drop trigger ${row.trigger} on ${row.target}`;
    const disable = `alter table ${row.target} disable trigger ${row.trigger}`;
    return [
      mutant("trigger dropped", what, drop, names),
      mutant("trigger disabled", what, disable, names),
    ];
  });
}
