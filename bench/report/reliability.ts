import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../local/paths.ts";
import type { Results } from "../results.ts";
import type { Soak } from "../soak.ts";
import { soakPicture } from "./soak.ts";
import { median } from "../stats.ts";

const folder = join(root, "bench", "results");

interface Found {
  at: string;
  checkout: { commit: string; changed: boolean };
  machine: Results["machine"];
  load: { before: number; after: number };
}

interface Kill extends Found {
  server: string;
  rounds: number;
  roundsNotCounted: number;
  writers: number;
  acknowledged: Record<string, number>;
  messages: number;
  unanswered: Record<string, number>;
  lost: number;
  halved: number;
  doubled: number;
  cuts: { writers: number; unanswered: number; stored: number; recoveryMs: number }[];
}

interface Isolation extends Found {
  writers: number;
  calls: number;
  retried: Record<string, number>;
}

interface Deadlocks extends Found {
  clients: number;
  transactions: number;
  deadlocks: number;
  mostTries: number;
}

interface Outages extends Found {
  faults: { fault: string; times: number; turns?: number; answers: Record<string, number> }[];
}

/** The picture of the last soak, by its file. */
export async function reliabilityPicture(): Promise<[file: string, svg: string]> {
  return ["bench/results/soak/soak.svg", soakPicture(await newestSoak())];
}

/** The blocks of docs/reliability.md, from what npm run test:faults wrote. */
export async function reliabilityBlocks(): Promise<Map<string, string>> {
  const kill = await read<Kill>("kill");
  const kills = [kill, await read<Kill>("kill-other")];
  const isolation = [
    ["read committed", await read<Isolation>("read-committed")],
    ["serializable", await read<Isolation>("serializable")],
  ] as const;
  const deadlocks = await read<Deadlocks>("deadlocks");
  const outages = await read<Outages>("outages");
  const soak = await newestSoak();
  const runs: (readonly [string, Found])[] = [
    ...kills.map((one) => [`kill -9, ${one.server}`, one] as const),
    ...isolation,
    ["deadlock hunt", deadlocks],
    ["outages", outages],
    ["soak", soak],
  ];
  return new Map([
    ["kill", table(["what", ...kills.map(({ server }) => server)], killRows(kills))],
    [
      "kill-calls",
      table(
        ["call", "acknowledged", "under way when it was cut"],
        Object.entries(kill.acknowledged).sort(([, a], [, b]) => b - a)
          .map(([what, times]) => [what, times, kill.unanswered[what] ?? 0]),
      ),
    ],
    [
      "outages",
      table(
        ["fault", "times", "turns written meanwhile", "what clients were told"],
        outages.faults.map(({ fault, times, turns, answers }) => [
          fault,
          times,
          turns ?? "",
          Object.entries(answers).filter(([name]) => name !== "200")
            .map(([name, count]) => `${name} (${number(count)})`).join(", "),
        ]),
      ),
    ],
    [
      "isolation",
      table(["what", "clients", "calls", "sent again"], [
        ...isolation.map(([name, one]) => [name, one.writers, one.calls, retries(one.retried)]),
        [
          "bulk writes over several sessions",
          deadlocks.clients,
          `${number(deadlocks.transactions)} transactions`,
          `40P01 (${number(deadlocks.deadlocks)}), one of them ${
            number(deadlocks.mostTries)
          } times`,
        ],
      ]),
    ],
    [
      "soak",
      table(["what", "count"], [
        ["users", soak.users],
        ["seconds", soak.seconds],
        ["requests", requestsOf(soak)],
        ["refused on purpose", sum(Object.values(soak.provoked))],
        ["errors", soak.errors.length],
        ["messages at the end", soak.messages],
      ]),
    ],
    [
      "soak-calls",
      table(
        ["request", "times", "p50, ms", "p95, ms", "p99, ms"],
        Object.entries(soak.calls).map((
          [what, one],
        ) => [what, one.calls, one.p50, one.p95, one.p99]),
      ),
    ],
    [
      "soak-memory",
      table(
        ["program", "own memory in the second half, MB", "growth in it, MB", "allowed, MB"],
        soak.growth.map((one) => [one.program, one.ownMb, one.growthMb, one.allowedMb]),
      ),
    ],
    [
      "runs",
      table(
        ["run", "when", "commit", "load of the machine, before and after"],
        runs.map(([name, { at, checkout, load }]) => [
          name,
          at.slice(0, 16).replace("T", " "),
          `${checkout.commit.slice(0, 7)}${checkout.changed ? " and changes" : ""}`,
          `${load.before.toFixed(1)}, ${load.after.toFixed(1)}`,
        ]),
      ) + `\n\n${soak.machine.cores} cores, ${soak.machine.memoryGb} GB, ${kill.server}.`,
    ],
  ]);
}

function killRows(kills: readonly Kill[]): (string | number)[][] {
  const row = (what: string, of: (one: Kill) => string | number) => [what, ...kills.map(of)];
  return [
    row("rounds that count", (one) => one.rounds),
    row("rounds that do not, with nothing under way", (one) => one.roundsNotCounted),
    row("writers", (one) => one.writers),
    row("calls acknowledged", (one) => sum(Object.values(one.acknowledged))),
    row("calls under way when it was cut", (one) => sum(one.cuts.map((cut) => cut.unanswered))),
    row("of them found stored, whole", (one) => sum(one.cuts.map((cut) => cut.stored))),
    row("messages at the end", (one) => one.messages),
    row(
      "from the kill to the first answer, median",
      (one) => inMs(median(one.cuts.map((cut) => cut.recoveryMs))),
    ),
    row("the longest", (one) => inMs(Math.max(...one.cuts.map((cut) => cut.recoveryMs)))),
    row("lost, halved, doubled", (one) => one.lost + one.halved + one.doubled),
  ];
}

async function read<T>(name: string): Promise<T> {
  // Written by test/faults/record.ts.
  return JSON.parse(await readFile(join(folder, "faults", `${name}.json`), "utf8")) as T;
}

async function newestSoak(): Promise<Soak> {
  const names = (await readdir(join(folder, "soak"))).filter((name) => name.endsWith(".json"));
  const newest = names.sort().at(-1);
  if (newest === undefined) throw new Error("bench/results/soak holds no results");
  return JSON.parse(await readFile(join(folder, "soak", newest), "utf8")) as Soak;
}

function requestsOf({ calls, provoked }: Soak): number {
  return sum([...Object.values(calls).map((one) => one.calls), ...Object.values(provoked)]);
}

function retries(retried: Record<string, number>): string {
  const found = Object.entries(retried).map(([code, times]) => `${code} (${number(times)})`);
  return found.join(", ") || "none";
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function inMs(value: number): string {
  return `${number(Math.round(value))} ms`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}

function table(names: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) =>
    row.map((cell) => typeof cell === "number" ? number(cell) : cell)
  );
  return [names, names.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`).join(
    "\n",
  );
}
