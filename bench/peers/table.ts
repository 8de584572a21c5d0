import { spread } from "../stats.ts";
import { digits, table } from "../table.ts";
import { compareAll, figures, measured, problemsOf, rate } from "./judge.ts";
import { type ContenderResult, type PeersResults, type Phase, phases } from "./results.ts";

export const groupTitles = {
  direct: "Over a Postgres connection",
  http: "Over HTTP: PostgREST",
} as const;

/** What stands under a phase: turns a second of writes, milliseconds of reads. */
export const phaseTitles: Record<Phase, string> = {
  "write 1": "turns/s, 1 caller",
  "write 16": "turns/s, 16 callers",
  "apart 16": "turns/s in two calls, 16 callers",
  batch: "turns/s, 100 a call",
  "last 50 of 80": "last 50 of 80, ms",
  "last 50 of 200": "last 50 of 200, ms",
  "last 50 of 5,000": "last 50 of 5,000, ms",
  "list 20": "20 newest threads, ms",
  usage: "usage of a day, ms",
  "delete 200": "delete a thread of 200, ms",
};

export function describePeers(found: PeersResults): string {
  return [
    ...(caveats(found) === "" ? [] : [`\n${caveats(found)}: provisional.`]),
    ...(["direct", "http"] as const).flatMap((group) => {
      const own = found.contenders.filter((one) => one.group === group && measured(one));
      return own.length === 0 ? [] : describeGroup(groupTitles[group], own);
    }),
    "\nHow many times as fast Turnbase is (rivals have to be beaten; references are looked at)",
    describeCompared(found),
    ...found.contenders.flatMap(describeNotes),
  ].join("\n");
}

/** Why the figures of a run are no ground for a claim. */
export function caveats({ busy, inMemory }: PeersResults): string {
  return [
    ...(busy ? ["Taken while other work ran on the machine"] : []),
    ...(inMemory ? ["Taken with the data in memory, where commits wait for no disk"] : []),
  ].join("; ");
}

function describeGroup(title: string, own: readonly ContenderResult[]): string[] {
  const writes = phases.slice(0, 4);
  const reads = phases.slice(4);
  return [
    `\n${title}: writes, turns a second (median, min - max of rounds)`,
    table(
      [
        "",
        ...writes.map((phase) =>
          phaseTitles[phase].replace("turns/s, ", "").replace("turns/s ", "")
        ),
      ],
      own.map((one) => [one.name, ...writes.map((phase) => writeCell(one, phase))]),
    ),
    `\n${title}: a turn, 16 callers at once`,
    table(
      ["", ...turnColumns],
      own.map((one) => [one.name, ...turnCells(one)]),
    ),
    `\n${title}: reads, 1 caller (p50, p95, p99 ms)`,
    table(
      ["", ...reads.map((phase) => phaseTitles[phase].replace(", ms", ""))],
      own.map((one) => [one.name, ...reads.map((phase) => readCell(one, phase))]),
    ),
  ];
}

/** What a turn costs with 16 callers, by the heading of its column. */
const turnCosts = {
  "p50 ms": "p50",
  "p95 ms": "p95",
  "p99 ms": "p99",
  "statements": "statements",
  "WAL bytes": "walBytes",
  "bytes stored": "bytes",
  "client CPU ms": "cpuMs",
  "server CPU ms": "serverCpuMs",
} as const;

export const turnColumns = Object.keys(turnCosts);

export function turnCells(of: ContenderResult): string[] {
  return Object.values(turnCosts).map((key) => middle(of, "write 16", key));
}

export function middle(
  of: ContenderResult,
  phase: Phase,
  key: (typeof turnCosts)[keyof typeof turnCosts],
): string {
  const found = figures(of, phase).flatMap((figure) => figure[key] ?? []);
  return found.length > 0 ? digits(spread(found).median) : "";
}

function writeCell(of: ContenderResult, phase: Phase): string {
  const found = rate(of, phase);
  if (!found) return "no call";
  return `${digits(found.median)} (${digits(found.min)} - ${digits(found.max)})${mark(of, phase)}`;
}

function readCell(of: ContenderResult, phase: Phase): string {
  const cells = (["p50", "p95", "p99"] as const).map((key) => middle(of, phase, key));
  return cells[0] === "" ? "no API" : `${cells.join(" ")}${mark(of, phase)}`;
}

/** A star where a gate failed; the notes say which. */
export function mark(of: ContenderResult, phase: Phase): string {
  return problemsOf(of, phase).length > 0 ? " *" : "";
}

function describeCompared(found: PeersResults): string {
  return table(
    ["", "times", "min - max of rounds", "what", "beside"],
    compareAll(found).map(({ outcome, found: spread, phase, other }) => [
      other.kind === "reference" ? `(${outcome})` : outcome,
      digits(spread.median),
      `${digits(spread.min)} - ${digits(spread.max)}`,
      phase,
      other.kind === "reference" ? `${other.name} (reference)` : other.name,
    ]),
  );
}

function describeNotes(one: ContenderResult): string[] {
  if (one.skipped !== undefined) return [`\n${one.name}: skipped: ${one.skipped}`];
  const versions = Object.entries(one.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `\n${[one.name, ...versions].join(", ")}${one.atomic ? "" : " (a turn is not atomic)"}`,
    ...one.notes.map((note) => `  ${note}`),
    ...problemLines(one).map((line) => `  * ${line}`),
    ...(one.loaded
      ? [
        `  loaded ${one.loaded.messages.toLocaleString("en")} messages in ${
          digits(one.loaded.seconds)
        } s, ${digits(one.loaded.bytes / one.loaded.messages)} bytes each`,
      ]
      : []),
  ];
}

/** What failed, and where. */
export function problemLines(one: ContenderResult): string[] {
  return [
    ...one.problems,
    ...phases.flatMap((phase) => problemsOf(one, phase).map((problem) => `${phase}: ${problem}`)),
  ];
}
