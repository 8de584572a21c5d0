import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { reaper } from "./reaper.ts";

export interface Service {
  readonly child: ChildProcess;
  /** The end of what it wrote to stderr and stdout. */
  lastWords(): string;
  stop(): Promise<void>;
}

/** Starts a program that ends with us, whatever happens, and that Ctrl-C in the terminal does not reach before us. */
export function startService(
  command: string,
  args: readonly string[],
  options: {
    env: NodeJS.ProcessEnv;
    cwd?: string;
    uid?: number;
    gid?: number;
    /** What asks it to end; SIGKILL follows after ten seconds. */
    signal?: NodeJS.Signals;
    onLine?: (line: string) => void;
  },
): Service {
  const { signal = "SIGTERM", onLine, ...rest } = options;
  const child = spawn(command, args, {
    ...rest,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  reaper.watch(child, signal);
  let words = "";
  let line = "";
  const read = (text: string) => {
    words = (words + text).slice(-4000);
    const lines = (line + text).split("\n");
    line = lines.pop() ?? "";
    if (onLine) { for (const whole of lines) onLine(whole); }
  };
  child.stdout.setEncoding("utf8").on("data", read);
  child.stderr.setEncoding("utf8").on("data", read);
  child.on("error", (error) => read(`${error.message}\n`));
  return {
    child,
    lastWords: () => words.trim(),
    stop: async () => {
      if (hasEnded(child)) return;
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Also true for a program that could not be started at all. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

/** The first program of this name on PATH. */
export function onPath(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
