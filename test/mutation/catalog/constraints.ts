import type { Client } from "pg";
import { weaken } from "../boolean.ts";
import { type Mutant, mutant } from "../mutant.ts";
import { ours, rows } from "./query.ts";

export async function constraints(client: Client): Promise<Mutant[]> {
  const found = await rows(
    client,
    ["target", "relation", "constraint", "name", "type", "columns", "definition", "check"],
    `select
       k.conrelid::regclass::text as target,
       c.relname::text as relation,
       quote_ident(k.conname) as constraint,
       k.conname::text as name,
       k.contype::text as type,
       coalesce((
         select string_agg(a.attname, ' ')
         from pg_catalog.pg_attribute as a
         where a.attrelid = k.conrelid and a.attnum = any (k.conkey)
       ), '') as columns,
       pg_get_constraintdef(k.oid) as definition,
       coalesce(pg_get_expr(k.conbin, k.conrelid), '') as check
     from pg_catalog.pg_constraint as k
     join pg_catalog.pg_class as c on c.oid = k.conrelid
     where c.relnamespace::regnamespace::text in ${ours}
       and k.contype in ('c', 'u', 'p', 'f', 'x')
       and k.conparentid = 0 and k.coninhcount = 0
     order by 1, 3`,
  );
  return found.flatMap((row) => {
    const what = `${row.target} ${row.name}`;
    const names = [row.name, ...row.columns.split(" "), row.relation];
    const drop = `alter table ${row.target} drop constraint ${row.constraint}`;
    const replace = (definition: string) =>
      `${drop}, add constraint ${row.constraint} ${definition}`;
    const isKey = row.type === "p" || row.type === "u";
    const mutants = [
      mutant("constraint dropped", what, isKey ? `${drop} cascade` : drop, names),
    ];
    for (const { part, expression } of weaken(row.check)) {
      const without = `${what} without ${part.replaceAll(/\s+/g, " ")}`;
      mutants.push(
        mutant("constraint weakened", without, replace(`check (${expression})`), names),
      );
    }
    if (row.type === "f") {
      const action = otherAction(row.definition);
      mutants.push(
        mutant("on delete changed", `${what} to ${action.name}`, replace(action.definition), names),
      );
    }
    if (row.definition.includes(" DEFERRABLE")) {
      const definition = row.definition.replace(/ DEFERRABLE.*$/, "");
      mutants.push(mutant("deferral ended", what, replace(definition), names));
    }
    return mutants;
  });
}

/** The action that does most harm: rows that stay in the way, or rows that vanish. */
function otherAction(definition: string): { name: string; definition: string } {
  const written = / ON DELETE (CASCADE|RESTRICT|SET NULL|SET DEFAULT)(?: \([^)]*\))?/;
  if (/ ON DELETE CASCADE/.test(definition)) {
    return { name: "no action", definition: definition.replace(written, "") };
  }
  const bare = definition.replace(written, "");
  const place = bare.search(/ (?:NOT )?(?:DEFERRABLE|VALID)/);
  const at = place === -1 ? bare.length : place;
  return { name: "cascade", definition: `${bare.slice(0, at)} ON DELETE CASCADE${bare.slice(at)}` };
}
