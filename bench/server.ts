import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type Database, startDatabase } from "../local/database.ts";
import { stateDir } from "../local/paths.ts";

export type Log = (line: string) => void;

/** The Postgres that everything is measured on, and the databases made in it. */
export interface Server extends AsyncDisposable {
  /** Gives a database of this name, bootstrapped; with migrations where a project is given. */
  database(name: string, project?: string): Promise<Database>;
  drop(name: string): Promise<void>;
  /** Of the databases that begin so. */
  names(prefix: string): Promise<string[]>;
  adminUrl: string;
  /** Whether its end has begun. */
  readonly ended: boolean;
}

/** A native engine of our own, or the server at `dbUrl`. Without `keep` nothing of it is left at the end. */
export async function openServer(
  { dbUrl, keep, log }: { dbUrl?: string | undefined; keep: boolean; log: Log },
): Promise<Server> {
  const engine = dbUrl ? undefined : await startEngine(keep, log);
  const adminUrl = dbUrl ?? engine?.database.adminUrl ?? "";
  const made = new Set<string>();
  const drop = async (name: string) => {
    await asSuperuser(adminUrl, `drop database if exists ${name} with (force)`);
    made.delete(name);
  };
  let ended: Promise<void> | undefined;
  const end = async () => {
    if (engine) return await engine.end();
    if (!keep) { for (const name of made) await drop(name); }
  };
  return {
    adminUrl,
    get ended() {
      return ended !== undefined;
    },
    drop,
    names: async (prefix) => {
      const rows = await asSuperuser(
        adminUrl,
        `select datname as name from pg_catalog.pg_database
         where starts_with(datname::text, ${pg.escapeLiteral(prefix)})`,
      );
      return rows.map(({ name }) => String(name));
    },
    database: async (name, project) => {
      const url = new URL(adminUrl);
      url.pathname = `/${name}`;
      await asSuperuser(adminUrl, `create database ${name} template template0`);
      made.add(name);
      return await startDatabase({ dbUrl: url.href, migrate: project !== undefined, project, log });
    },
    [Symbol.asyncDispose]: () => ended ??= end(),
  };
}

/** A database that is there already, as `database` would have given it. */
export async function reopen(server: Server, name: string): Promise<Database> {
  const url = new URL(server.adminUrl);
  url.pathname = `/${name}`;
  return await startDatabase({ dbUrl: url.href, migrate: false });
}

async function startEngine(keep: boolean, log: Log) {
  const folder = keep
    ? join(stateDir, "bench", "server")
    : await mkdtemp(join(tmpdir(), "turnbase-bench-"));
  // As root, the server runs as another user, who has to get in.
  if (!keep) await chmod(folder, 0o755);
  const dataDir = keep ? folder : join(folder, "data");
  const database = await startDatabase({
    engine: "native",
    dataDir,
    port: 0,
    migrate: false,
    log,
  });
  return {
    database,
    end: async () => {
      await database.stop();
      if (!keep) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function asSuperuser(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ on: boolean }>(
      "select rolsuper as on from pg_catalog.pg_roles where rolname = current_user",
    );
    if (!rows[0]?.on) {
      throw new Error(
        "--db-url: give a superuser's URL; the benchmarks make databases of their own",
      );
    }
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
