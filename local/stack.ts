import { startAuth } from "./auth/server.ts";
import { type Database, startDatabase } from "./database.ts";
import type { Log } from "./engines/engine.ts";
import { localDefaults, startFunctions } from "./functions.ts";
import { startGateway } from "./gateway.ts";
import { functionKeys, jwtSecret, localKeys } from "./keys.ts";
import { root } from "./paths.ts";
import { claimPort, host } from "./ports.ts";
import { startPostgrest } from "./postgrest.ts";
import { readState, removeState, writeState } from "./state.ts";
import { watchSchema } from "./watch.ts";

export interface StackOptions {
  engine?: "pglite" | "native" | undefined;
  dbUrl?: string | undefined;
  dataDir?: string | undefined;
  /** 54321 by default; 0 = any free one. */
  apiPort?: number | undefined;
  /** 54422 by default; 0 = any free one. */
  dbPort?: number | undefined;
  /** false: /functions/v1 answers 503. */
  functions?: boolean | undefined;
  log?: Log | undefined;
  /** The folder that holds supabase/; the checkout by default. */
  project?: string | undefined;
}

export interface Stack {
  engine: Database["engine"];
  apiUrl: string;
  /** PostgREST itself, behind the gateway. */
  postgrestUrl: string;
  dbUrl: string;
  anonKey: string;
  serviceRoleKey: string;
  jwtSecret: string;
  database: Database;
  /** The real `supabase db reset`; resolves when the API shows the new schema. */
  reset(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A Supabase project on 127.0.0.1 without Docker: Postgres, PostgREST, auth stand-in, functions, gateway. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const log = options.log ?? (() => undefined);
  const project = options.project ?? root;
  const apiPort = await claimApiPort(options.apiPort ?? 54321, log);
  const apiUrl = `http://${host}:${apiPort}`;
  const stopping: (() => Promise<void>)[] = [];
  let stopped: Promise<void> | undefined;
  // In the opposite order of the start: nobody loses what it still uses.
  const stop = () => (stopped ??= stopAll(stopping.toReversed()));
  try {
    const database = await startDatabase({
      engine: options.engine,
      dbUrl: options.dbUrl,
      dataDir: options.dataDir,
      port: options.dbPort,
      log,
      project,
    });
    stopping.push(() => database.stop());
    const { engine, dbUrl, adminUrl } = database;
    if (!writeState({ pid: process.pid, engine, apiPort, apiUrl, dbUrl, adminUrl, project })) {
      throw new AlreadyRunning(apiPort);
    }
    stopping.push(() => Promise.resolve(removeState(apiPort)));

    const keys = await localKeys();
    log("Starting PostgREST...");
    const postgrest = await startPostgrest(database);
    stopping.push(() => postgrest.stop());
    stopping.push(watchSchema(dbUrl, 500, () => postgrest.reload()));

    const auth = startAuth({
      authUrl: database.authUrl,
      issuer: `${apiUrl}/auth/v1`,
      connections: engine === "pglite" ? 1 : 5,
    });
    stopping.push(() => auth.stop());

    const functions = options.functions === false ? undefined : await startFunctions({
      project,
      log,
      defaults: localDefaults(project, log),
      env: {
        SUPABASE_URL: apiUrl,
        ...functionKeys(keys),
        SUPABASE_DB_URL: dbUrl,
      },
    });
    if (functions) stopping.push(() => functions.stop());

    const gateway = await startGateway({
      port: apiPort,
      keys,
      postgrestUrl: postgrest.url,
      auth,
      functions,
    });
    stopping.push(() => gateway.stop());
    return {
      engine,
      apiUrl,
      postgrestUrl: postgrest.url,
      dbUrl,
      ...keys,
      jwtSecret,
      database,
      reset: async () => {
        await database.reset(log);
        await postgrest.reload();
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

class AlreadyRunning extends Error {
  constructor(apiPort: number) {
    const pid = readState(apiPort)?.pid;
    super(
      `the stack is already running on port ${apiPort}${
        pid ? ` (process ${pid})` : ""
      }: start another with --port <port> --db-port <port> --data-dir <folder>`,
    );
    this.name = "AlreadyRunning";
  }
}

async function claimApiPort(port: number, log: Log): Promise<number> {
  if (port && readState(port)) throw new AlreadyRunning(port);
  return await claimPort(port, "--port", log);
}

async function stopAll(steps: (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
