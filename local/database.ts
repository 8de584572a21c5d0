import { rm } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { bootstrap } from "./bootstrap.ts";
import type { Engine, Log } from "./engines/engine.ts";
import { startNative } from "./engines/native.ts";
import { startPglite } from "./engines/pglite.ts";
import { openUrl } from "./engines/url.ts";
import { root, stateDir } from "./paths.ts";
import { claimPort } from "./ports.ts";
import { projectFor, projectHash, readMigrations } from "./project.ts";
import { type CliResult, push, reset } from "./supabase.ts";

export interface Database {
  engine: "pglite" | "native" | "url";
  /** The login that migrations and the CLI use: `postgres`, as on the hosted platform. */
  dbUrl: string;
  /** The superuser. */
  adminUrl: string;
  /** What PostgREST logs in as. */
  authenticatorUrl: string;
  /** What Supabase Auth logs in as. */
  authUrl: string;
  /** The real `supabase db reset`. */
  reset(onLine?: (line: string) => void): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface DatabaseOptions {
  engine?: "pglite" | "native" | undefined;
  /** An existing Postgres instead of an engine of ours. */
  dbUrl?: string | undefined;
  /** Where the data stays; `.local/<engine>` by default, `memory` for data that is gone after stop(). */
  dataDir?: string | undefined;
  /** 54422 by default (54322 is taken by the CLI itself); 0 = any free one. */
  port?: number | undefined;
  log?: Log | undefined;
  /** false: only the engine and the bootstrap. */
  migrate?: boolean | undefined;
  /** The folder that holds supabase/; the checkout by default. */
  project?: string | undefined;
}

/** Starts a Postgres that looks like a Supabase project's, with the migrations and, when it is new, the seed applied. */
export async function startDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const log = options.log ?? (() => undefined);
  const engine = await startEngine(options, log);
  try {
    if (engine.ours) {
      const isNew = await bootstrap(engine.adminUrl, engine.migrator);
      await engine.openLogins?.();
      if (isNew) await engine.remember?.();
    }
    const dbUrl = engine.ours ? engine.urlFor(engine.migrator) : engine.adminUrl;
    const project = options.project ?? root;
    if (options.migrate !== false) await migrate({ dbUrl, project, log, seed: engine.ours });
    await engine.rememberMigrated?.(await projectHash(project));
    return {
      engine: engine.kind,
      dbUrl,
      adminUrl: engine.adminUrl,
      authenticatorUrl: engine.ours ? engine.urlFor("authenticator") : engine.adminUrl,
      authUrl: engine.ours ? engine.urlFor("supabase_auth_admin") : engine.adminUrl,
      reset: (onLine) => resetDatabase(dbUrl, { project, log, onLine }),
      stop: () => engine.stop(),
      [Symbol.asyncDispose]: () => engine.stop(),
    };
  } catch (error) {
    await engine.stop().catch(() => undefined);
    throw error;
  }
}

/** The real `supabase db reset` of any of our databases, without the migrations that its server cannot take. */
export async function resetDatabase(
  dbUrl: string,
  options: {
    project?: string | undefined;
    log?: Log | undefined;
    onLine?: ((line: string) => void) | undefined;
  } = {},
): Promise<void> {
  const { project = root, log = () => undefined, onLine } = options;
  await withWorkdir({ dbUrl, project, log }, async (workdir) => {
    check(await reset(dbUrl, { workdir, ...(onLine ? { onLine } : {}) }), "supabase db reset");
  });
}

async function startEngine(options: DatabaseOptions, log: Log): Promise<Engine> {
  if (options.dbUrl) return openUrl(options.dbUrl);
  const kind = options.engine ?? "pglite";
  const port = await claimPort(options.port ?? 54422, "--db-port", log);
  const dataDir = options.dataDir ?? join(stateDir, kind);
  if (kind === "native") return startNative({ dataDir, port, log });
  // What is gone after stop() begins as a copy of the first that was made like it; other projects are made once.
  const isUsual = dataDir === "memory" && options.migrate !== false && !options.project;
  const migrated = isUsual ? await projectHash(root) : undefined;
  return startPglite({ dataDir, port, log, migrated });
}

interface Target {
  dbUrl: string;
  /** Never into a Supabase project that somebody else made: the demo users' password is known. */
  seed: boolean;
  project: string;
  log: Log;
}

/** Applies what the database has not seen, the seed included. */
async function migrate(target: Target): Promise<void> {
  const state = await inspect(target.dbUrl);
  const migrations = await readMigrations(target.project, state.extensions);
  const pending = migrations.applied.filter((file) =>
    !state.versions.has(file.slice(0, file.indexOf("_")))
  );
  const seed = target.seed && !state.seeded;
  if (pending.length === 0 && !seed) return;
  target.log(
    `Applying ${pending.length} migrations${seed ? " and the seed" : ""} (supabase db push)...`,
  );
  await withWorkdir(target, async (workdir) => {
    check(await push(target.dbUrl, { workdir, seed }), "supabase db push");
  });
}

/** Gives `use` a project folder that holds only what the server can take. */
async function withWorkdir(
  target: Omit<Target, "seed">,
  use: (workdir: string) => Promise<void>,
): Promise<void> {
  const { extensions } = await inspect(target.dbUrl);
  const migrations = await readMigrations(target.project, extensions);
  for (const { file, extension } of migrations.leftOut) {
    target.log(`Left out ${file}: this server has no extension ${extension}`);
  }
  const folder = await projectFor(target.project, migrations);
  try {
    await use(folder);
  } finally {
    if (folder !== target.project) await rm(folder, { recursive: true, force: true });
  }
}

interface State {
  versions: Set<string>;
  extensions: Set<string>;
  seeded: boolean;
}

async function inspect(dbUrl: string): Promise<State> {
  const client = new pg.Client({ connectionString: dbUrl });
  await client.connect();
  try {
    const extensions = await client.query<{ name: string }>(
      "select name::text from pg_catalog.pg_available_extensions",
    );
    // What the CLI keeps of its work.
    const tables = await client.query<{ migrations: boolean; seeds: boolean }>(
      `select to_regclass('supabase_migrations.schema_migrations') is not null as migrations,
         to_regclass('supabase_migrations.seed_files') is not null as seeds`,
    );
    const versions = tables.rows[0]?.migrations
      ? await client.query<{ version: string }>(
        "select version from supabase_migrations.schema_migrations",
      )
      : { rows: [] };
    const seeds = tables.rows[0]?.seeds
      ? await client.query("select from supabase_migrations.seed_files limit 1")
      : { rowCount: 0 };
    return {
      seeded: seeds.rowCount === 1,
      versions: new Set(versions.rows.map((row) => row.version)),
      extensions: new Set(extensions.rows.map((row) => row.name)),
    };
  } finally {
    await client.end();
  }
}

function check(result: CliResult, command: string): void {
  if (result.code === 0) return;
  // Behind the error the CLI prints the whole statement.
  const [said = ""] = (result.stdout + result.stderr).split("\nAt statement");
  throw new Error(`${command} failed (exit code ${result.code}):\n${said.trimEnd()}`);
}
