import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeFigures } from "../bench/docs.ts";
import { docLinks } from "./check/docs.ts";
import { root } from "./check/files.ts";
import { command, found, type Gate, gate, type Verdict } from "./check/gate.ts";
import { lockfile } from "./check/lockfile.ts";
import { migrations } from "./check/migrations.ts";
import { rollbackList } from "./check/rollback.ts";
import { sqlFormat, sqlLint } from "./check/sql.ts";
import { words } from "./check/words.ts";
import { checkFunctions } from "./functions-test.ts";
import { checkImportMaps } from "./import-map.ts";

const formats: Gate[] = [
  gate("SQL format", async () => found(await sqlFormat(false))),
  gate("format", () => command("deno", "fmt", "--check")),
  gate("lockfile", async () => found(await lockfile(false))),
  gate("rollback", async () => found(await rollbackList(false))),
];

const mendings: Gate[] = [
  gate("SQL format", async () => found(await sqlFormat(true))),
  gate("format", () => command("deno", "fmt", "--quiet")),
  gate("lockfile", async () => found(await lockfile(true))),
  gate("rollback", async () => found(await rollbackList(true))),
];

const checks: Gate[] = [
  ...formats,
  gate("SQL lint", async () => found(await sqlLint())),
  gate("migrations", async () => found(await migrations())),
  gate("lint", () => command("deno", "lint", "--quiet")),
  gate("TypeScript", () => command("tsc", "--noEmit")),
  gate("functions", functions),
  gate("import maps", importMaps),
  gate("unused code", () => command("knip", "--no-progress", "--no-config-hints")),
  gate("doc links", async () => found(await docLinks())),
  gate("figures", figures),
  gate("words", async () => found(await words())),
  gate("types", checkTypes),
];

const functionsConfig = "supabase/functions/deno.json";

async function functions(): Promise<Verdict> {
  const { code, output } = await checkFunctions();
  return found(code === 0 ? [] : [output]);
}

async function figures(): Promise<Verdict> {
  return found(
    (await writeFigures(true)).map((file) =>
      `${file} does not say what bench/results says: run npm run docs`
    ),
  );
}

async function importMaps(): Promise<Verdict> {
  if (!existsSync(join(root, functionsConfig))) return { leftOut: `no ${functionsConfig}` };
  return found(await checkImportMaps(root, join(root, "package.json")));
}

async function checkTypes(): Promise<Verdict> {
  if (!existsSync(join(root, "local/main.ts"))) return { leftOut: "no local/main.ts" };
  return await command("tsx", "local/main.ts", "types", "--check");
}

async function judge({ run }: Gate): Promise<Verdict> {
  try {
    return await run();
  } catch (error) {
    return found([error instanceof Error ? error.stack ?? error.message : String(error)]);
  }
}

const gates = process.argv.includes("--fix") ? mendings : checks;
const width = Math.max(...gates.map(({ name }) => name.length));
const failures: { name: string; problems: string[] }[] = [];
let passed = 0;

for (const one of gates) {
  const started = performance.now();
  const verdict = await judge(one);
  const ms = `${Math.round(performance.now() - started)} ms`.padStart(9);
  let word = "ok";
  if ("leftOut" in verdict) word = `left out: ${verdict.leftOut}`;
  else if (verdict.problems.length === 0) passed += 1;
  else {
    word = "failed";
    failures.push({ name: one.name, problems: verdict.problems });
  }
  console.log(`${one.name.padEnd(width)}  ${ms}  ${word}`);
}

for (const { name, problems } of failures) console.log(["", `${name}:`, ...problems].join("\n  "));
console.log(`\n${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
