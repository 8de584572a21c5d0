import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { startDatabase } from "../../local/database.ts";
import { testFunctions } from "../../local/functions-test.ts";
import { root } from "../../local/paths.ts";
import { runPgtap } from "../pgtap/run.ts";
import { withApi } from "./api.ts";
import { onDatabase, withCopy } from "./copy.ts";
import { runNodeTests } from "./node.ts";
import { type Log, type Tally } from "./tally.ts";

export interface Suite {
  name: string;
  /** After which it counts as failed and its processes are ended. */
  timeoutMs: number;
  run(options: { signal: AbortSignal; log: Log }): Promise<Tally>;
}

/** The folders whose suites must be there; others below test/ are found. */
const required = ["types", "pgtap", "api", "functions"];
const elsewhere = new Set([
  "stack",
  "readme",
  "server",
  "databases",
  "attack",
  "package",
  "mutation",
  "ending",
  "browser",
  "fuzz",
  "faults",
]);
/** Of these the ones that need no stack, and can run at once. */
const light = new Set(["types", "pgtap", "docs", "cli", "run"]);
/** And those whose files share a stack. */
const onApi = new Set(["api", "examples", "functions"]);

/** What `npm test` runs: two lanes beside each other, the groups of a lane one after another, the suites of a group at once. */
export function localSuites(): Suite[][][] {
  const found = readdirSync(join(root, "test"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !elsewhere.has(entry.name))
    .filter((entry) => testFiles(entry.name).length > 0)
    .map((entry) => entry.name);
  const rest = [...new Set([...required, ...found])].filter((folder) => !light.has(folder));
  const { groups, done } = untilDone([
    [
      { name: "edge functions (deno test)", timeoutMs: 60_000, run: runFunctions },
      ...[...light].map((folder) => nodeSuite(folder, 150_000, 1)),
      nodeSuite("bench", 150_000, 1, "."),
    ],
    ...rest.map((folder) => [onApi.has(folder) ? apiSuite(folder) : nodeSuite(folder)]),
  ]);
  return [
    // PGlite keeps one core busy; the other lane is for the other, and a second PGlite when that is done.
    [[{
      name: "SQL (pgTAP on PGlite)",
      timeoutMs: 600_000,
      run: ({ signal, log }) => runSql(signal, log, done),
    }]],
    groups,
  ];
}

/** The same suites, and when all of them have ended; never where some are left out. */
function untilDone(groups: Suite[][]): { groups: Suite[][]; done: Promise<void> } {
  let open = groups.flat().length;
  let resolve = () => {};
  const done = new Promise<void>((resolved) => resolve = resolved);
  const counted = ({ run, ...suite }: Suite): Suite => ({
    ...suite,
    run: async (options) => {
      try {
        return await run(options);
      } finally {
        if (--open === 0) resolve();
      }
    },
  });
  return { groups: groups.map((group) => group.map(counted)), done };
}

type ServerUrls = { dbUrl: string; adminUrl: string; hasVector: boolean };

/**
 * What `npm run test:server` begins with, one after another: the first copies the database, to which nobody else may be
 * connected; the next locks its tables and counts its rows; the others hold times.
 */
export function firstServerSuites(urls: ServerUrls): Suite[][] {
  return [
    [nodeSuite("attack", 120_000, 1)],
    [serverSql(urls)],
    // The files of the first share a database, those of the second have their own: so one of each at once.
    [nodeSuite("server", 900_000, 1), nodeSuite("databases", 900_000, 1)],
    [apiSuite("fuzz")],
    [nodeSuite("stack")],
  ];
}

/** What it runs then, in two lanes too. */
export function serverSuites(): Suite[][][] {
  return [
    [[faultSuite(600_000)], [nodeSuite("ending")], [nodeSuite("readme")]],
    [[nodeSuite("mutation", 120_000, 1)], [nodeSuite("package", 600_000, 1)], [
      apiSuite("browser"),
    ]],
  ];
}

function nodeSuite(
  folder: string,
  timeoutMs = 240_000,
  concurrency = cores(),
  within = "test",
): Suite {
  return {
    name: join(within, folder),
    timeoutMs,
    run: ({ signal, log }) => runNodeTests(testFiles(folder, within), { concurrency, signal, log }),
  };
}

/** One stack for all files of a folder: each starts a few seconds earlier than with its own. */
function apiSuite(folder: string): Suite {
  // The files of functions count rows of all tables, so one has to wait for the other.
  const { run, ...suite } = nodeSuite(folder, 240_000, folder === "functions" ? 1 : 2);
  return { ...suite, run: (options) => withApi(() => run(options)) };
}

/** What is done to a server of its own; `names` picks files whose name contains one. */
export function faultSuite(timeoutMs: number, names: readonly string[] = []): Suite {
  const files = testFiles("faults").filter((file) =>
    names.length === 0 || names.some((name) => basename(file).includes(name))
  );
  return {
    name: join("test", "faults"),
    timeoutMs,
    run: ({ signal, log }) => runNodeTests(files, { concurrency: 1, signal, log }),
  };
}

/** The pgTAP files on a real server, without those that need what it lacks. */
function serverSql(urls: ServerUrls): Suite {
  return {
    name: "SQL (pgTAP on the server)",
    timeoutMs: 480_000,
    run: async ({ signal, log }) => {
      const needVector = urls.hasVector ? new Set<string>() : await vectorTests();
      const { dbUrl, adminUrl } = urls;
      const copy = `turnbase_copy_${process.pid}`;
      return await withCopy(adminUrl, copy, async () =>
        await runPgtap({
          dbUrl,
          adminUrl,
          copies: [{ dbUrl: onDatabase(dbUrl, copy), adminUrl: onDatabase(adminUrl, copy) }],
          signal,
          log: indent(log),
          exclude: (file) => needVector.has(file) ? "this server has no pgvector" : undefined,
        }));
    },
  };
}

async function runSql(
  signal: AbortSignal,
  log: Log,
  coreIsFree: Promise<void>,
): Promise<Tally> {
  const start = () => startDatabase({ engine: "pglite", dataDir: "memory", port: 0 });
  await using database = await start();
  const { dbUrl, adminUrl } = database;
  let isOver = false;
  let second: ReturnType<typeof start> | undefined;
  try {
    return await runPgtap({
      dbUrl,
      adminUrl,
      joins: coreIsFree.then(() => isOver ? undefined : second = start()),
      signal,
      log: indent(log),
    });
  } finally {
    isOver = true;
    await (await second)?.stop();
  }
}

async function runFunctions(
  { signal, log }: { signal: AbortSignal; log: Log },
): Promise<Tally> {
  const { code, output } = await testFunctions(signal);
  const counts = /(\d+) passed[^|]*\| (\d+) failed(?:[^|]*\| (\d+) ignored)?/.exec(output);
  const [passed, failed, skipped] = [1, 2, 3].map((part) => Number(counts?.[part] ?? 0));
  for (const line of output.trim().split("\n")) if (line.trim()) log(`  ${line}`);
  const bad = failed || (code === 0 ? 0 : 1);
  return { passed: passed ?? 0, failed: bad, skipped: skipped ?? 0 };
}

async function vectorTests(): Promise<Set<string>> {
  const folder = join(root, "supabase", "tests");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const found = new Set<string>();
  for (const name of names.filter((file) => file.endsWith(".test.sql"))) {
    const sql = await readFile(join(folder, name), "utf8");
    if (/_fixtures\/embeddings\.psql|public\.message_embeddings/.test(sql)) {
      found.add(join("supabase", "tests", name));
    }
  }
  return found;
}

function testFiles(folder: string, within = "test"): string[] {
  const path = join(root, within, folder);
  const names = (() => {
    try {
      return readdirSync(path, { recursive: true, encoding: "utf8" });
    } catch {
      return [];
    }
  })();
  return names.filter((name) => name.endsWith(".test.ts") && !name.includes("node_modules")).sort()
    .map((name) => join(path, name));
}

function cores(): number {
  return Math.min(availableParallelism(), 4);
}

function indent(log: Log): Log {
  return (line) => log(`  ${line}`);
}
