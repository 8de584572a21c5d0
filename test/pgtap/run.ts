import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { close, connect, type FileOutcome, runFile } from "./file.ts";
import { installPgtap } from "./install.ts";

export interface PgtapOptions {
  dbUrl: string;
  /** Who may install pgTAP where `dbUrl` may not. */
  adminUrl?: string;
  /** Databases like it: as many more files run at once. */
  copies?: readonly { dbUrl: string; adminUrl: string }[];
  /** One more that comes while files run, and takes of those that are left then. */
  joins?: Promise<Place | undefined> | undefined;
  /** Files or folders; all of supabase/tests without. */
  files?: string[];
  tap?: boolean;
  /** Once it is aborted no other file is begun. */
  signal?: AbortSignal;
  log?: (line: string) => void;
  /** The reason to leave a file out, which is printed. */
  exclude?: (file: string) => string | undefined;
}

export interface PgtapSummary {
  passed: number;
  failed: number;
  skipped: number;
  todo: number;
  files: number;
}

const defaultFolder = "supabase/tests";
// What pg_prove takes under `supabase test db`; helper files carry another ending.
const testFile = /\.(sql|pg)$/;

/** Runs pgTAP files one after another in each database; a file that dies or breaks its plan counts as a failure. */
export async function runPgtap(options: PgtapOptions): Promise<PgtapSummary> {
  const log = options.log ?? console.log;
  const started = performance.now();
  const summary: PgtapSummary = { passed: 0, failed: 0, skipped: 0, todo: 0, files: 0 };
  const files = await findTests(options.files ?? [defaultFolder]);
  const isOurs = files.some((file) => file.startsWith(resolve(defaultFolder)));
  const databases: Place[] = [options, ...(options.copies ?? [])];
  if (files.length === 0) {
    log(`no pgTAP file in ${(options.files ?? [defaultFolder]).join(", ")}`);
    summary.failed = 1;
  } else {
    for (const database of databases) await prepare(database, isOurs);
  }
  const run = async (dbUrl: string, file: string) => {
    const name = relative(process.cwd(), file);
    const reason = options.exclude?.(name);
    if (reason !== undefined) {
      log(options.tap ? `# ${name}\n1..0 # SKIP ${reason}` : `- ${name}  left out: ${reason}`);
      summary.skipped += 1;
      return;
    }
    const outcome = await runFile(dbUrl, file);
    summary.files += 1;
    for (const key of ["passed", "failed", "skipped", "todo"] as const) {
      summary[key] += outcome[key];
    }
    for (const line of options.tap ? [`# ${name}`, ...outcome.lines] : report(name, outcome)) {
      log(line);
    }
  };
  const work = async ({ dbUrl }: Place) => {
    for (let file = files.shift(); file !== undefined; file = files.shift()) {
      if (!options.signal?.aborted) await run(dbUrl, file);
    }
  };
  let joined: Promise<unknown> | undefined;
  const help = async (place: Place) => {
    await prepare(place, isOurs);
    databases.push(place);
    await work(place);
  };
  // What goes wrong with it is thrown when the others are done.
  void options.joins?.then((place) => {
    if (place && files.length > 0) joined = help(place).catch((error: unknown) => error);
  }, (error: unknown) => {
    joined = Promise.resolve(error);
  });
  await Promise.all(databases.map(work));
  const problem = await joined;
  if (problem !== undefined) throw problem;
  if (isOurs) { for (const { dbUrl } of databases) await tidy(dbUrl); }
  log(`${options.tap ? "# " : ""}${closing(summary, performance.now() - started)}`);
  return summary;
}

const testSchema = join(defaultFolder, "_shared/schema.psql");

type Place = Pick<PgtapOptions, "dbUrl" | "adminUrl">;

/** Makes once what would let the server plan every statement again, if each file made it. */
async function prepare({ dbUrl, adminUrl = dbUrl }: Place, isOurs: boolean): Promise<void> {
  await using admin = await connected(adminUrl);
  await installPgtap(admin.client);
  if (!isOurs) return;
  await using tester = await connected(dbUrl);
  await tester.client.query(await readFile(testSchema, "utf8"));
  // Temporary functions stand in a schema too, and the embedded engine keeps one for all connections.
  await tester.client.query("create temp table first (); drop table first");
}

async function tidy(dbUrl: string): Promise<void> {
  await using tester = await connected(dbUrl);
  await tester.client.query("drop schema if exists tests");
}

async function connected(url: string) {
  const client = await connect(url);
  return { client, [Symbol.asyncDispose]: () => close(client) };
}

async function findTests(paths: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (!info) throw new Error(`no such file or folder: ${path}`);
    if (!info.isDirectory()) {
      found.push(resolve(path));
      continue;
    }
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const tests = entries.filter((entry) => entry.isFile() && testFile.test(entry.name));
    found.push(...tests.map((entry) => resolve(join(entry.parentPath, entry.name))).sort());
  }
  return [...new Set(found)];
}

function report(name: string, outcome: FileOutcome): string[] {
  const good = outcome.failed === 0;
  const counts = [
    `${outcome.passed} passed`,
    ...(good ? [] : [`${outcome.failed} failed`]),
    ...(outcome.skipped ? [`${outcome.skipped} skipped`] : []),
    ...(outcome.todo ? [`${outcome.todo} todo`] : []),
  ].join(", ");
  const lines = [`${good ? "✓" : "✗"} ${name}  ${counts}  ${Math.round(outcome.ms)} ms`];
  if (good) return lines;
  for (const failure of outcome.failures) {
    lines.push(`    not ok: ${failure.description || "(no description)"}`);
    lines.push(...failure.diagnostics.map((line) => `      ${line}`));
  }
  for (const problem of outcome.problems) lines.push(`    ${problem.replaceAll("\n", "\n    ")}`);
  lines.push(...outcome.notices.map((notice) => `    ${notice}`));
  return lines;
}

function closing(summary: PgtapSummary, ms: number): string {
  const extra = [
    ...(summary.skipped ? [`${summary.skipped} skipped`] : []),
    ...(summary.todo ? [`${summary.todo} todo`] : []),
  ].map((part) => `, ${part}`).join("");
  const seconds = (ms / 1000).toFixed(1);
  return `${summary.passed} passed, ${summary.failed} failed${extra} in ${summary.files} files (${seconds} s)`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "db-url": { type: "string" },
      "admin-url": { type: "string" },
      tap: { type: "boolean", default: false },
    },
  });
  const database = values["db-url"] === undefined ? await embedded() : undefined;
  const adminUrl = values["admin-url"] ?? database?.adminUrl;
  try {
    const summary = await runPgtap({
      dbUrl: values["db-url"] ?? database?.dbUrl ?? "",
      ...(adminUrl === undefined ? {} : { adminUrl }),
      ...(positionals.length > 0 ? { files: positionals } : {}),
      tap: values.tap,
    });
    process.exitCode = summary.failed > 0 ? 1 : 0;
  } finally {
    await database?.stop();
  }
}

async function embedded() {
  const { startDatabase } = await import("../../local/database.ts");
  return await startDatabase({ engine: "pglite", dataDir: "memory", port: 0 });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
