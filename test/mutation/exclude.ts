import type { Mutant } from "./mutant.ts";

/** The mutants that are not in the list, and what of the list is no mutant. */
export function exclude(
  mutants: Mutant[],
  list: Readonly<Record<string, string>>,
): { mutants: Mutant[]; stale: string[] } {
  const ids = new Set(mutants.map(({ id }) => id));
  return {
    mutants: mutants.filter(({ id }) => !Object.hasOwn(list, id)),
    stale: Object.keys(list).filter((id) => !ids.has(id)),
  };
}
