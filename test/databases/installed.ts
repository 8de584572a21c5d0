import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import pg from "pg";
import { type Database, startDatabase } from "../../local/database.ts";
import { ids, serverUser } from "../../local/engines/native-files.ts";
import { freePort, host } from "../../local/ports.ts";
import { isProgram, startService } from "../../local/process.ts";

/** A server of its own, empty or migrated, that goes with its data. */
interface Place extends AsyncDisposable {
  database: Database;
}

/** Servers, and the programs of their version that dump and restore. */
export interface Installation {
  name: string;
  /** A folder for the PATH. */
  programs: string;
  start(options: { migrate: boolean }): Promise<Place>;
}

/**
 * Our native engine where its version's programs are found, else a whole PostgreSQL that the system has: npm's has the
 * server alone. A text says what is missing.
 */
export function findInstallation(names: readonly string[]): Installation | string {
  const found = programsOf(17, names);
  if (found) {
    const start = async ({ migrate }: { migrate: boolean }) => {
      const database = await startDatabase({
        engine: "native",
        dataDir: "memory",
        port: 0,
        migrate,
      });
      return { database, [Symbol.asyncDispose]: () => database.stop() };
    };
    return { name: "our native engine, 17", programs: found, start };
  }
  const folder = "/usr/lib/postgresql";
  const majors = existsSync(folder) ? readdirSync(folder).map(Number).filter(Number.isFinite) : [];
  for (const major of majors.sort((a, b) => b - a)) {
    const programs = programsOf(major, [...names, "initdb", "postgres"]);
    if (!programs) continue;
    return {
      name: `the system's PostgreSQL ${major}`,
      programs,
      start: (options) => startInstalled(programs, options.migrate),
    };
  }
  return `no ${names.join(", ")} of PostgreSQL 17 in TURNBASE_PG_BIN or on the PATH ` +
    "(npm's PostgreSQL comes without), and no whole PostgreSQL in " + folder;
}

/** The folder that has them all, of this major version: TURNBASE_PG_BIN, one of the PATH, or where Debian has it. */
function programsOf(major: number, names: readonly string[]): string | undefined {
  return [
    process.env["TURNBASE_PG_BIN"] ?? "",
    ...(process.env["PATH"] ?? "").split(delimiter),
    `/usr/lib/postgresql/${major}/bin`,
  ].find((folder) =>
    folder !== "" && names.every((name) => versionOf(join(folder, name)) === major)
  );
}

function versionOf(program: string): number | undefined {
  if (!isProgram(program)) return undefined;
  const { stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  return Number.parseInt(/\d+/.exec(stdout ?? "")?.[0] ?? "");
}

async function startInstalled(programs: string, migrate: boolean): Promise<Place> {
  const user = await serverUser();
  const folder = await mkdtemp(join(tmpdir(), "turnbase-installed-"));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    await chmod(folder, 0o755);
    if (user) await chown(folder, user.uid, user.gid);
    const data = join(folder, "data");
    const run = { ...ids(user), cwd: folder, env: { LC_ALL: "C", TZ: "UTC" } };
    execFileSync(join(programs, "initdb"), [
      ...["-D", data, "-U", "supabase_admin", "-A", "trust", "-E", "UTF8", "--no-sync"],
      ...["--locale=C", "--lc-ctype=C.UTF-8"],
    ], { ...run, stdio: "pipe" });
    const port = await freePort();
    const server = startService(join(programs, "postgres"), [
      ...["-D", data, "-p", String(port), "-c", `listen_addresses=${host}`],
      ...["-c", "unix_socket_directories="],
    ], { ...run, signal: "SIGINT" });
    const url = `postgresql://supabase_admin@${host}:${port}/postgres`;
    await answers(url, () => server.lastWords());
    const database = await startDatabase({ dbUrl: url, migrate });
    return {
      database,
      [Symbol.asyncDispose]: async () => {
        await server.stop();
        await dispose();
      },
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function answers(url: string, lastWords: () => string): Promise<void> {
  for (const end = Date.now() + 20_000;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return;
    } catch {
      if (Date.now() > end) throw new Error(`the server does not answer: ${lastWords()}`);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
