import assert from "node:assert/strict";
import { test } from "node:test";
import { ratiosPicture, reportPage } from "./report/page.ts";
import { logScale, roomFor, ticks } from "./report/svg.ts";
import type { Results, Series } from "./results.ts";

function series(label: string, side: Series["side"], ms: readonly number[]): Series {
  return {
    label,
    side,
    size: "200k",
    messages: 312_345,
    callers: 1,
    settings: {},
    p95: 9,
    rounds: ms.map((one) => ({ ms: one, calls: 10, statementMs: one, serverMs: null })),
  };
}

const loaded = { messages: 312_345, sessions: 2000, seconds: 10, bytes: 2 ** 20 };
const found: Results = {
  format: 1,
  at: "2026-01-31T12:00:00.000Z",
  commit: "0123456789",
  changed: false,
  machine: { cpu: "<any>", cores: 2, memoryGb: 4, os: "linux", node: "v20" },
  load: { before: 0.1, after: 1.2 },
  server: { version: "PostgreSQL 17", own: true, settings: { fsync: "on" } },
  flags: { names: [], sizes: ["200k"], rounds: 2, keep: false },
  triggers: {
    product: { conversation_messages: ["conversation_messages_20_limit_and_place"] },
    baseline: {},
  },
  sets: [{ set: "chat", size: "200k", product: loaded, baseline: loaded }],
  cases: [{
    name: "cost",
    measures: "What a session has cost.",
    set: "chat",
    growth: ["ours", "theirs"],
    series: [
      series("ours", "product", [1, 1]),
      series("theirs", "baseline", [8, 8]),
      series("bare", "floor", [0.5, 0.5]),
    ],
    targets: [
      {
        kind: "faster",
        of: "ours",
        against: "theirs",
        times: 2,
        says: "cost & all: at least 2 times",
      },
      { kind: "within", of: "ours", against: "bare", times: 1.5, says: "cost: at most 1.5 times" },
      { kind: "under", of: "ours", ms: 5, says: "asked for: under 5 ms" },
    ],
    comparisons: [{ of: "bare", against: "ours", says: "bare beside ours" }],
  }],
};

test("the page has every promise with its figure and its verdict", () => {
  const page = reportPage(found);
  assert.match(page, /cost &#38; all[^]*?8\.00×[^]*?≥ 2×[^]*?reached/);
  assert.match(page, /2\.00×[^]*?≤ 1\.5×[^]*?missed/);
  assert.match(page, /asked for<\/td><td>&lt; 5 ms<\/td><td><b>1\.00 ms<\/b>/);
  assert.match(page, /bare beside ours<\/td><td><b>2\.00×<\/b>/);
  assert.match(page, /2 reached<\/b>, <b[^>]*>1 missed/);
});

test("the page needs nothing that is not in it", () => {
  const page = reportPage(found);
  assert.doesNotMatch(page, /<script|<link|src=|url\(/);
  assert.deepEqual([...new Set(page.match(/https?:[^"]+/g))], ["http://www.w3.org/2000/svg"]);
});

test("what a machine calls itself is text", () => {
  assert.match(reportPage(found), /&#60;any&#62;/);
  assert.doesNotMatch(reportPage(found), /<any>/);
});

test("the picture shows ratios, not milliseconds", () => {
  const picture = ratiosPicture(found);
  assert.match(picture, /^<svg [^]*<\/svg>\n$/);
  assert.match(picture, /cost &#38; all/);
  assert.doesNotMatch(picture, /asked for/);
});

test("an axis has room on both sides of all values", () => {
  assert.deepEqual(roomFor([1, 8]), [0.5, 10]);
  assert.deepEqual(roomFor([0.21, 0.3]), [0.1, 0.5]);
  assert.deepEqual(roomFor([563]), [500, 1000]);
});

test("ticks are 1, 2 and 5 of every power of ten", () => {
  assert.deepEqual(ticks([0.5, 20]), [0.5, 1, 2, 5, 10, 20]);
});

test("a scale puts equal ratios at equal distances", () => {
  const at = logScale([1, 100], [0, 200]);
  assert.equal(at(1), 0);
  assert.equal(at(10), 100);
  assert.equal(at(100), 200);
});
