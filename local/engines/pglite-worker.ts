import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parentPort, threadId, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { btree_gin } from "@electric-sql/pglite/contrib/btree_gin";
import { btree_gist } from "@electric-sql/pglite/contrib/btree_gist";
import { citext } from "@electric-sql/pglite/contrib/citext";
import { pg_stat_statements } from "@electric-sql/pglite/contrib/pg_stat_statements";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { pgcrypto } from "@electric-sql/pglite/contrib/pgcrypto";
import { unaccent } from "@electric-sql/pglite/contrib/unaccent";
import { uuid_ossp } from "@electric-sql/pglite/contrib/uuid_ossp";
import { pgtap } from "@electric-sql/pglite-pgtap";
import { vector } from "@electric-sql/pglite-pgvector";
import { PgliteSessions } from "./pglite-sessions.ts";

export interface WorkerInput {
  dataDir: string;
  host: string;
  port: number;
  /** Stored copies of a cluster; the first that is there is used when dataDir is new. */
  images: readonly string[];
}

export type WorkerReply = { type: "ready"; port: number } | { type: "failed"; message: string } | {
  type: "done";
  id: number;
  error?: string;
};

export type WorkerTask = { type: "remember"; image: string } | { type: "stop" };
export type WorkerRequest = WorkerTask & { id: number };

// The worker is started by pglite.ts alone, with exactly this shape.
const input = workerData as WorkerInput;
const port = parentPort;

async function open(): Promise<PGlite> {
  const isNew = input.dataDir === "memory://" || !existsSync(`${input.dataDir}/PG_VERSION`);
  const extensions = {
    btree_gin,
    btree_gist,
    citext,
    pg_stat_statements,
    pg_trgm,
    pgcrypto,
    pgtap,
    unaccent,
    uuid_ossp,
    vector,
  };
  const image = isNew ? await firstOf(input.images) : undefined;
  return await PGlite.create({
    dataDir: input.dataDir,
    extensions,
    // The package's default is `public` alone, and RESET ALL goes back to what is said here.
    startParams: PGlite.defaultStartParams.map((param) =>
      param === "search_path=public" ? 'search_path="$user", public, extensions' : param
    ),
    ...(image ? { loadDataDir: image } : {}),
  });
}

async function firstOf(files: readonly string[]): Promise<Blob | undefined> {
  for (const file of files) {
    // One that was there may be replaced at any moment.
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes) return new Blob([bytes]);
  }
  return undefined;
}

async function run(): Promise<void> {
  const db = await open();
  const sessions = new PgliteSessions(db);
  const listening = await sessions.listen(input.port, input.host);
  port?.on("message", (request: WorkerRequest) => {
    void answer(request, db, sessions);
  });
  port?.postMessage({ type: "ready", port: listening } satisfies WorkerReply);
}

async function answer(
  request: WorkerRequest,
  db: PGlite,
  sessions: PgliteSessions,
): Promise<void> {
  const reply: WorkerReply = { type: "done", id: request.id };
  try {
    if (request.type === "remember") await remember(db, request.image);
    else {
      await sessions.close();
      await db.close();
    }
  } catch (error) {
    reply.error = error instanceof Error ? error.message : String(error);
  }
  port?.postMessage(reply);
}

async function remember(db: PGlite, image: string): Promise<void> {
  const dump = await db.dumpDataDir("none");
  // Under another name first: another process may be reading the old one.
  const draft = `${image}.${process.pid}.${threadId}`;
  try {
    await writeFile(draft, new Uint8Array(await dump.arrayBuffer()));
    await rename(draft, image);
  } finally {
    await rm(draft, { force: true });
  }
  await removeOthers(image);
}

/** Copies made by other versions of the bootstrap, of PGlite or of the migrations. */
async function removeOthers(image: string): Promise<void> {
  for (const name of await readdir(dirname(image))) {
    // The bootstrapped copy's name begins like those of the migrated ones that are made from it.
    if (
      /^pglite-.*\.tar$/.test(name) && !basename(image, ".tar").startsWith(basename(name, ".tar"))
    ) {
      await rm(join(dirname(image), name), { force: true });
    }
  }
}

run().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  port?.postMessage({ type: "failed", message } satisfies WorkerReply);
});
