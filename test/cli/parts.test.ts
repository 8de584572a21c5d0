import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { testFiles } from "../../cli/bundle.ts";
import { clashCheck, clashQuery } from "../../cli/lists.ts";
import { choose, functionNeeds, isOptional, readParts } from "../../cli/parts.ts";
import { Problem } from "../../cli/problem.ts";
import { root } from "../../local/paths.ts";

const parts = readParts(root);
const page = (file: string) => readFileSync(join(root, file), "utf8");

test("docs/deploy.md says of each file what goes with it", () => {
  const cells = new Map(
    [...page("docs/deploy.md").matchAll(/^\| `(\d{4}_\w+)\.sql` *\|.*\| (.*?) *\|$/gm)]
      .map(([, file = "", cell = ""]) => [file, cell]),
  );
  const expected = parts.map((part) => {
    if (!isOptional(part)) return [part.file, "no"];
    const others = choose(parts, [part.name]).because;
    const numbers = parts.filter(({ name }) => others.has(name)).map(({ file }) =>
      file.slice(0, 4)
    );
    return [part.file, numbers.length === 0 ? "yes" : `with ${numbers.join(", ")}`];
  });
  const found = [...cells].map(([file, cell]) => {
    const numbers = cell.match(/\b\d{4}\b/g) ?? [];
    if (/^yes\b/.test(cell)) return [file, "yes"];
    return [file, /^only together with\b/.test(cell) ? `with ${numbers.join(", ")}` : cell];
  });
  assert.deepEqual(found, expected);
});

test("each part needs what stands before it, and says so in its header", () => {
  const before = new Set<string>();
  for (const part of parts) {
    for (const name of part.needs) assert.ok(before.has(name), `${part.file} needs ${name}`);
    before.add(part.name);
  }
  assert.deepEqual(parts.filter(({ needs }) => needs.length === 0).map(({ name }) => name), [
    "foundation",
    "schedules",
  ]);
  assert.deepEqual(parts.filter((part) => !isOptional(part)).map(({ file }) => file), [
    "0010_foundation",
    "0030_conversation_sessions",
    "0040_model_prices",
    "0050_conversation_messages",
  ]);
});

test("an edge function needs the parts whose functions it calls", () => {
  const folder = join(root, "supabase/functions");
  const folders = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_")).map(({ name }) => name);
  assert.deepEqual(folders.sort(), Object.keys(functionNeeds).sort());
  for (const [name, needs] of Object.entries(functionNeeds)) {
    const code = readdirSync(join(folder, name))
      .filter((file) => file.endsWith(".ts") && !file.endsWith("_test.ts"))
      .map((file) => page(join("supabase/functions", name, file))).join("\n");
    for (const { name: part, objects } of parts.filter(isOptional)) {
      const called = objects.find(({ kind, name: object }) =>
        kind === "function" && object.startsWith("public.") &&
        code.includes(`"${object.slice("public.".length)}"`)
      );
      if (!called) continue;
      const { functions } = choose(parts, [part]);
      assert.ok(!functions.includes(name), `${name} calls ${called.name} of ${part}`);
    }
    for (const need of needs) assert.ok(parts.some((part) => part.name === need), need);
  }
});

test("what is left out takes along what needs it, and functions that call it", () => {
  const { because, functions, without } = choose(parts, ["visitors", "profiles"]);
  assert.deepEqual([...because], [
    ["session-outcomes", "visitors"],
    ["turns", "visitors"],
    ["embeddings", "turns"],
    ["old-names", "visitors"],
  ]);
  assert.deepEqual(without.map(({ name }) => name), [
    "visitors",
    "session-outcomes",
    "turns",
    "embeddings",
    "profiles",
    "old-names",
  ]);
  assert.deepEqual(functions, ["health", "storage-cleanup"]);
  assert.deepEqual(choose(parts, ["functions"]).functions, []);
  assert.ok(!choose(parts, ["functions/health"]).functions.includes("health"));
});

test("a part that nobody knows, or that all need, is refused by name", () => {
  for (
    const [name, message] of [["serch", /no such part/], ["foundation", /nothing works without/]]
  ) {
    assert.throws(() => choose(parts, [String(name)]), (error) => {
      assert.ok(error instanceof Problem);
      assert.match(error.message, message as RegExp);
      assert.match(error.next, /search/);
      assert.equal(error.exitCode, 2);
      return true;
    });
  }
});

test("files that make nothing of their own have nothing to look for", () => {
  const foundation = parts.find(({ name }) => name === "foundation")?.text ?? "";
  assert.equal(clashCheck(foundation, new Set(["0800_schedules", "0900_brands_fkey"])), "");
  assert.equal(clashQuery(foundation, new Set(["0800_schedules"])), "");
  assert.match(clashCheck(foundation, new Set(["0800_schedules", "0910_profiles"])), /profiles/);
});

test("pgTAP files of a folder that is named for a part are left out with it", () => {
  const taken = (...without: string[]) =>
    testFiles(choose(parts, without)).map(([name]) => name)
      .filter((name) => /^(realtime|content_modes)\//.test(name));
  assert.ok(taken().length > 10);
  assert.deepEqual(taken("realtime", "content-modes"), []);
});
