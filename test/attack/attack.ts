import { sample } from "../mutation/sample.ts";
import { nameOf, tryAttempt } from "./attempt.ts";
import { expected } from "./expected.ts";
import { type Made, makeAttempts } from "./techniques/index.ts";
import type { World } from "./world.ts";

export interface Tally {
  family: string;
  technique: string;
  tried: number;
  refused: number;
}

interface Failure {
  name: string;
  as: string;
  problems: string[];
}

export interface Outcome {
  tallies: Tally[];
  failures: Failure[];
  attempts: number;
  seconds: number;
}

export interface Options {
  /** So many, each of another technique as long as there are some; all of them by default. */
  count?: number | undefined;
  seed: string;
  only?: RegExp | undefined;
  log?: (line: string) => void;
}

/** Tries them one after another, so that what changes is known to be the attempt's. */
export async function attack(world: World, options: Options): Promise<Outcome> {
  const { log = () => undefined } = options;
  const began = performance.now();
  const all = makeAttempts(world);
  const chosen = choose(all, options);
  const tallies = new Map<string, Tally>();
  const failures: Failure[] = [];
  const start = await world.fullDigest();
  let before = await world.digest();
  let writesOwn = false;
  for (const attempt of chosen) {
    const { problems, after } = await tryAttempt(world, attempt, before);
    before = after;
    writesOwn ||= attempt.mayChange !== undefined;
    const { technique, family } = attempt;
    const tally = tallies.get(technique) ?? { family, technique, tried: 0, refused: 0 };
    tally.tried += 1;
    if (problems.length === 0) tally.refused += 1;
    else {
      failures.push({ name: nameOf(attempt), as: attempt.as, problems });
      log(
        `✗ ${nameOf(attempt)} (${attempt.as})\n${problems.map((text) => `    ${text}`).join("\n")}`,
      );
    }
    tallies.set(technique, tally);
  }
  // Once more from row to row, whatever numbers transactions were given.
  const end = await world.fullDigest();
  if (!writesOwn && failures.length === 0) {
    for (const [table, digest] of end) {
      if (start.get(table) === digest) continue;
      failures.push({ name: "all attempts", as: "everybody", problems: [`changed ${table}`] });
    }
  }
  if (options.only === undefined && options.count === undefined) failures.push(...untried(all));
  return {
    tallies: [...tallies.values()],
    failures,
    attempts: chosen.length,
    seconds: (performance.now() - began) / 1000,
  };
}

/** A technique that found nothing to be tried on is a failure; so is one that nobody expects. */
function untried(all: readonly Made[]): Failure[] {
  const found = new Set(all.map(({ technique }) => technique));
  const wrong = (name: string, problem: string) => ({ name, as: "nobody", problems: [problem] });
  return [
    ...expected.filter((name) => !found.has(name)).map((name) => wrong(name, "was never tried")),
    ...[...found].filter((name) => !expected.includes(name))
      .map((name) => wrong(name, "is not in test/attack/expected.ts")),
  ];
}

function choose(all: readonly Made[], { count, seed, only }: Options): Made[] {
  const matching = only ? all.filter((attempt) => only.test(nameOf(attempt))) : [...all];
  if (count === undefined) return matching;
  const shuffled = sample(matching, matching.length, seed);
  const seen = new Set<string>();
  const firsts = shuffled.filter(({ technique }) => !seen.has(technique) && seen.add(technique));
  const others = shuffled.filter((attempt) => !firsts.includes(attempt));
  return [...firsts, ...others].slice(0, count);
}

/** A line each technique, or each family. */
export function table(tallies: readonly Tally[], by: "technique" | "family"): string[] {
  const sums = new Map<string, { techniques: Set<string>; tried: number; refused: number }>();
  for (const tally of tallies) {
    const sum = sums.get(tally[by]) ?? { techniques: new Set<string>(), tried: 0, refused: 0 };
    sum.techniques.add(tally.technique);
    sum.tried += tally.tried;
    sum.refused += tally.refused;
    sums.set(tally[by], sum);
  }
  const width = Math.max(...[...sums.keys(), by].map((name) => name.length));
  const line = (name: string, ...cells: (string | number)[]) =>
    name.padEnd(width) + cells.map((cell) => String(cell).padStart(11)).join("");
  const rows = [...sums].map(([name, { techniques, tried, refused }]) =>
    by === "family" ? line(name, techniques.size, tried, refused) : line(name, tried, refused)
  );
  return [
    by === "family"
      ? line(by, "techniques", "attempts", "refused")
      : line(by, "attempts", "refused"),
    ...rows,
  ];
}
