/** One way to break one object of the schema. */
export interface Mutant {
  /** Stable from run to run: `<kind>: <what>`. */
  id: string;
  kind: string;
  sql: string;
  /** The names whose mention in a test file makes that file a likely killer, most telling first. */
  names: string[];
}

export function mutant(kind: string, what: string, sql: string, names: string[]): Mutant {
  return { id: `${kind}: ${what}`, kind, sql, names };
}
