import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { bootstrapHash } from "../bootstrap.ts";
import { isRecord } from "../http.ts";
import { dropLock, takeLock } from "../lock.ts";
import { modulesDir, stateDir } from "../paths.ts";
import { host } from "../ports.ts";
import type { Engine, Log } from "./engine.ts";
import type { WorkerInput, WorkerReply, WorkerRequest } from "./pglite-worker.ts";

/** PGlite in a worker thread: it dies with this process, however that ends, and its long queries block nothing here. */
export async function startPglite(
  options: { dataDir: string; port: number; log: Log },
): Promise<Engine> {
  const inMemory = options.dataDir === "memory";
  const dataDir = inMemory ? "memory://" : resolve(options.dataDir);
  const image = join(stateDir, "cache", `pglite-${await version()}-${await bootstrapHash()}.tar`);
  await mkdir(dirname(image), { recursive: true });
  if (!inMemory) await mkdir(dirname(dataDir), { recursive: true });
  // Two processes on the same files would destroy them, and PGlite does not look.
  const lock = inMemory ? undefined : `${dataDir}.lock`;
  const holder = lock ? takeLock(lock) : undefined;
  if (holder !== undefined) {
    throw new Error(
      `${dataDir} is in use by process ${holder}: give another folder with --data-dir`,
    );
  }
  const isNew = inMemory || !existsSync(join(dataDir, "PG_VERSION"));
  const hadImage = existsSync(image);
  if (isNew && !hadImage) options.log("Making a new database cluster (once; about 5 s)...");

  const input: WorkerInput = { dataDir, host, port: options.port, image };
  const worker = new Worker(new URL("./pglite-worker.mjs", import.meta.url), { workerData: input });
  const port = await ready(worker).catch((error: unknown) => {
    if (lock) dropLock(lock);
    throw error;
  });
  let sent = 0;
  const ask = (type: WorkerRequest["type"]) => request(worker, { type, id: ++sent });

  const urlFor = (role: string) => `postgresql://${role}:postgres@${host}:${port}/postgres`;
  return {
    kind: "pglite",
    adminUrl: urlFor("postgres"),
    migrator: "postgres",
    ours: true,
    urlFor,
    ...(isNew && !hadImage ? { remember: () => ask("remember") } : {}),
    stop: async () => {
      await ask("stop");
      await worker.terminate();
      if (lock) dropLock(lock);
    },
  };
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

function request(worker: Worker, message: WorkerRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (reply: WorkerReply) => {
      if (reply.type !== "done" || reply.id !== message.id) return;
      worker.off("message", onMessage);
      worker.off("exit", onExit);
      resolve();
    };
    const onExit = () => reject(new Error("pglite: the database thread ended"));
    worker.on("message", onMessage);
    worker.once("exit", onExit);
    worker.postMessage(message);
  });
}
