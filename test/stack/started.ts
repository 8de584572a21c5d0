import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient } from "@supabase/supabase-js";
import { freePort } from "../../local/ports.ts";
import { NodeWebSocket } from "../../local/websocket.ts";

const main = fileURLToPath(new URL("../../local/main.ts", import.meta.url));
const cwd = fileURLToPath(new URL("../..", import.meta.url));

export interface Started {
  child: ChildProcess;
  apiUrl: string;
  dbUrl: string;
  anonKey: string;
  serviceRoleKey: string;
  output(): string;
}

export interface Ports {
  api: number;
  db: number;
}

/** `npm start` as a child, up to the lines that it prints when it is ready. */
export async function start(
  ports: Ports,
  dataDir: string,
  more: string[] = [],
  by: (args: string[]) => Running = run,
): Promise<Started> {
  const { child, output } = by(["start", ...flags(ports, dataDir), ...more]);
  const value = (name: string) => new RegExp(`^ *${name}: (\\S+)`, "m").exec(output())?.[1] ?? "";
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(20)) {
    if (/Ctrl-C stops the stack/.test(output())) {
      return {
        child,
        apiUrl: value("API URL"),
        dbUrl: value("DB URL"),
        anonKey: value("anon key"),
        serviceRoleKey: value("service_role key"),
        output,
      };
    }
    if (child.exitCode !== null) break;
  }
  child.kill("SIGKILL");
  throw new Error(`the stack did not start:\n${output()}`);
}

/** A command of local/main.ts to its end. */
export async function finish(args: string[]): Promise<{ code: number; output: string }> {
  const { child, output } = run(args);
  return { code: await ended(child), output: output() };
}

export function flags(ports: Ports, dataDir: string): string[] {
  return ["--port", String(ports.api), "--db-port", String(ports.db), "--data-dir", dataDir];
}

interface Running {
  child: ChildProcess;
  output: () => string;
}

export function run(args: string[]): Running {
  return watch(process.execPath, ["--import", "tsx", main, ...args]);
}

/** As people type it. */
export function byNpm([command = "", ...args]: string[]): Running {
  return watch("npm", [command, "--", ...args]);
}

function watch(program: string, args: string[]): Running {
  const { DATABASE_URL: _, POSTGRES_URL: __, ...env } = process.env;
  const child = spawn(program, args, { cwd, env });
  let text = "";
  child.stdout.on("data", (data) => (text += String(data)));
  child.stderr.on("data", (data) => (text += String(data)));
  return { child, output: () => text };
}

export function ended(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(child.exitCode ?? -1);
  }
  return new Promise((resolve) => child.once("close", (code) => resolve(code ?? -1)));
}

/** The process and all that it started, and those they started. */
export function family(pid: number): number[] {
  const rows = processes();
  const found = [pid];
  for (const parent of found) {
    for (const row of rows) if (row.parent === parent) found.push(row.pid);
  }
  return found;
}

/** Those of them that still run after `ms`. */
export async function survivors(pids: number[], ms: number): Promise<number[]> {
  for (const end = Date.now() + ms;; await sleep(50)) {
    const alive = new Set(processes().map((row) => row.pid));
    const left = pids.filter((pid) => alive.has(pid));
    if (left.length === 0 || Date.now() > end) return left;
  }
}

function processes(): { pid: number; parent: number }[] {
  const { stdout } = spawnSync("ps", ["-eo", "pid=,ppid=,stat="], { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    // A zombie only waits for its parent to read how it ended.
    return pid && parent && !state?.startsWith("Z")
      ? [{ pid: Number(pid), parent: Number(parent) }]
      : [];
  });
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** A folder for the data of stacks. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "turnbase-stack-"));
  // Root's Postgres runs as another user, who has to get in.
  chmodSync(folder, 0o755);
  return folder;
}

export async function ports(): Promise<Ports> {
  return { api: await freePort(), db: await freePort() };
}

export function client(stack: Started, key = stack.anonKey) {
  return createClient(stack.apiUrl, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    // Node 20 has no WebSocket of its own.
    realtime: { transport: NodeWebSocket },
  });
}

export function get(stack: Started, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${stack.apiUrl}${path}`, init);
}
