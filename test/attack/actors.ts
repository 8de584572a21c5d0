/** Who stands in the database: the people of the matrix of row level security, filled in by test/server/cluster.ts. */
export const people = [
  "owner",
  "stranger",
  "brand_owner",
  "brand_admin",
  "brand_analyst",
  "brand_member",
  "anonymous",
  "newcomer",
] as const;

/** `owner`: whose rows are wanted. `newcomer`: has nothing. `anon`: the anon key alone. `nobody`: no key at all. */
export type Person = typeof people[number];
export type Actor = Person | "anon" | "nobody";

export function idOf(person: Person): string {
  return `10000000-0000-4000-9000-00000000000${people.indexOf(person) + 1}`;
}

export const brandOf = {
  /** Of brand_owner, with an admin, an analyst and members. */
  theirs: "20000000-0000-4000-9000-000000000001",
  /** Of stranger; owner has left it. */
  strangers: "20000000-0000-4000-9000-000000000002",
};

/** Ids that nothing has. */
export const missing = "30000000-0000-4000-9000-00000000dead";
export const missingNumber = 987_654_321;

/** The visitor of the fixtures has this, and the chats of users were claimed with the other. */
export const visitorSecret = "v".repeat(43);
export const claimedSecret = "s".repeat(43);
