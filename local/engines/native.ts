import { spawnSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort, host } from "../ports.ts";
import { hasEnded, type Service, startService } from "../process.ts";
import { dropFolder, isMade, isUnmade, mayBeUnmade, takeFolder } from "./data-dir.ts";
import type { Engine, Log } from "./engine.ts";
import {
  type Binaries,
  dataFolder,
  findBinaries,
  ids,
  type OsUser,
  serverUser,
} from "./native-files.ts";

/** As on the hosted platform the superuser is supabase_admin, and `postgres` is made by the bootstrap without that power. */
const superuser = "supabase_admin";

const settings = {
  listen_addresses: host,
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "256MB",
  max_wal_size: "2GB",
  timezone: "UTC",
  shared_preload_libraries: "pg_stat_statements",
};

export async function startNative(
  options: { dataDir: string; port: number; log: Log },
): Promise<Engine> {
  const user = await serverUser();
  const programs = await findBinaries(user, options.log);
  const throwAway = options.dataDir === "memory";
  const dataDir = throwAway
    ? await mkdtemp(join(tmpdir(), "turnbase-native-"))
    : await dataFolder(resolve(options.dataDir), user, options.log);
  await refuseSecond(dataDir);
  if (mayBeUnmade(dataDir)) {
    // Of two starts, the second would take away what the first is making.
    takeFolder(dataDir);
    try {
      if (await isUnmade(dataDir)) {
        options.log("Making a new database cluster (initdb)...");
        await makeCluster(programs, dataDir, user);
        await isMade(dataDir);
      }
    } finally {
      dropFolder(dataDir);
    }
  }
  const port = options.port || (await freePort());
  const server = await startServer({ programs, dataDir, port, user });
  const urlFor = (role: string) => `postgresql://${role}:postgres@${host}:${port}/postgres`;
  return {
    kind: "native",
    adminUrl: urlFor(superuser),
    migrator: "postgres",
    ours: true,
    urlFor,
    stop: async () => {
      await server.stop();
      if (throwAway) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function refuseSecond(dataDir: string): Promise<void> {
  const text = await readFile(join(dataDir, "postmaster.pid"), "utf8").catch(() => "");
  const [pid, , , port] = text.split("\n");
  if (pid && isAlive(Number(pid))) {
    throw new Error(
      `a Postgres already runs on ${dataDir} (port ${
        port ?? "?"
      }): stop it, or give another --data-dir`,
    );
  }
  // Left by a crash; with the pid long gone, or taken by another program, it would keep the server from starting.
  if (pid) await rm(join(dataDir, "postmaster.pid"), { force: true });
}

function isAlive(pid: number): boolean {
  const found = spawnSync("ps", ["-o", "comm=", "-p", String(pid)], { encoding: "utf8" });
  if (!found.error) return /postgres/.test(found.stdout);
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function makeCluster(
  programs: Binaries,
  dataDir: string,
  user: OsUser | undefined,
): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  if (user) await chown(dataDir, user.uid, user.gid);
  await chmod(dataDir, 0o700);
  let output = "";
  // Sorting as bytes is the same on every system, and as in PGlite; the character classes need a UTF-8 locale.
  for (const characters of ["C.UTF-8", "en_US.UTF-8", "C"]) {
    const made = spawnSync(
      programs.initdb,
      [
        `--pgdata=${dataDir}`,
        `--username=${superuser}`,
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        `--lc-ctype=${characters}`,
        "--no-instructions",
        "--no-sync",
      ],
      { ...ids(user), cwd: dataDir, encoding: "utf8", env: environment() },
    );
    if (made.status === 0) return;
    output = made.error?.message ?? made.stderr;
    if (!/invalid locale name/.test(output)) break;
  }
  await rm(dataDir, { recursive: true, force: true });
  throw new Error(`initdb failed: ${output.trim()}`);
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], TZ: "UTC", LC_ALL: "C" };
}

async function startServer(start: {
  programs: Binaries;
  dataDir: string;
  port: number;
  user: OsUser | undefined;
}): Promise<Service> {
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = startService(
    start.programs.postgres,
    ["-D", start.dataDir, "-p", String(start.port), ...flags],
    {
      ...ids(start.user),
      cwd: start.dataDir,
      env: environment(),
      // A fast shutdown: open transactions are rolled back, data is written.
      signal: "SIGINT",
    },
  );
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
    if (hasEnded(server.child)) throw new Error(`Postgres did not start:\n${server.lastWords()}`);
    const client = new pg.Client({ host, port: start.port, user: superuser, database: "postgres" });
    try {
      await client.connect();
      return server;
    } catch {
      // Not yet.
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  await server.stop();
  throw new Error(`Postgres did not answer within 60 s:\n${server.lastWords()}`);
}
