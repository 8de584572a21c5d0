import { noise, ratios, type Spread, spread } from "../stats.ts";
import type { ContenderResult, Figure, PeersResults, Phase } from "./results.ts";

/** What Turnbase has to be ahead in. */
export const judged: readonly Phase[] = [
  "write 16",
  "last 50 of 80",
  "last 50 of 200",
  "last 50 of 5,000",
  "list 20",
  "usage",
];

export interface Comparison {
  phase: Phase;
  product: ContenderResult;
  other: ContenderResult;
  /** How many times as fast the product is, round by round. */
  found: Spread;
  outcome: "ahead" | "level" | "behind";
}

/** A round's figure of a phase, in every round that has it. */
export function figures(of: ContenderResult, phase: Phase): Figure[] {
  return of.rounds.flatMap((round) => round.find((figure) => figure.phase === phase) ?? []);
}

/** Turns or calls a second, over the rounds. */
export function rate(of: ContenderResult, phase: Phase): Spread | undefined {
  const found = figures(of, phase);
  return found.length > 0 ? spread(found.map(({ perSecond }) => perSecond)) : undefined;
}

/** The first of each kind of failed gate, without the words behind the colon of it. */
export function problemsOf(of: ContenderResult, phase: Phase): string[] {
  return [...new Set(figures(of, phase).flatMap(({ problem }) => problem ?? []))];
}

/** Ours that stands in a group: the first, with what the others have an equal of. */
function productOf(found: PeersResults, group: ContenderResult["group"]) {
  return found.contenders.find((one) =>
    one.group === group && one.kind === "product" && measured(one)
  );
}

export function measured({ rounds }: ContenderResult): boolean {
  return rounds.length > 0;
}

/** Each other contender of a group beside ours; a write by turns a second, a read by its median time. */
export function compareAll(found: PeersResults, phases: readonly Phase[] = judged): Comparison[] {
  return (["direct", "http"] as const).flatMap((group) => {
    const product = productOf(found, group);
    if (!product) return [];
    return found.contenders
      .filter((other) => other.group === group && other.kind !== "product" && measured(other))
      .flatMap((other) => phases.flatMap((phase) => compare(product, other, phase) ?? []));
  });
}

function compare(
  product: ContenderResult,
  other: ContenderResult,
  phase: Phase,
): Comparison | undefined {
  const speeds = (of: ContenderResult) =>
    figures(of, phase).map(({ unit, perSecond, p50 }) => unit === "turns" ? perSecond : 1000 / p50);
  const all = ratios(speeds(product), speeds(other));
  if (all.length === 0) return undefined;
  const found = spread(all);
  const outcome = found.median > 1
    ? "ahead"
    : found.median + noise(found) >= 1
    ? "level"
    : "behind";
  return { phase, product, other, found, outcome };
}
