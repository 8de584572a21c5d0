import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

const size = z.enum(["20k", "200k", "2m", "10m"]);
const side = z.enum(["product", "baseline", "floor"]);

const series = z.object({
  label: z.string(),
  side,
  size,
  /** Messages in the product's table when it was loaded. */
  messages: z.number(),
  /** Connections at once. */
  callers: z.number(),
  settings: z.record(z.string(), z.string()),
  /** Of all calls of all rounds, in milliseconds. */
  p95: z.number(),
  /** Milliseconds that a caller waits: the median of a round; with many callers, wall time by calls. */
  rounds: z.array(z.object({
    ms: z.number(),
    calls: z.number(),
    /** Median of the statements alone, without begin, claims and commit. */
    statementMs: z.number(),
    /** Mean of what the server spends on them, where pg_stat_statements is loaded. */
    serverMs: z.number().nullable(),
  })),
});

const judged = { says: z.string(), of: z.string(), size: size.optional() };
const target = z.discriminatedUnion("kind", [
  z.object({ ...judged, kind: z.literal("faster"), against: z.string(), times: z.number() }),
  z.object({ ...judged, kind: z.literal("within"), against: z.string(), times: z.number() }),
  z.object({ ...judged, kind: z.literal("growth"), from: size, times: z.number() }),
  z.object({ ...judged, kind: z.literal("under"), ms: z.number() }),
]);

/** A ratio that is shown, but not judged: the time of `against` by that of `of`. */
const comparison = z.object({ says: z.string(), of: z.string(), against: z.string() });

const caseResult = z.object({
  name: z.string(),
  measures: z.string(),
  set: z.enum(["chat", "usage"]),
  growth: z.array(z.string()),
  series: z.array(series),
  targets: z.array(target),
  comparisons: z.array(comparison),
  /** Why it has no series. */
  error: z.string().optional(),
});

const loaded = z.object({ messages: z.number(), sessions: z.number(), seconds: z.number() });

export const machine = z.object({
  cpu: z.string(),
  cores: z.number(),
  memoryGb: z.number(),
  os: z.string(),
  node: z.string(),
});

/** How busy the machine was: processes that wanted a core, over a minute; the run itself is one or two. */
export const load = z.object({ before: z.number(), after: z.number() });

const results = z.object({
  format: z.literal(1),
  at: z.string(),
  commit: z.string(),
  /** Whether the checkout differed from that commit. */
  changed: z.boolean(),
  machine,
  load,
  server: z.object({
    version: z.string(),
    /** Whether it was our own engine or one that --db-url named. */
    own: z.boolean(),
    settings: z.record(z.string(), z.string()),
  }),
  flags: z.object({
    names: z.array(z.string()),
    sizes: z.array(size),
    rounds: z.number(),
    keep: z.boolean(),
  }),
  /** Enabled ones of the users' making, by table, read from the catalogs. */
  triggers: z.object({
    product: z.record(z.string(), z.array(z.string())),
    baseline: z.record(z.string(), z.array(z.string())),
  }),
  sets: z.array(z.object({
    set: z.enum(["chat", "usage"]),
    size,
    product: loaded.extend({ bytes: z.number() }),
    baseline: loaded.extend({ bytes: z.number() }),
  })),
  cases: z.array(caseResult),
});

/** Everything that a run found, as its file holds it. */
export type Results = z.infer<typeof results>;
export type CaseResult = z.infer<typeof caseResult>;
export type Series = z.infer<typeof series>;
export type Target = z.infer<typeof target>;
export type Comparison = z.infer<typeof comparison>;
export type Round = Series["rounds"][number];

export async function readResults(file: string): Promise<Results> {
  const read = results.safeParse(JSON.parse(await readFile(file, "utf8")));
  if (!read.success) throw new Error(`${file} holds no results: ${z.prettifyError(read.error)}`);
  return read.data;
}

export async function writeResults(file: string, found: Results): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(found, rounded, 1)}\n`);
}

/** No clock is good for more than a tenth of a microsecond. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toFixed(4)) : value;
}
