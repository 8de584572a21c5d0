import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseCases } from "./cases/index.ts";
import { sizes } from "./data/sizes.ts";
import { compareAll, judge } from "./judge.ts";
import type { CaseResult, Series, Target } from "./results.ts";

function series(label: string, size: Series["size"], rounds: number[]): Series {
  return {
    label,
    side: "product",
    size,
    messages: 1,
    callers: 1,
    settings: {},
    p95: 1,
    rounds: rounds.map((ms) => ({ ms, calls: 1, statementMs: ms, serverMs: null })),
  };
}

function outcome(target: Omit<Target, "says">, ...all: Series[]) {
  const one: CaseResult = {
    name: "case",
    measures: "",
    set: "chat",
    growth: [],
    series: all,
    targets: [],
    comparisons: [],
  };
  // Every kind of target has says; Omit over the union forgets which kind it was.
  return judge(one, { ...target, says: "" } as Target);
}

const faster = { kind: "faster", of: "a", against: "b", times: 2 } as const;
const within = { kind: "within", of: "a", against: "b", times: 1.5 } as const;

test("faster: the other's time by ours, round by round", () => {
  const found = outcome(faster, series("a", "2m", [1, 2, 1]), series("b", "2m", [2, 6, 4]));
  assert.deepEqual(found?.found, { median: 3, min: 2, max: 4 });
  assert.equal(found?.outcome, "reached");
});

test("faster: noise is half of what lies between the rounds", () => {
  const ours = series("a", "2m", [1, 1, 1]);
  assert.equal(outcome(faster, ours, series("b", "2m", [1, 1.5, 1.9]))?.outcome, "missed");
  assert.equal(outcome(faster, ours, series("b", "2m", [1.1, 1.5, 2.1]))?.outcome, "within noise");
  assert.equal(outcome(faster, ours, series("b", "2m", [1.2, 1.5, 2.1]))?.outcome, "missed");
  assert.equal(outcome(faster, ours, series("b", "2m", [1, 2, 2.1]))?.outcome, "reached");
});

test("one round that reaches the target is not enough", () => {
  const ours = series("a", "2m", [1, 1, 1]);
  assert.equal(outcome(faster, ours, series("b", "2m", [1.2, 1.2, 2]))?.outcome, "missed");
});

test("within: our time by the other's", () => {
  const floor = series("b", "2m", [1, 1, 1]);
  assert.equal(outcome(within, series("a", "2m", [1.4, 1.5, 2]), floor)?.outcome, "reached");
  assert.equal(outcome(within, series("a", "2m", [1.4, 1.6, 2]), floor)?.outcome, "within noise");
  assert.equal(outcome(within, series("a", "2m", [1.7, 1.8, 2]), floor)?.outcome, "missed");
});

test("growth: one variant at two sizes", () => {
  const target = { kind: "growth", of: "a", from: "200k", times: 1.5 } as const;
  const small = series("a", "200k", [1, 1, 1]);
  const found = outcome(target, small, series("a", "2m", [2, 2, 2]));
  assert.equal(found?.found.median, 2);
  assert.equal(found?.outcome, "missed");
  assert.equal(outcome(target, small), undefined);
});

test("under: milliseconds", () => {
  const target = { kind: "under", of: "a", ms: 5 } as const;
  assert.equal(outcome(target, series("a", "2m", [4, 5, 6]))?.outcome, "reached");
  assert.equal(outcome(target, series("a", "2m", [4.9, 5.1, 6]))?.outcome, "within noise");
  assert.equal(outcome(target, series("a", "2m", [5.1, 6, 6]))?.outcome, "missed");
});

test("judged at the largest size, or at the one that the target names", () => {
  const all = [
    series("a", "20k", [1]),
    series("b", "20k", [4]),
    series("a", "2m", [1]),
    series("b", "2m", [8]),
  ];
  assert.equal(outcome(faster, ...all)?.found.median, 8);
  assert.equal(outcome({ ...faster, size: "20k" }, ...all)?.found.median, 4);
  assert.equal(outcome({ ...faster, size: "200k" }, ...all), undefined);
});

test("what the run lacks is not judged", () => {
  assert.equal(outcome(faster, series("a", "2m", [1])), undefined);
  assert.equal(outcome(faster, series("b", "2m", [1])), undefined);
});

test("a comparison is the other's time by ours, and has no outcome", () => {
  const one: CaseResult = {
    name: "case",
    measures: "",
    set: "chat",
    growth: [],
    series: [series("a", "2m", [2, 2]), series("b", "2m", [4, 6])],
    targets: [],
    comparisons: [
      { says: "there", of: "a", against: "b" },
      { says: "not there", of: "a", against: "c" },
    ],
  };
  const found = compareAll({ cases: [one] });
  assert.deepEqual(found.map(({ comparison }) => comparison.says), ["there"]);
  assert.equal(found[0]?.found.median, 2.5);
});

test("every promise and comparison names variants that there are", () => {
  for (const one of chooseCases([])) {
    const labels = sizes.filter(({ name }) => one.sizes?.includes(name) ?? true)
      .flatMap((size) => one.variants(size).map(({ label }) => `${size.name} ${label}`));
    // What a run lacks is not judged: a name that is misspelt would never be.
    const has = (label: string, size?: string) =>
      labels.some((one) => size ? one === `${size} ${label}` : one.endsWith(` ${label}`));
    for (const target of one.targets) {
      assert.ok(has(target.of, target.size), `${one.name}: ${target.of}`);
      if ("against" in target) {
        assert.ok(has(target.against, target.size), `${one.name}: ${target.against}`);
      }
      if ("from" in target) {
        assert.ok(has(target.of, target.from), `${one.name}: ${target.of}, ${target.from}`);
      }
    }
    for (const { of, against } of one.comparisons ?? []) {
      assert.ok(has(of) && has(against), `${one.name}: ${of}, ${against}`);
    }
  }
});
