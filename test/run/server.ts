import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type Database, startDatabase } from "../../local/database.ts";
import type { Log } from "./tally.ts";

/** The databases that test/server works in. */
export interface ServerUrls {
  dbUrl: string;
  adminUrl: string;
  authenticatorUrl: string;
  hasVector: boolean;
}

/** And how Supabase Auth logs in there. */
export interface OpenUrls extends ServerUrls {
  authUrl: string;
}

const variable = "TURNBASE_SERVER_URLS";

/** Gives `use` a migrated database on a real server: the one at `dbUrl` or TURNBASE_DB_URL, else a native one of our own. */
export async function withServer<T>(
  dbUrl: string | undefined,
  log: Log,
  use: (urls: OpenUrls) => Promise<T>,
): Promise<T> {
  const given = dbUrl ?? process.env["TURNBASE_DB_URL"];
  await using server = given ? await scratchDatabase(given) : await nativeDatabase(log);
  const urls = await describeServer(server.database);
  log(`Server: ${urls.version}${given ? "" : " (our native engine)"}`);
  if (!urls.hasVector) log("Left out: vector tests (this server has no pgvector)");
  process.env[variable] = JSON.stringify(urls);
  return await use(urls);
}

/** The server that the runner gives, or one of its own for a file that runs alone. */
export async function openServer(): Promise<OpenUrls & AsyncDisposable> {
  const given = process.env[variable];
  if (given) {
    // Written by withServer above.
    const urls = JSON.parse(given) as OpenUrls;
    return { ...urls, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const url = process.env["TURNBASE_DB_URL"];
  const server = url ? await scratchDatabase(url) : await nativeDatabase(() => undefined);
  return {
    ...(await describeServer(server.database)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

interface Server extends AsyncDisposable {
  database: Database;
}

async function nativeDatabase(log: Log): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), "turnbase-server-"));
  // As root, the server runs as another user, who has to get in.
  await chmod(dataDir, 0o755);
  const database = await startDatabase({
    engine: "native",
    dataDir: join(dataDir, "data"),
    port: 0,
    log,
  });
  return {
    database,
    [Symbol.asyncDispose]: async () => {
      await database.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

let made = 0;

/** A database of its own on a server, migrated (unless asked not to) and dropped at the end; `url` is a superuser's. */
export async function scratchDatabase(url: string, migrate = true): Promise<Server> {
  const name = `turnbase_test_${process.pid}_${++made}`;
  await asSuperuser(url, `create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const drop = () => asSuperuser(url, `drop database if exists ${name} with (force)`);
  try {
    const database = await startDatabase({ dbUrl: own.href, migrate });
    return {
      database,
      [Symbol.asyncDispose]: async () => {
        await database.stop();
        await drop();
      },
    };
  } catch (error) {
    await drop();
    throw error;
  }
}

async function asSuperuser(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ on: boolean }>(
      "select rolsuper as on from pg_catalog.pg_roles where rolname = current_user",
    );
    if (!rows[0]?.on) {
      throw new Error("--db-url: give a superuser's URL; the tests make a database of their own");
    }
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function describeServer(database: Database): Promise<OpenUrls & { version: string }> {
  const { dbUrl, adminUrl, authenticatorUrl, authUrl } = database;
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string; vector: boolean }>(
      `select 'Postgres ' || current_setting('server_version') as version,
         exists (select from pg_catalog.pg_available_extensions where name = 'vector') as vector`,
    );
    const { version = "Postgres", vector = false } = rows[0] ?? {};
    return { dbUrl, adminUrl, authenticatorUrl, authUrl, hasVector: vector, version };
  } finally {
    await client.end();
  }
}
