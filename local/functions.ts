import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseEnv } from "node:util";
import { type FunctionSettings, functionSettings } from "./config.ts";
import { findDeno } from "./deno.ts";
import { writeLocalImportMap } from "./import-map.ts";
import { modulesDir, stateDir } from "./paths.ts";
import { freePort, host } from "./ports.ts";
import { hasEnded, type Service, startService } from "./process.ts";

interface EdgeFunction {
  readonly verifyJwt: boolean;
  /** Of its process, once it was started. */
  readonly pid: number | undefined;
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
  /** What supabase/functions/.env need not say. */
  defaults?: Record<string, string>;
  log: (line: string) => void;
}): Promise<Functions> {
  const { project, log } = options;
  const folder = join(project, "supabase", "functions");
  const settings = await functionSettings(project);
  const importMap = existsSync(join(folder, "deno.json"))
    ? await writeLocalImportMap(project)
    : undefined;
  const env = () => {
    const own = ownEnv(folder);
    return { ...own, ...leftOut(options.defaults ?? {}, own), ...options.env };
  };
  const running = new Map<string, Runner>();
  return {
    find: (name) => {
      if (!/^[a-z][a-z0-9_-]*$/i.test(name)) return undefined;
      const known = running.get(name);
      if (known) return known;
      const setting = settings.get(name) ?? { enabled: true, verifyJwt: true };
      if (!setting.enabled || !existsSync(join(folder, name, "index.ts"))) return undefined;
      const runner = new Runner({ name, folder, importMap, setting, env, log });
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

/** What lets the functions log chats on this machine where supabase/functions/.env does not say how. */
export function localDefaults(project: string, log: (line: string) => void) {
  const defaults = { ENABLE_CHAT_LOGGING: "true", USER_ID_SALT: localSalt() };
  const own = ownEnv(join(project, "supabase", "functions"));
  const missing = Object.keys(leftOut(defaults, own));
  if (missing.length > 0 && functionNames(project).length > 0) {
    log(
      `Functions: ${missing.join(" and ")} for this machine; supabase/functions/.env can set them.`,
    );
  }
  return defaults;
}

/** Set to nothing is left out too: so are variables in .env.example. */
function leftOut(defaults: Record<string, string>, own: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !own[name]));
}

/** Made once and kept: a fixed one could be known to anybody who gets the hashes. */
function localSalt(): string {
  const file = join(stateDir, "user-id-salt");
  if (!existsSync(file)) {
    mkdirSync(stateDir, { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, randomBytes(32).toString("hex"), { mode: 0o600 });
    // Of two stacks that start at once, the second takes what the first has left.
    if (existsSync(file)) rmSync(draft);
    else renameSync(draft, file);
  }
  return readFileSync(file, "utf8");
}

interface RunnerOptions {
  name: string;
  folder: string;
  importMap: string | undefined;
  setting: FunctionSettings;
  env: () => NodeJS.ProcessEnv;
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

  get pid(): number | undefined {
    return this.service?.child.pid;
  }

  ready(): Promise<string> {
    // A process that crashed, or never came up, is started again by the next request.
    if (this.service && hasEnded(this.service.child)) {
      this.starting = undefined;
      // Forgotten as well, or each request until the next one runs would start another.
      this.service = undefined;
    }
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
      env: { ...base(), ...env(), DENO_SERVE_ADDRESS: `tcp:${host}:${port}` },
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
