import assert from "node:assert/strict";
import { test } from "node:test";
import type { Shown } from "./contender.ts";
import { turnOf, turnsOf } from "./data.ts";
import { activityProblem, readProblem, usageProblem } from "./gates.ts";
import { compareAll } from "./judge.ts";
import type { ContenderResult, Figure, PeersResults, Phase } from "./results.ts";

const thread = 7;

function shownOf(turns: number): Shown[] {
  return turnsOf(thread, turns).flatMap(({ question, answer, meta }) => [
    { role: "user", text: question },
    { role: "assistant", text: answer, meta: { ...meta } },
  ]);
}

test("a turn is the same each time, and its text as long as the workload says", () => {
  assert.deepEqual(turnOf(3, 4), turnOf(3, 4));
  for (const { question, answer } of turnsOf(3, 50)) {
    assert.ok(question.length >= 59 && question.length <= 400, `${question.length}`);
    assert.ok(answer.length >= 399 && answer.length <= 2000, `${answer.length}`);
  }
  assert.equal(new Set(turnsOf(3, 50).map(({ answerId }) => answerId)).size, 50);
});

test("the gate of reads takes the newest in order, and nothing else", () => {
  const whole = shownOf(30);
  const last = whole.slice(-50);
  assert.equal(readProblem(last, thread, 30, 50), undefined);
  assert.match(readProblem(whole.slice(0, 50), thread, 30, 50) ?? "", /^order/);
  assert.match(readProblem(last.slice(1), thread, 30, 50) ?? "", /^read: 49 rows/);
  assert.match(readProblem([...last].reverse(), thread, 30, 50) ?? "", /^order/);
  const swapped = [...last.slice(0, 48), last[49], last[48]].map((one) => ({ ...one as Shown }));
  assert.match(readProblem(swapped, thread, 30, 50) ?? "", /^order: message 59/);
  const renamed = last.map((one) => ({ ...one, role: "user" }));
  assert.match(readProblem(renamed, thread, 30, 50) ?? "", /^role/);
  const changed = last.map(({ meta, ...one }) => ({
    ...one,
    meta: meta && { ...meta, cost_usd: Number(meta.cost_usd) + 1e-6 },
  }));
  assert.match(readProblem(changed, thread, 30, 50) ?? "", /^metadata/);
});

test("the gate of lists wants the thread that was written to last", () => {
  assert.equal(activityProblem(["old", "new"], "old"), undefined);
  assert.match(activityProblem(["new", "old"], "old") ?? "", /^list/);
  assert.match(activityProblem(undefined, "old") ?? "", /^list/);
});

test("the gate of usage wants exact sums, and a percentile within 5 %", () => {
  const metas = turnsOf(thread, 100).map(({ meta }) => meta);
  const tokens = metas.reduce((sum, meta) => sum + meta.input_tokens + meta.output_tokens, 0);
  const cost = metas.reduce((sum, { cost_usd }) => sum + cost_usd, 0);
  const p95 = metas.map(({ latency_ms }) => latency_ms).sort((a, b) => a - b)[94] ?? NaN;
  assert.equal(usageProblem({ tokens, cost, p95: p95 * 1.04 }, metas), undefined);
  assert.match(usageProblem({ tokens: tokens + 1, cost, p95 }, metas) ?? "", /tokens/);
  assert.match(usageProblem({ tokens, cost: cost + 1e-6, p95 }, metas) ?? "", /dollars/);
  assert.match(usageProblem({ tokens, cost, p95: p95 * 1.06 }, metas) ?? "", /p95/);
  assert.match(usageProblem({ tokens, cost, p95: NaN }, metas) ?? "", /p95/);
  assert.match(usageProblem(undefined, metas) ?? "", /usage/);
});

test("a write is compared by turns a second, a read by its median time", () => {
  const ours = contender("ours", "product", { turns: 200, ms: 2 });
  const theirs = contender("theirs", "rival", { turns: 100, ms: 1 });
  const compared = compareAll({ contenders: [theirs, ours] } as unknown as PeersResults);
  assert.deepEqual(
    compared.map(({ phase, other, found, outcome }) => [phase, other.name, found.median, outcome]),
    [["write 16", "theirs", 2, "ahead"], ["list 20", "theirs", 0.5, "behind"]],
  );
});

function contender(
  name: string,
  kind: ContenderResult["kind"],
  { turns, ms }: { turns: number; ms: number },
): ContenderResult {
  const figure = (phase: Phase, unit: Figure["unit"], perSecond: number, p50: number) => ({
    phase,
    unit,
    calls: 1,
    perSecond,
    p50,
    p95: p50,
    p99: p50,
    statements: null,
    walBytes: 0,
    cpuMs: null,
    serverCpuMs: null,
    bytes: null,
  });
  return {
    name,
    kind,
    group: "direct",
    versions: {},
    atomic: true,
    notes: [],
    loaded: null,
    problems: [],
    // What callers at once wait says nothing about how many turns there are.
    rounds: [[figure("write 16", "turns", turns, 50), figure("list 20", "calls", 7, ms)]],
  };
}
