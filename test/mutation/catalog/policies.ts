import type { Client } from "pg";
import { weaken } from "../boolean.ts";
import { type Mutant, mutant } from "../mutant.ts";
import { rows } from "./query.ts";

/** Policies also stand on tables of the platform: storage.objects, realtime.messages. */
const schemas = "('public', 'private', 'storage', 'realtime')";

export async function policies(client: Client): Promise<Mutant[]> {
  const found = await rows(
    client,
    ["target", "relation", "policy", "name", "permissive", "forEveryone", "using", "check"],
    `select
       p.polrelid::regclass::text as target,
       c.relname::text as relation,
       quote_ident(p.polname) as policy,
       p.polname::text as name,
       p.polpermissive::text as permissive,
       (0 = any (p.polroles))::text as "forEveryone",
       coalesce(pg_get_expr(p.polqual, p.polrelid), '') as using,
       coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') as check
     from pg_catalog.pg_policy as p
     join pg_catalog.pg_class as c on c.oid = p.polrelid
     where c.relnamespace::regnamespace::text in ${schemas}
     order by 1, 3`,
  );
  return found.flatMap((row) => {
    const on = `${row.policy} on ${row.target}`;
    const what = `${row.target} ${row.name}`;
    const names = [row.name, row.relation];
    const mutants = [mutant("policy dropped", what, `drop policy ${on}`, names)];
    if (row.forEveryone === "false") {
      mutants.push(mutant("policy for everyone", what, `alter policy ${on} to public`, names));
    }
    for (const [clause, expression] of [["using", row.using], ["with check", row.check]] as const) {
      if (expression === "") continue;
      const alter = (text: string) => `alter policy ${on} ${clause} (${text})`;
      // One that lets everything pass cannot be widened.
      if (row.permissive === "true" && expression !== "true") {
        mutants.push(mutant("policy widened", `${what} ${clause}`, alter("true"), names));
      }
      for (const { part, expression: rest } of weaken(expression)) {
        const without = `${what} ${clause} without ${part.replaceAll(/\s+/g, " ")}`;
        mutants.push(mutant("policy weakened", without, alter(rest), names));
      }
    }
    return mutants;
  });
}
