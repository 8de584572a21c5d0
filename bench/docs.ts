import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { denoFmt } from "../local/deno.ts";
import { replaceBlock } from "../local/docs.ts";
import { root } from "../local/paths.ts";
import { judgeAll, type Verdict } from "./judge.ts";
import { compareAll, measured, problemsOf, rate } from "./peers/judge.ts";
import {
  type ContenderResult,
  type PeersResults,
  peersResults,
  type Phase,
} from "./peers/results.ts";
import { caveats, groupTitles, mark, middle, phaseTitles } from "./peers/table.ts";
import { shortened } from "./report/bars.ts";
import { ratiosPicture } from "./report/page.ts";
import { readResults, type Results } from "./results.ts";
import { spread } from "./stats.ts";
import { digits } from "./table.ts";

const readme = "README.md";
const page = "docs/benchmarks.md";

/** Written by npm run bench:retention. */
const retentionResults = z.object({
  measuredAt: z.string(),
  size: z.string(),
  messages: z.number(),
  writers: z.number(),
  loadBefore: z.number(),
  timesAsLong: z.object({ median: z.object({ median: z.number() }) }),
  wipedByRuns: z.number(),
  runsKilled: z.number(),
});

interface Found {
  suites: { file: string; results: Results }[];
  retention: { file: string; results: z.infer<typeof retentionResults> } | undefined;
  peers: { file: string; results: PeersResults } | undefined;
  largest: { file: string; results: Results } | undefined;
}

/** The pages that quote figures, as the newest results of each suite have them. */
async function pages(found: Found): Promise<Map<string, string>> {
  const blocks = [
    { file: readme, name: "promises", text: promises(found, (kind) => kind !== "under") },
    { file: readme, name: "rivals", text: rivals(found, "") },
    { file: page, name: "verdicts", text: verdicts(found) },
    { file: page, name: "times", text: promises(found, (kind) => kind === "under") },
    { file: page, name: "rivals", text: rivals(found, "../") },
    { file: page, name: "retention", text: retention(found) },
    { file: page, name: "scale", text: scale(found) },
  ];
  const texts = new Map<string, string>();
  for (const { file, name, text } of blocks) {
    const whole = texts.get(file) ?? await readFile(join(root, file), "utf8");
    texts.set(file, replaceBlock(whole, name, text));
  }
  for (const [file, text] of texts) texts.set(file, denoFmt(text, "md"));
  return texts;
}

/** Every promise with its newest results, whichever run they are of. */
function picture({ suites }: Found): [string, string] {
  const [usual] = suites;
  if (usual === undefined) throw new Error("bench/results has no run of everything");
  const cases = suites.flatMap(({ results }) => results.cases);
  return ["bench/results/ratios.svg", ratiosPicture({ ...usual.results, cases })];
}

/** Writes what README and docs/ say of results; with `check` only names the pages that say something else. */
export async function writeFigures(check: boolean): Promise<string[]> {
  const stale: string[] = [];
  const found = await findResults();
  for (const [file, text] of [...await pages(found), picture(found)]) {
    if (text === await readFile(join(root, file), "utf8")) continue;
    stale.push(file);
    if (!check) await writeFile(join(root, file), text);
  }
  return stale;
}

async function findResults(): Promise<Found> {
  const runs: Found["suites"] = [];
  for (const folder of ["", "messages"]) {
    const file = await newest(folder);
    if (file !== undefined) runs.push({ file, results: await readResults(join(root, file)) });
  }
  const has = (run: (typeof runs)[number], name: string) =>
    run.results.cases.some((one) => one.name === name);
  // A case is taken from the newest run that has it.
  const suites = runs.map((run) => ({
    ...run,
    results: {
      ...run.results,
      cases: run.results.cases.filter(({ name }) =>
        !runs.some((other) => other.results.at > run.results.at && has(other, name))
      ),
    },
  }));
  const retention = await newest("retention");
  const peers = await newest("peers");
  const largest = await newest("10m");
  return {
    suites,
    largest: largest === undefined
      ? undefined
      : { file: largest, results: await readResults(join(root, largest)) },
    retention: retention === undefined
      ? undefined
      : { file: retention, results: retentionResults.parse(await readJson(retention)) },
    peers: peers === undefined
      ? undefined
      : { file: peers, results: peersResults.parse(await readJson(peers)) },
  };
}

/** Names begin with the day. */
async function newest(folder: string): Promise<string | undefined> {
  const path = join("bench", "results", folder);
  const names = await readdir(join(root, path)).catch(() => []);
  const last = names.filter((name) => /^\d{4}-\d\d-\d\d-.*\.json$/.test(name)).sort().at(-1);
  return last === undefined ? undefined : join(path, last);
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(join(root, file), "utf8"));
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

/** The times of 10 million messages beside those of fewer, which are another run's. */
function scale({ suites, largest }: Found): string {
  if (!largest) return "No results yet.";
  const cases = suites.flatMap(({ results }) => results.cases);
  const others = ["200k", "2m"] as const;
  const rows = largest.results.cases.flatMap(({ name, series }) =>
    series.filter(({ side }) => side === "product").map(({ label, callers, rounds }) => {
      const before = others.map((size) =>
        cases.find((one) => one.name === name)?.series
          .find((one) => one.label === label && one.size === size && one.callers === callers)
      );
      return [
        `\`${name}\``,
        label,
        ...[...before.map((one) => one?.rounds), rounds].map((found) =>
          found ? digits(spread(found.map(({ ms }) => ms)).median) : "–"
        ),
      ];
    })
  );
  const [any] = largest.results.cases.flatMap(({ series }) => series);
  return `${markdown(["case", "series", ...others.map((size) => `${size}, ms`), "10m, ms"], rows)}

Medians; ${
    any?.messages.toLocaleString("en") ?? "no"
  } messages, without the index of their words: [raw results](../${largest.file}). The smaller sizes: ${
    suites.map(({ file }) => `[raw results](../${file})`).join(", ")
  }.`;
}

function promises(
  { suites }: Found,
  chosen: (kind: Verdict["target"]["kind"]) => boolean,
): string {
  return markdown(
    ["what", "measured", "promised", "verdict"],
    suites.flatMap(({ results }) =>
      judgeAll(results).filter(({ target }) => chosen(target.kind)).map((verdict) => [
        shortened(verdict.target.says),
        said(verdict, verdict.found.median),
        `${verdict.target.kind === "faster" ? "≥" : "≤"} ${
          said(verdict, verdict.wanted, String(verdict.wanted))
        }`,
        verdict.outcome,
      ])
    ),
  );
}

function said({ target }: Verdict, value: number, text = digits(value)): string {
  if (target.kind === "under") return `${text} ms`;
  return `${text}× ${target.kind === "faster" ? "as fast" : "as long"}`;
}

function verdicts({ suites }: Found): string {
  const all = suites.flatMap(({ results }) => judgeAll(results));
  const of = (outcome: Verdict["outcome"]) => all.filter((one) => one.outcome === outcome);
  const missed = of("missed").map(({ target }) => shortened(target.says));
  return `Of ${all.length} promises ${of("reached").length} are reached, ${
    of("within noise").length
  } within noise, and ${missed.length} missed: ${missed.join("; ")}. Results: ${
    suites.map(({ file, results }) =>
      `[${file.replace("bench/results/", "")}](../${file}), load ${
        results.load.before.toFixed(1)
      } before`
    ).join("; ")
  }.`;
}

const columns: readonly Phase[] = [
  "write 1",
  "write 16",
  "last 50 of 200",
  "last 50 of 5,000",
  "list 20",
  "usage",
];

function rivals({ peers }: Found, up: string): string {
  if (peers === undefined) return "No results yet: `npm run bench:peers -- --save`.";
  const { file, results } = peers;
  const { machine, flags } = results;
  return [
    results.busy || results.inMemory
      ? `**${caveats(results)}: provisional, and no ground for a claim.**`
      : "",
    ...(["direct", "http"] as const).map((group) => groupTable(results, group)),
    `Medians; writes as turns a second, reads as milliseconds of one caller. ${summary(results)} ` +
    `A star marks a failed gate of correctness: ${failures(results)}. ${results.server.version}, ` +
    `${machine.cores} cores, ${machine.memoryGb} GB, Node ${machine.node}, ${flags.size} messages, ` +
    `${flags.rounds} ${flags.rounds === 1 ? "round" : "rounds"}, load ${
      results.load.before.toFixed(1)
    } before: [raw results](${up}${file}).`,
    `![Turnbase beside other stores](${up}bench/results/peers/peers.svg)`,
  ].filter(Boolean).join("\n\n");
}

function groupTable(results: PeersResults, group: ContenderResult["group"]): string {
  const own = results.contenders.filter((one) => one.group === group && measured(one));
  return markdown(
    [groupTitles[group], ...columns.map((phase) => phaseTitles[phase])],
    own.map((one) => [
      one.kind === "product"
        ? `**${one.name}**`
        : one.kind === "reference"
        ? `${one.name} (reference)`
        : one.name,
      ...columns.map((phase) => cell(one, phase)),
    ]),
  );
}

function cell(one: ContenderResult, phase: Phase): string {
  const found = rate(one, phase);
  if (!found) return "–";
  const value = phaseTitles[phase].startsWith("turns")
    ? digits(found.median)
    : middle(one, phase, "p50");
  return `${value}${mark(one, phase).replace("*", "\\*")}`;
}

function summary(results: PeersResults): string {
  const all = compareAll(results).filter(({ other }) => other.kind === "rival");
  const behind = all.filter(({ outcome }) => outcome !== "ahead");
  return `Turnbase is ahead of the rivals in ${
    all.length - behind.length
  } of ${all.length} comparisons${
    behind.length === 0
      ? ""
      : `; not in ${
        behind.map(({ other, phase, found }) =>
          `${phase} beside ${other.name} (${digits(found.median)}×)`
        )
          .join(", ")
      }`
  }.`;
}

function failures(results: PeersResults): string {
  const found = results.contenders.flatMap((one) => {
    const problems = columns.flatMap((phase) => problemsOf(one, phase));
    const kinds = [...new Set(problems.map((problem) => problem.split(":")[0] ?? ""))];
    return kinds.length > 0 ? [`${one.name} (${kinds.join(", ")})`] : [];
  });
  return found.length > 0 ? found.join(", ") : "none here";
}

function retention({ retention }: Found): string {
  if (retention === undefined) return "No results yet.";
  const { file, results } = retention;
  return `Beside a retention run, ${results.writers} writers wait ${
    digits(results.timesAsLong.median.median)
  } times as long (median, ${
    results.messages.toLocaleString("en")
  } messages); ${results.runsKilled} runs that were ` +
    `killed on purpose were made up for, ${
      results.wipedByRuns.toLocaleString("en")
    } sessions wiped, load ${results.loadBefore.toFixed(1)} before: [raw results](../${file}).`;
}
