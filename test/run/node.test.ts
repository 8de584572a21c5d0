import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { runNodeTests } from "./node.ts";

const one = `import { after, test } from "node:test";\ntest("one", () => {});\n`;

/** What the runner makes of a file. */
async function judge(t: TestContext, source: string) {
  const folder = await mkdtemp(join(tmpdir(), "turnbase-run-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "some.test.mjs");
  await writeFile(file, source);
  const lines: string[] = [];
  const options = { concurrency: 1, signal: t.signal, log: (line: string) => lines.push(line) };
  const { passed, failed, skipped } = await runNodeTests([file], options);
  return { counts: [passed, failed, skipped], output: lines.join("\n") };
}

const later = (what: string) =>
  `test("two", () => new Promise(() => setTimeout(() => {
  ${what}
}, 500)));\n`;

const cases: [name: string, source: string, counts: number[], says: RegExp][] = [
  ["all pass", one, [1, 0, 0], /✓ .*one/],
  ["one fails", `${one}test("two", () => { throw new Error("no") });`, [1, 1, 0], /✗ .*two[^]*no/],
  ["none is there", "", [0, 1, 0], /has no test/],
  ["killed among them", one + later(`process.kill(process.pid, "SIGKILL")`), [1, 1, 0], /SIGKILL/],
  ["exits among them", one + later("process.exit(3)"), [1, 1, 0], /ended badly.*\n.*exit code 3/],
  ["its clean-up fails", `${one}after(() => { throw new Error("left") });`, [1, 1, 0], /left/],
  [
    "an error comes late",
    `${one}test("two", () => { setTimeout(() => { throw new Error("late") }, 50) });`,
    [2, 1, 0],
    /late/,
  ],
  ["one is to do", `${one}test("two", { todo: true }, () => { throw 1 });`, [1, 0, 0], /one/],
  ["one is skipped", `${one}test("two", { skip: "no disk" }, () => {});`, [1, 0, 1], /no disk/],
];

for (const [name, source, counts, says] of cases) {
  test(`counts a file's tests: ${name}`, async (t) => {
    const result = await judge(t, source);
    assert.deepEqual(result.counts, counts, result.output);
    assert.match(result.output, says);
  });
}
