import { execFile } from "node:child_process";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { promisify } from "node:util";
import pg from "pg";
import type { Results } from "./results.ts";

/** What stands beside every figure; neither the host's name nor anybody's. */
export function describeMachine(): Results["machine"] {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${platform()} ${arch()} ${release()}`,
    node: process.version,
  };
}

export function loadOfMachine(): number {
  return loadavg()[0] ?? 0;
}

/** Short, for the name of a file. */
export function machineName({ cores, memoryGb }: Results["machine"]): string {
  return `${platform()}-${arch()}-${cores}cores-${memoryGb}gb`;
}

export async function describeCheckout(
  folder: string,
): Promise<{ commit: string; changed: boolean }> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)("git", args, { cwd: folder })).stdout.trim();
  try {
    return {
      commit: await git("rev-parse", "HEAD"),
      changed: (await git("status", "--porcelain", "--", "supabase")) !== "",
    };
  } catch {
    return { commit: "unknown", changed: false };
  }
}

/** Settings that move the figures. */
const wanted = [
  "shared_buffers",
  "effective_cache_size",
  "work_mem",
  "maintenance_work_mem",
  "fsync",
  "synchronous_commit",
  "full_page_writes",
  "wal_compression",
  "max_wal_size",
  "checkpoint_timeout",
  "random_page_cost",
  "jit",
  "max_parallel_workers_per_gather",
  "autovacuum",
  "shared_preload_libraries",
  "default_toast_compression",
  "lc_collate",
  "server_encoding",
  "track_functions",
  "track_io_timing",
];

export async function describeServer(
  adminUrl: string,
): Promise<{ version: string; settings: Record<string, string> }> {
  return await withClient(adminUrl, async (client) => {
    const { rows } = await client.query<{ name: string; value: string }>(
      `select name, current_setting(name) as value from pg_catalog.pg_settings
       where name = any ($1) order by name`,
      [wanted],
    );
    const version = await client.query<{ version: string }>(
      "select current_setting('server_version') as version",
    );
    return {
      version: `PostgreSQL ${version.rows[0]?.version ?? "?"}`,
      settings: Object.fromEntries(rows.map(({ name, value }) => [name, value])),
    };
  });
}

/** The enabled triggers on tables that a message reaches, by table. */
export async function describeTriggers(url: string): Promise<Record<string, string[]>> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{ relation: string; names: string[] }>(
      `select t.tgrelid::regclass::text as relation,
         array_agg(t.tgname::text order by t.tgname) as names
       from pg_catalog.pg_trigger as t
       join pg_catalog.pg_class as c on c.oid = t.tgrelid
       where not t.tgisinternal and t.tgenabled <> 'D'
         and c.relname in ('conversation_sessions', 'conversation_messages', 'usage_tail')
       group by 1 order by 1`,
    );
    return Object.fromEntries(rows.map(({ relation, names }) => [relation, names]));
  });
}

export async function databaseBytes(url: string): Promise<number> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{ bytes: string }>(
      "select pg_database_size(current_database()) as bytes",
    );
    return Number(rows[0]?.bytes);
  });
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
