import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import type { Database } from "../local/database.ts";
import type { SetName } from "./case.ts";
import { load, type Loaded } from "./data/load.ts";
import type { Size } from "./data/sizes.ts";
import { type Log, reopen, type Server } from "./server.ts";

/** The same data in both: what Turnbase's migrations make, and the baseline. */
export interface Pair {
  set: SetName;
  size: Size;
  product: Database;
  baseline: Database;
  loaded: Record<"product" | "baseline", Loaded>;
}

/** Makes and fills the two databases of a set, or takes those that --keep left. */
export async function makePair(
  server: Server,
  { set, size, project, keep, log }: {
    set: SetName;
    size: Size;
    project: string;
    keep: boolean;
    log: Log;
  },
): Promise<Pair> {
  const mark = keep ? await fingerprint(project) : `p${process.pid}`;
  const now = new Date().toISOString();
  const make = async (side: "product" | "baseline") => {
    const prefix = `turnbase_bench_${set}_${size.name}_${side}_`;
    const name = prefix + mark;
    const kept = keep ? await findLoaded(server, { prefix, name, log }) : undefined;
    if (kept) return kept;
    const database = await server.database(name, side === "product" ? project : undefined);
    if (side === "baseline") await run(database.adminUrl, await readBaseline());
    const loaded = await load({ url: database.adminUrl, side, set, size, now });
    const comment = pg.escapeLiteral(JSON.stringify(loaded));
    await run(database.adminUrl, `comment on schema bench is ${comment}`);
    return { database, loaded };
  };
  const product = await make("product");
  const baseline = await make("baseline");
  return {
    set,
    size,
    product: product.database,
    baseline: baseline.database,
    loaded: { product: product.loaded, baseline: baseline.loaded },
  };
}

function readBaseline(): Promise<string> {
  return readFile(new URL("baseline.sql", import.meta.url), "utf8");
}

/** Changes whenever something does that the data is made from. */
async function fingerprint(project: string): Promise<string> {
  const migrations = join(project, "supabase", "migrations");
  const files = [
    ...(await readdir(migrations)).sort().map((name) => join(migrations, name)),
    ...["baseline.sql", "data/generator.sql", "data/load.ts", "data/chat.ts", "data/usage.ts"]
      .map((name) => new URL(name, import.meta.url)),
  ];
  const hash = createHash("sha256");
  for (const file of files) hash.update(await readFile(file));
  return hash.digest("hex").slice(0, 8);
}

async function findLoaded(
  server: Server,
  { prefix, name, log }: { prefix: string; name: string; log: Log },
): Promise<{ database: Database; loaded: Loaded } | undefined> {
  const names = await server.names(prefix);
  // Made by what the files said earlier; without --keep a process id stands there.
  for (const old of names) {
    if (old !== name && /_[0-9a-f]{8}$/.test(old)) await server.drop(old);
  }
  if (!names.includes(name)) return undefined;
  const database = await reopen(server, name);
  const [row] = await run(
    database.adminUrl,
    `select obj_description(to_regnamespace('bench')::oid, 'pg_namespace') as loaded`,
  );
  // A load that was broken off left no comment.
  if (typeof row?.["loaded"] !== "string") {
    await server.drop(name);
    return undefined;
  }
  log(`Kept: ${name}`);
  // Written by makePair above.
  return { database, loaded: JSON.parse(row["loaded"]) as Loaded };
}

async function run(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
