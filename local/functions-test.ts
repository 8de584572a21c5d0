import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { findDeno } from "./deno.ts";
import { writeLocalImportMap } from "./import-map.ts";
import { root } from "./paths.ts";

export interface DenoResult {
  code: number;
  output: string;
}

/**
 * `deno check` of the functions, without their tests: the npm copy of the standard library carries no types, so
 * only where JSR can be reached can the tests be checked too.
 */
export async function checkFunctions(project: string = root): Promise<DenoResult> {
  const folder = join(project, "supabase", "functions");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith("_test.ts"))
    .map((name) => join(folder, name));
  return deno(["check", ...await denoFlags(project), ...files], project);
}

/** `deno test` of every handler_test.ts, with no permission at all: no network, no environment, no files. */
export async function testFunctions(project: string = root): Promise<DenoResult> {
  const folder = join(project, "supabase", "functions");
  return deno(["test", "--no-check", "--no-prompt", ...await denoFlags(project), folder], project);
}

async function denoFlags(project: string): Promise<string[]> {
  return [
    "--quiet",
    "--no-remote",
    "--no-lock",
    "--node-modules-dir=manual",
    `--import-map=${await writeLocalImportMap(project)}`,
  ];
}

function deno(args: readonly string[], cwd: string): DenoResult {
  const env = { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  const done = spawnSync(findDeno(), args, { cwd, env, encoding: "utf8" });
  return {
    code: done.status ?? 1,
    output: `${done.stdout}${done.stderr}` || (done.error?.message ?? ""),
  };
}
