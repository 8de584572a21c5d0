import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { modulesDir, root, stateDir } from "./paths.ts";
import { reaper } from "./reaper.ts";

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  /** The folder that holds supabase/; the checkout by default. */
  workdir?: string;
  onLine?: (line: string) => void;
}

/** Runs the real Supabase CLI: no prompt, no telemetry, and a home of its own, so that a login of the developer plays no part. */
async function supabase(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const home = join(stateDir, "cli");
  await mkdir(home, { recursive: true });
  const child = spawn(
    process.execPath,
    [
      join(modulesDir, "supabase", "dist", "supabase.js"),
      ...args,
      "--yes",
      "--agent=no",
      `--workdir=${options.workdir ?? root}`,
    ],
    { stdio: ["ignore", "pipe", "pipe"], env: cliEnvironment(home), cwd: options.workdir ?? root },
  );
  reaper.watch(child, "SIGTERM");
  return await new Promise((resolve, reject) => {
    const result: CliResult = { code: 1, stdout: "", stderr: "" };
    let line = "";
    const feed = (text: string) => {
      line += text;
      const lines = line.split("\n");
      line = lines.pop() ?? "";
      for (const whole of lines) options.onLine?.(whole);
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      result.stdout += text;
      feed(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      result.stderr += text;
      feed(text);
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (line) options.onLine?.(line);
      resolve({ ...result, code: code ?? 1 });
    });
  });
}

function cliEnvironment(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) =>
    !/^(SUPABASE_|PG[A-Z]|DATABASE_URL$)/.test(name)
  );
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    CI: "1",
    DO_NOT_TRACK: "1",
    SUPABASE_TELEMETRY_DISABLED: "1",
    SUPABASE_NO_KEYRING: "1",
    NO_COLOR: "1",
  };
}

/** Our own engines speak no TLS; saying so spares the CLI a failed attempt and a warning. */
function remote(dbUrl: string): string {
  const url = new URL(dbUrl);
  const local = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (local && !url.searchParams.has("sslmode")) url.searchParams.set("sslmode", "disable");
  return `--remote=${url.href}`;
}

/** `supabase db reset`: drops what the migrations made, empties auth.users, applies migrations and seed. */
export function reset(dbUrl: string, options?: CliOptions): Promise<CliResult> {
  return supabase(["db", "reset", remote(dbUrl)], options);
}

/**
 * `supabase db push`: applies the migrations that the database has not seen, and with `seed` the seed file; those with
 * numbers before the newest only with `all`.
 */
export function push(
  dbUrl: string,
  options: CliOptions & { seed: boolean; all?: boolean },
): Promise<CliResult> {
  const flags = [
    ...(options.all === false ? [] : ["--include-all"]),
    ...(options.seed ? ["--include-seed"] : []),
  ];
  return supabase(["db", "push", ...flags, "--skip-vault", remote(dbUrl)], options);
}

/** `supabase migration repair --status reverted`: takes lines out of the history of migrations. */
export function revert(
  dbUrl: string,
  versions: readonly string[],
  options?: CliOptions,
): Promise<CliResult> {
  return supabase(
    ["migration", "repair", "--status", "reverted", ...versions, remote(dbUrl)],
    options,
  );
}

/** `supabase db lint`; it makes the extension plpgsql_check, so it wants the superuser and a server that has it. */
export function lint(adminUrl: string, options?: CliOptions): Promise<CliResult> {
  return supabase(
    ["db", "lint", "--level=warning", "--fail-on=warning", remote(adminUrl)],
    options,
  );
}

/** `supabase db advisors`. */
export function advisors(dbUrl: string, options?: CliOptions): Promise<CliResult> {
  return supabase(["db", "advisors", "--level=warn", "--fail-on=warn", remote(dbUrl)], options);
}

/** `supabase gen types typescript` of schema public; unformatted. */
export function generateTypes(dbUrl: string, options?: CliOptions): Promise<CliResult> {
  return supabase(["gen", "types", "typescript", "--schema=public", remote(dbUrl)], options);
}
