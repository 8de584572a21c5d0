import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { writeFigures } from "../bench/docs.ts";
import { type Database, resetDatabase, startDatabase } from "./database.ts";
import { writeDocs } from "./docs.ts";
import { isForeign, withoutPassword } from "./engines/url.ts";
import { flagOptions, type Flags, readApiPort, readFlags } from "./flags.ts";
import { functionNames } from "./functions.ts";
import { publishableKey, secretKey } from "./keys.ts";
import { isAlive } from "./lock.ts";
import { root } from "./paths.ts";
import { type Stack, startStack } from "./stack.ts";
import { readState, type StackState } from "./state.ts";
import { advisors, type CliResult, lint } from "./supabase.ts";
import { checkTypes, writeTypes } from "./types.ts";

const usage = `Turnbase's Docker-free Supabase stack

  npm start                    start it in the foreground; Ctrl-C stops it
  npm run db:reset             \`supabase db reset\` on the running stack
  npm run types                write types/database.types.ts      npm run types:check   compare it
  npm run docs                 write what README and docs/ take from the catalog and from bench/results
  npx tsx local/main.ts lint | advisors                           the CLI's own checks

Flags (after -- with npm):
  --engine pglite|native       the Postgres to start (default pglite)
  --db-url <url>               use this Postgres, 15 or newer; DATABASE_URL and POSTGRES_URL do the same
  --port <port>                of the API (default 54321)
  --db-port <port>             of Postgres (default 54422)
  --data-dir <folder>          where data stays (default .local/<engine>)
  --no-functions               start without edge functions
  --help`;

async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  // The demo reads flags of its own.
  if (command === "demo") return await (await import("./demo.ts")).demo(rest);
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...flagOptions, check: { type: "boolean" } },
    allowPositionals: true,
  });
  if (values.help || positionals.length === 0) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  if (positionals.length > 1) {
    throw new Error(
      `unexpected ${
        positionals[1]
      }: with npm, flags stand behind --, as in npm start -- --port 54999`,
    );
  }
  if (positionals[0] === "reset") {
    // It would be left unread, and the database of whatever stack runs there deleted instead.
    if (values["db-url"] !== undefined) {
      throw new Error(
        "db:reset is of the stack that runs: name it by --port <port>, and leave --db-url out",
      );
    }
    return await reset(readApiPort(values));
  }
  const flags = readFlags(values);
  switch (positionals[0]) {
    case "start":
      return start(flags);
    case "types":
      return values.check ? typesCheck() : types(flags);
    case "docs":
      return withDatabase(flags, docs);
    case "lint":
      return withDatabase(flags, (urls) => linted(urls.adminUrl));
    case "advisors":
      return withDatabase(
        flags,
        async (urls) => print(await advisors(urls.dbUrl)),
      );
  }
  console.error(`no command ${positionals[0] ?? ""}\n\n${usage}`);
  return 2;
}

async function start(flags: Flags): Promise<number> {
  const began = Date.now();
  const running: { stack?: Stack } = {};
  const ended = new Promise<void>((resolve) => {
    let asked = 0;
    const end = () => {
      // While it starts there is nothing to save, and whoever asks twice means it: the reaper ends our programs.
      if (!running.stack || ++asked > 1) process.exit(1);
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
    // The tsx command holds a channel to us; when it was killed, nobody can reach us any more.
    process.once("disconnect", end);
    // npm passes no signal on when it is ended itself.
    if (process.env["npm_lifecycle_event"]) {
      const npm = npmProcess();
      const watch = setInterval(() => {
        if (isAlive(npm)) return;
        clearInterval(watch);
        end();
      }, 500).unref();
    }
  });
  const stack = await startStack({ ...flags, log: progress });
  running.stack = stack;
  console.log(describe(stack, Date.now() - began, flags.functions));
  await ended;
  console.log("Stopping...");
  await stack.stop();
  return 0;
}

/** Our parent, or the parent of the shell between npm and us. */
function npmProcess(): number {
  const parent = process.ppid;
  const shown = spawnSync("ps", ["-o", "ppid=,comm=", "-p", String(parent)], { encoding: "utf8" });
  const [ppid, name] = (shown.stdout ?? "").trim().split(/\s+/);
  return name && /^-?(.*\/)?(ba|da|z|k)?sh$/.test(name) ? Number(ppid) : parent;
}

function describe(stack: Stack, ms: number, functions: boolean): string {
  const names = functionNames(root);
  const rows = [
    ["API URL", stack.apiUrl],
    ["REST", `${stack.apiUrl}/rest/v1`],
    [
      "Functions",
      functions
        ? `${stack.apiUrl}/functions/v1${names.length > 0 ? `  (${names.join(", ")})` : ""}`
        : "switched off (--no-functions)",
    ],
    ["DB URL", stack.dbUrl],
    ["JWT secret", stack.jwtSecret],
    ["publishable key", publishableKey],
    ["secret key", secretKey],
    ["anon key", stack.anonKey],
    ["service_role key", stack.serviceRoleKey],
    [
      "Demo users",
      "ada@example.com, grace@example.com  (password turnbase-demo)",
    ],
  ];
  const lines = rows.map(([name = "", value = ""]) => `${name.padStart(17)}: ${value}`);
  return [
    `\nTurnbase runs on ${stack.engine}, ready in ${(ms / 1000).toFixed(1)} s.\n`,
    ...lines,
    "\nAuth is a stand-in for this machine only; storage and realtime need `supabase start`. Ctrl-C stops the stack.",
  ].join("\n");
}

async function reset(apiPort: number): Promise<number> {
  const state = readState(apiPort);
  if (!state) {
    console.error(
      `No stack runs on port ${apiPort}: start one with npm start, or name its port with --port`,
    );
    return 1;
  }
  // It came with --db-url, or a variable that was set for another program: nobody was asked what goes.
  if (await isForeign(state.adminUrl)) {
    console.error(
      `${
        withoutPassword(state.adminUrl)
      } is a Supabase project of its own: a reset deletes all that it holds, so run npx supabase db reset yourself where that is meant`,
    );
    return 1;
  }
  await resetDatabase(state.dbUrl, {
    project: state.project,
    log: progress,
    onLine: progress,
  });
  // The stack looks for a new schema twice a second: when this command ends, the API shows it.
  await sleep(1000);
  console.log("Reset done.");
  return 0;
}

async function types(flags: Flags): Promise<number> {
  const running = readState(flags.apiPort);
  // Native may lack extensions, and then the tables that need them.
  const url = flags.dbUrl ??
    (running?.engine === "pglite" ? running.dbUrl : undefined);
  const changed = await writeTypes(url, progress);
  console.log(
    `types/database.types.ts is ${changed ? "written" : "up to date"}.`,
  );
  return 0;
}

async function typesCheck(): Promise<number> {
  const problem = await checkTypes(progress);
  if (problem) console.error(problem);
  else console.log("types/database.types.ts is what the migrations give.");
  return problem ? 1 : 0;
}

async function docs(urls: Pick<StackState, "dbUrl">): Promise<number> {
  const written = [...await writeDocs(urls.dbUrl, false), ...await writeFigures(false)];
  console.log(
    written.length > 0 ? `${written.join(", ")} written.` : "README and docs/ are up to date.",
  );
  return 0;
}

/** On the running stack, or else on a database made for the purpose. */
async function withDatabase(
  flags: Flags,
  use: (urls: Pick<StackState, "dbUrl" | "adminUrl">) => Promise<number>,
): Promise<number> {
  const running = flags.dbUrl || flags.engine ? undefined : readState(flags.apiPort);
  if (running) return await use(running);
  const where = flags.dbUrl
    ? { dbUrl: flags.dbUrl }
    : { engine: flags.engine, port: 0, dataDir: flags.dataDir ?? "memory" };
  await using database: Database = await startDatabase({
    ...where,
    log: progress,
  });
  return await use(database);
}

async function linted(adminUrl: string): Promise<number> {
  const result = await lint(adminUrl);
  if (
    result.code !== 0 && /plpgsql_check.*is not available/.test(result.stderr)
  ) {
    console.log(
      "Not linted: this server has no plpgsql_check; give one that has it with --db-url",
    );
    return 0;
  }
  return print(result);
}

function print(result: CliResult): number {
  process.stdout.write(result.stdout);
  process.stderr.write(result.stderr);
  return result.code;
}

function progress(line: string): void {
  console.log(line);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
