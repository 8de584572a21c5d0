import type pg from "pg";
import type { Size } from "./data/sizes.ts";
import type { CaseResult, Comparison, Series, Target } from "./results.ts";

export type { Comparison, Target };
export type SetName = CaseResult["set"];

/** Who calls: a signed-in user under row level security, an app server, a reader of numbers, or the owner. */
export type Caller =
  | { role: "authenticated"; user: string }
  | { role: "service_role"; user?: string }
  | { role: "analyst" }
  | { role: "superuser" };

/** Prepared at its first use. */
export interface Statement {
  sql: string;
  values: (call: number) => readonly unknown[];
}

interface Common {
  /** Unique within the case. */
  label: string;
  /** What it stands for; colours and legends follow it. */
  side: Series["side"];
  database: "product" | "baseline";
  /** How many calls a round; fewer where they are slow. */
  calls: number;
  /** How many messages, say, one call stands for: times are divided by it. 1 by default. */
  per?: number;
  /** Settings of the connection, such as synchronous_commit. */
  settings?: Readonly<Record<string, string>>;
  /** Once, as superuser, before anything is measured. */
  setup?: string;
  /** As superuser before every slice; a call that is not timed follows, because what is prepared may have to be planned anew. */
  beforeSlice?: string;
}

/** Timed statement by statement, in one transaction a slice. */
export interface Read extends Common, Statement {
  kind: "read";
  as: Caller;
}

/** Timed as PostgREST sends it: begin, role and claims, the statement, commit. */
export interface Write extends Common {
  kind: "write";
  /** What one call does: transactions one after another, mostly one of one statement. */
  transactions: readonly (readonly Statement[])[];
  as: (call: number) => Caller;
  /** So many connections at once; a round's figure is then wall time by calls. 1 by default. */
  callers?: number;
  /** Untimed, as superuser, before a call. */
  before?: (call: number) => readonly Pick<pg.QueryConfig, "text" | "values">[];
}

/** Timed as an HTTP request to a project on the database, from sending to the last byte of a good answer. */
export interface Request extends Common {
  kind: "request";
  send: (project: Project, call: number) => { path: string; headers: HeadersInit; body: string };
  /** So many at once; a round's figure is then wall time by calls. 1 by default. */
  callers?: number;
}

export interface Project {
  apiUrl: string;
  serviceRoleKey: string;
}

export type Variant = Read | Write | Request;

export interface Case {
  name: string;
  /** One sentence that a stranger understands. */
  measures: string;
  set: SetName;
  /** All by default. */
  sizes?: readonly Size["name"][];
  /** Changes the data: runs after the cases that only read. */
  writes?: true;
  /** Labels of the variants whose curves over message counts the report shows, four at most. */
  growth?: readonly string[];
  variants: (size: Size) => readonly Variant[];
  targets: readonly Target[];
  /** Ratios worth knowing that nothing is promised about. */
  comparisons?: readonly Comparison[];
}
