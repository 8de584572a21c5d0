import { z } from "zod";
import { load, machine } from "../results.ts";

export const phases = [
  "write 1",
  "write 16",
  "apart 16",
  "batch",
  "last 50 of 80",
  "last 50 of 200",
  "last 50 of 5,000",
  "list 20",
  "usage",
  "delete 200",
] as const;
export type Phase = (typeof phases)[number];

const figure = z.object({
  phase: z.enum(phases),
  unit: z.enum(["turns", "calls"]),
  calls: z.number(),
  /** Turns or calls a second. */
  perSecond: z.number(),
  /** Milliseconds that a caller waits; of a batch, for all of it. */
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  /** Per turn or call; null without pg_stat_statements. */
  statements: z.number().nullable(),
  walBytes: z.number(),
  /** Of the client's process, a turn; not of reads, which are looked through. */
  cpuMs: z.number().nullable(),
  /** Of the server's processes, a turn or call; null where the system does not tell. */
  serverCpuMs: z.number().nullable(),
  /** What a turn adds to the tables and indexes. */
  bytes: z.number().nullable(),
  /** A gate that it failed: the figure counts for nothing. */
  problem: z.string().optional(),
});

const contender = z.object({
  name: z.string(),
  group: z.enum(["direct", "http"]),
  kind: z.enum(["product", "rival", "reference"]),
  versions: z.record(z.string(), z.string()),
  atomic: z.boolean(),
  notes: z.array(z.string()),
  /** Why it was not measured. */
  skipped: z.string().optional(),
  /** The full store. */
  loaded: z.object({ messages: z.number(), seconds: z.number(), bytes: z.number() }).nullable(),
  problems: z.array(z.string()),
  rounds: z.array(z.array(figure)),
});

export const peersResults = z.object({
  suite: z.literal("peers"),
  format: z.literal(1),
  at: z.string(),
  commit: z.string(),
  changed: z.boolean(),
  machine,
  load,
  /** Whether other work took more than a tenth of the machine before or after: then figures say little. */
  busy: z.boolean(),
  /** Whether the data lay in memory (tmpfs): then commits wait for no disk. */
  inMemory: z.boolean(),
  server: z.object({ version: z.string(), settings: z.record(z.string(), z.string()) }),
  flags: z.object({
    size: z.enum(["20k", "200k"]),
    rounds: z.number(),
    peers: z.array(z.string()),
  }),
  minutes: z.number(),
  contenders: z.array(contender),
});

export type Figure = Omit<z.infer<typeof figure>, "phase" | "problem"> & {
  phase: Phase;
  problem?: string | undefined;
};
export type ContenderResult = z.infer<typeof contender>;
export type PeersResults = z.infer<typeof peersResults>;
