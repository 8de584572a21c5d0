/** Mutants that change nothing anybody could notice, by id, each with the reason. */
export const equivalent: Readonly<Record<string, string>> = {};
