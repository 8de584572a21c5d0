import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseEnv } from "node:util";
import { type FunctionSettings, functionSettings } from "./config.ts";
import { findDeno } from "./deno.ts";
import { writeLocalImportMap } from "./import-map.ts";
import { modulesDir } from "./paths.ts";
import { freePort, host } from "./ports.ts";
import { hasEnded, type Service, startService } from "./process.ts";

interface EdgeFunction {
  readonly verifyJwt: boolean;
  /** Its address, once it answers; starts it when it is not running. */
  ready(): Promise<string>;
}

export interface Functions {
  find(name: string): EdgeFunction | undefined;
  stop(): Promise<void>;
}

/** One Deno process per folder of supabase/functions with an index.ts, started by its first request. */
export async function startFunctions(options: {
  project: string;
  env: Record<string, string>;
  log: (line: string) => void;
}): Promise<Functions> {
  const { project, log } = options;
  const folder = join(project, "supabase", "functions");
  const settings = await functionSettings(project);
  const importMap = existsSync(join(folder, "deno.json"))
    ? await writeLocalImportMap(project)
    : undefined;
  const running = new Map<string, Runner>();
  return {
    find: (name) => {
      if (!/^[a-z][a-z0-9_-]*$/i.test(name)) return undefined;
      const known = running.get(name);
      if (known) return known;
      const setting = settings.get(name) ?? { enabled: true, verifyJwt: true };
      if (!setting.enabled || !existsSync(join(folder, name, "index.ts"))) return undefined;
      const runner = new Runner({ name, folder, importMap, setting, env: options.env, log });
      running.set(name, runner);
      return runner;
    },
    stop: async () => {
      await Promise.all([...running.values()].map((runner) => runner.stop()));
    },
  };
}

/** Names of the functions that a project has. */
export function functionNames(project: string): string[] {
  const folder = join(project, "supabase", "functions");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[a-z]/i.test(name) && existsSync(join(folder, name, "index.ts")))
    .sort();
}

interface RunnerOptions {
  name: string;
  folder: string;
  importMap: string | undefined;
  setting: FunctionSettings;
  env: Record<string, string>;
  log: (line: string) => void;
}

class Runner implements EdgeFunction {
  readonly verifyJwt: boolean;
  private readonly options: RunnerOptions;
  private service: Service | undefined;
  private starting: Promise<string> | undefined;
  private stopped = false;

  constructor(options: RunnerOptions) {
    this.options = options;
    this.verifyJwt = options.setting.verifyJwt;
  }

  ready(): Promise<string> {
    // A process that crashed, or never came up, is started again by the next request.
    if (this.service && hasEnded(this.service.child)) this.starting = undefined;
    this.starting ??= this.start().catch((error: unknown) => {
      this.starting = undefined;
      throw error;
    });
    return this.starting;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.service?.stop();
    await this.starting?.catch(() => undefined);
    await this.service?.stop();
  }

  private async start(): Promise<string> {
    const { name, folder, importMap, env, log } = this.options;
    const port = await freePort();
    if (this.stopped) throw new Error("the stack is stopping");
    this.service = startService(findDeno(), [
      "run",
      "--no-prompt",
      "--quiet",
      "--no-remote",
      "--node-modules-dir=manual",
      "--no-lock",
      ...(importMap ? [`--import-map=${importMap}`] : []),
      "--allow-net",
      "--allow-env",
      "--allow-sys",
      `--allow-read=${folder},${modulesDir}`,
      join(folder, name, "index.ts"),
    ], {
      cwd: folder,
      env: { ...base(), ...env, ...ownEnv(folder), DENO_SERVE_ADDRESS: `tcp:${host}:${port}` },
      onLine: (line) => log(`[${name}] ${line}`),
    });
    await listening(this.service, port, name);
    return `http://${host}:${port}`;
  }
}

/** What a program needs to run at all; nothing else of our own environment reaches a function. */
function base(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, DENO_DIR } = process.env;
  return { PATH, HOME, TMPDIR, DENO_DIR, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
}

/** supabase/functions/.env, as `supabase functions serve` reads it. */
function ownEnv(folder: string): NodeJS.ProcessEnv {
  const file = join(folder, ".env");
  return existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
}

/** Waits for the port and not for an answer: a request might do something. */
async function listening(service: Service, port: number, name: string): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(20)) {
    if (hasEnded(service.child)) break;
    if (await accepts(port)) return;
  }
  await service.stop();
  throw new Error(`function ${name} did not start:\n${service.lastWords()}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
