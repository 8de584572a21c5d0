import type { Client } from "pg";
import { notNulls } from "./catalog/columns.ts";
import { constraints } from "./catalog/constraints.ts";
import { security, settings } from "./catalog/functions.ts";
import { grants, revokes } from "./catalog/grants.ts";
import { uniqueIndexes } from "./catalog/indexes.ts";
import { policies } from "./catalog/policies.ts";
import { rowSecurity, viewOptions } from "./catalog/relations.ts";
import { triggers } from "./catalog/triggers.ts";
import type { Mutant } from "./mutant.ts";

const sources = [
  policies,
  rowSecurity,
  triggers,
  constraints,
  notNulls,
  uniqueIndexes,
  grants,
  revokes,
  security,
  settings,
  viewOptions,
];

/** Every mutant of the database that `client` is connected to. */
export async function readMutants(client: Client): Promise<Mutant[]> {
  // Names come out with their schema.
  await client.query("set search_path = ''");
  const mutants: Mutant[] = [];
  for (const source of sources) mutants.push(...(await source(client)));
  const ids = new Set<string>();
  for (const { id } of mutants) {
    if (ids.has(id)) throw new Error(`two mutants are called "${id}"`);
    ids.add(id);
  }
  return mutants;
}
