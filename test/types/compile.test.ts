import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const here = join(root, "test", "types");
const files = readdirSync(here).filter((name) => name.endsWith(".test-d.ts"));
// As deep as test/types, so that the copies' imports find the same files.
const copy = join(root, ".local", `types-${process.pid}`);

after(() => rmSync(copy, { recursive: true, force: true }));

function compile(folder: string) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const made = spawnSync(process.execPath, [tsc, "-p", join(folder, "tsconfig.json")], {
    cwd: root,
    encoding: "utf8",
    timeout: 120_000,
  });
  return { code: made.status, output: made.stdout + made.stderr };
}

function makeCopy(change: (text: string) => string): void {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const name of ["tsconfig.json", "client.ts"]) {
    copyFileSync(join(here, name), join(copy, name));
  }
  for (const name of files) writeFileSync(join(copy, name), change(readText(name)));
}

function readText(name: string): string {
  return readFileSync(join(here, name), "utf8");
}

const directive = /^\s*\/\/ @ts-expect-error.*$/gm;

test("right calls compile and each wrong one does not", () => {
  const { code, output } = compile(here);
  assert.equal(code, 0, output);
});

test("without its directives every wrong call is an error", () => {
  const wanted = files.reduce(
    (sum, name) => sum + (readText(name).match(directive)?.length ?? 0),
    0,
  );
  assert.ok(wanted >= 25, `only ${wanted} wrong calls`);
  makeCopy((text) => text.replace(directive, ""));
  const { code, output } = compile(copy);
  assert.notEqual(code, 0, "tsc found nothing");
  const errors = output.split("\n").filter((line) => /: error TS\d+:/.test(line));
  assert.equal(errors.length, wanted, output);
});

test("a wrong argument that nobody expects fails", () => {
  makeCopy((text) => text);
  writeFileSync(
    join(copy, "wrong.test-d.ts"),
    `import { supabase } from "./client.ts";\nsupabase.rpc("get_session_cost", { p_id: "" });\n`,
  );
  const { code, output } = compile(copy);
  assert.notEqual(code, 0, "tsc found nothing");
  assert.match(output, /wrong\.test-d\.ts.*error TS\d+/);
});
