import { execFile } from "node:child_process";
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
  return deno(["check", ...await denoFlags(project), ...files], project, undefined);
}

/** `deno test` of every handler_test.ts, with no permission at all: no network, no environment, no files. */
export async function testFunctions(signal: AbortSignal): Promise<DenoResult> {
  const folder = join(root, "supabase", "functions");
  const flags = ["--no-check", "--no-prompt", ...await denoFlags(root)];
  return deno(["test", ...flags, folder], root, signal);
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

/** Beside whatever else runs in this process: the pgTAP files, and the time that a suite may take. */
function deno(
  args: readonly string[],
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<DenoResult> {
  const env = { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  const options = { cwd, env, maxBuffer: 1 << 26, ...(signal ? { signal } : {}) };
  return new Promise((resolve) => {
    execFile(findDeno(), args, options, (error, stdout, stderr) => {
      const code = !error ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ code, output: `${stdout}${stderr}` || (error?.message ?? "") });
    });
  });
}
