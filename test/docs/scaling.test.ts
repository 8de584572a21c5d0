import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../local/paths.ts";

interface Results {
  sets: { set: string; size: string; product: { messages: number; bytes: number } }[];
  cases: {
    name: string;
    series: {
      label: string;
      side: string;
      size: string;
      callers: number;
      settings: object;
      rounds: { ms: number }[];
    }[];
  }[];
}

const page = await readFile(join(root, "docs/scaling.md"), "utf8");
const [, file = ""] = /\]\(\.\.\/(bench\/results\/[^)]+\.json)\)/.exec(page) ?? [];
// Written by npm run bench.
const results = JSON.parse(await readFile(join(root, file), "utf8")) as Results;

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function measured(name: string, label: string, callers: number): number {
  const series = results.cases.find((one) => one.name === name)?.series.filter((one) =>
    one.label === label && one.side === "product" && one.size === "2m" && one.callers === callers &&
    Object.keys(one.settings).length === 0
  );
  assert.equal(series?.length, 1, `${file} has ${name}, ${label}, ${callers} callers once`);
  return median(series?.[0]?.rounds.map(({ ms }) => ms) ?? []);
}

test("the figures of docs/scaling.md are those of the results that it names", () => {
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (.+?) +\| (\d+) +\| ([\d.]+) +\|$/gm)];
  assert.ok(rows.length >= 8, `${rows.length} rows`);
  for (const [, name = "", label = "", callers, ms] of rows) {
    const digits = ms?.split(".")[1]?.length ?? 0;
    assert.equal(ms, measured(name, label, Number(callers)).toFixed(digits), `${name}, ${label}`);
  }
  const [, turns] = /about ([\d,]+) turns a second/.exec(page) ?? [];
  assert.equal(
    turns,
    Math.round(1000 / measured("log_turn", "log_turn, 16 callers", 16)).toLocaleString("en"),
  );
  const chat = results.sets.find(({ set, size }) => set === "chat" && size === "2m")?.product;
  const [, bytes] = /took ([\d,]+) bytes each/.exec(page) ?? [];
  assert.equal(
    bytes,
    Math.round((chat?.bytes ?? 0) / (chat?.messages ?? 1)).toLocaleString("en"),
  );
});
