import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { bootstrapHash } from "../bootstrap.ts";
import { isRecord } from "../http.ts";
import { dropLock, takeLock } from "../lock.ts";
import { modulesDir, stateDir } from "../paths.ts";
import { host } from "../ports.ts";
import { dropFolder, isMade, isUnmade, takeFolder } from "./data-dir.ts";
import type { Engine, Log } from "./engine.ts";
import type { WorkerInput, WorkerReply, WorkerRequest, WorkerTask } from "./pglite-worker.ts";

/** PGlite in a worker thread: it dies with this process, however that ends, and its long queries block nothing here. */
export async function startPglite(
  options: { dataDir: string; port: number; log: Log; migrated?: string | undefined },
): Promise<Engine> {
  const inMemory = options.dataDir === "memory";
  const dataDir = inMemory ? "memory://" : resolve(options.dataDir);
  const image = join(stateDir, "cache", `pglite-${await version()}-${await bootstrapHash()}.tar`);
  const migrated = options.migrated
    ? image.replace(/\.tar$/, `-${options.migrated}.tar`)
    : undefined;
  await mkdir(dirname(image), { recursive: true });
  const makesMigrated = migrated !== undefined && await isFirst(migrated);
  if (!inMemory) await mkdir(dirname(dataDir), { recursive: true });
  // Two processes on the same files would destroy them, and PGlite does not look.
  if (!inMemory) takeFolder(dataDir);
  const dropLocks = () => {
    if (!inMemory) dropFolder(dataDir);
    if (makesMigrated) dropLock(`${migrated}.lock`);
  };
  const isNew = inMemory || await isUnmade(dataDir).catch((error: unknown) => {
    dropLocks();
    throw error;
  });
  const images = migrated === undefined ? [image] : [migrated, image];
  const hadImage = images.some((file) => existsSync(file));
  if (isNew && !hadImage) options.log("Making a new database cluster (once; about 5 s)...");

  const input: WorkerInput = { dataDir, host, port: options.port, images };
  const worker = new Worker(new URL("./pglite-worker.mjs", import.meta.url), { workerData: input });
  const port = await ready(worker).catch((error: unknown) => {
    dropLocks();
    if (isNew || !(error instanceof Error)) throw error;
    throw new Error(
      `${error.message}: where the files in ${dataDir} are broken, delete it or give another folder with --data-dir`,
    );
  });
  if (isNew && !inMemory) await isMade(dataDir);
  let sent = 0;
  const ask = (task: WorkerTask) => send(worker, { ...task, id: ++sent });

  const urlFor = (role: string) => `postgresql://${role}:postgres@${host}:${port}/postgres`;
  return {
    kind: "pglite",
    adminUrl: urlFor("postgres"),
    migrator: "postgres",
    ours: true,
    urlFor,
    ...(isNew && !hadImage ? { remember: () => ask({ type: "remember", image }) } : {}),
    ...(makesMigrated
      ? {
        rememberMigrated: async (made: string) => {
          // Without a copy the next database takes longer, and that is all.
          if (made === options.migrated) {
            await ask({ type: "remember", image: migrated }).catch((error: Error) => {
              options.log(`No copy of the new database was kept: ${error.message}`);
            });
          }
          dropLock(`${migrated}.lock`);
        },
      }
      : {}),
    stop: async () => {
      try {
        await ask({ type: "stop" });
        await worker.terminate();
      } finally {
        dropLocks();
      }
    },
  };
}

/** Whether this process is to make a copy that is not there; waits a minute for one that another makes. */
async function isFirst(image: string): Promise<boolean> {
  for (let waited = 0; waited < 60_000 && !existsSync(image); waited += 100) {
    try {
      if (takeLock(`${image}.lock`) === undefined) return true;
    } catch {
      // The folder can't be written, and there will be no copy.
      return false;
    }
    await sleep(100);
  }
  return false;
}

/** Of the package: its files are no other version's. */
async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(
    await readFile(join(modulesDir, "@electric-sql", "pglite", "package.json"), "utf8"),
  );
  return isRecord(manifest) ? String(manifest["version"]) : "unknown";
}

function ready(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (reply: WorkerReply) => {
      if (reply.type === "ready") resolve(reply.port);
      else {reject(
          new Error(
            reply.type === "failed" ? `pglite: ${reply.message}` : "pglite: unexpected answer",
          ),
        );}
    });
  });
}

function send(worker: Worker, message: WorkerRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (reply: WorkerReply) => {
      if (reply.type !== "done" || reply.id !== message.id) return;
      worker.off("message", onMessage);
      worker.off("exit", onExit);
      if (reply.error === undefined) resolve();
      else reject(new Error(`pglite: ${reply.error}`));
    };
    const onExit = () => reject(new Error("pglite: the database thread ended"));
    // Of one that has ended.
    if (worker.threadId === -1) onExit();
    worker.on("message", onMessage);
    worker.once("exit", onExit);
    worker.postMessage(message);
  });
}
