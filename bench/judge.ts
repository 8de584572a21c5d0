import { sizes } from "./data/sizes.ts";
import type { CaseResult, Comparison, Results, Series, Target } from "./results.ts";
import { noise, ratios, type Spread, spread } from "./stats.ts";

/** `within noise`: the median misses the target by no more than the noise of the run. */
type Outcome = "reached" | "within noise" | "missed";

export interface Verdict {
  target: Target;
  case: string;
  /** The size that it was judged at. */
  size: Series["size"];
  of: Series;
  against?: Series;
  /** Speed-up, share of time, growth, or milliseconds, as the kind of target has it. */
  found: Spread;
  wanted: number;
  outcome: Outcome;
}

export function judgeAll({ cases }: Results): Verdict[] {
  return cases.flatMap((one) =>
    one.targets.map((target) => judge(one, target)).filter((verdict) => verdict !== undefined)
  );
}

/** What is compared without a promise, at the largest size. */
export interface Compared {
  comparison: Comparison;
  case: string;
  size: Series["size"];
  of: Series;
  against: Series;
  /** The time of `against` by that of `of`. */
  found: Spread;
}

export function compareAll({ cases }: Pick<Results, "cases">): Compared[] {
  return cases.flatMap((one) =>
    one.comparisons.flatMap((comparison) => {
      const of = pick(one, comparison.of);
      const against = of && beside(one, of, comparison.against);
      if (!against) return [];
      const found = spread(ratios(times(against), times(of)));
      return [{ comparison, case: one.name, size: of.size, of, against, found }];
    })
  );
}

/** Undefined where the run lacks what the target compares. */
export function judge(one: CaseResult, target: Target): Verdict | undefined {
  const of = pick(one, target.of, target.size);
  if (!of) return undefined;
  const about = { target, case: one.name, size: of.size, of };
  if (target.kind === "under") {
    const found = spread(times(of));
    return { ...about, found, wanted: target.ms, outcome: atMost(found, target.ms) };
  }
  const against = target.kind === "growth"
    ? pick(one, target.of, target.from)
    : beside(one, of, target.against);
  if (!against || against === of) return undefined;
  const found = spread(
    target.kind === "faster"
      ? ratios(times(against), times(of))
      : ratios(times(of), times(against)),
  );
  const outcome = target.kind === "faster"
    ? atLeast(found, target.times)
    : atMost(found, target.times);
  return { ...about, against, found, wanted: target.times, outcome };
}

function times({ rounds }: Series): number[] {
  return rounds.map(({ ms }) => ms);
}

function beside(one: CaseResult, of: Series, against: string): Series | undefined {
  return one.series.find(({ label, size }) => label === against && size === of.size);
}

/** Of the wanted size, or else the largest that there is. */
function pick(one: CaseResult, label: string, wanted?: Series["size"]): Series | undefined {
  const order = sizes.map(({ name }) => name);
  return one.series
    .filter((series) => series.label === label && [series.size, undefined].includes(wanted))
    .sort((a, b) => order.indexOf(a.size) - order.indexOf(b.size))
    .at(-1);
}

function atLeast(found: Spread, wanted: number): Outcome {
  if (found.median >= wanted) return "reached";
  return found.median + noise(found) >= wanted ? "within noise" : "missed";
}

function atMost(found: Spread, wanted: number): Outcome {
  if (found.median <= wanted) return "reached";
  return found.median - noise(found) <= wanted ? "within noise" : "missed";
}
