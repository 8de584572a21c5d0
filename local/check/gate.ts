import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root } from "./files.ts";

/** `ok`, the problems found, or the reason why there is nothing to check. */
export type Verdict = { problems: string[] } | { leftOut: string };

export interface Gate {
  name: string;
  run(): Promise<Verdict>;
}

export function found(problems: string[]): Verdict {
  return { problems };
}

/** A gate's own function, whose thrown error counts as a problem. */
export function gate(name: string, run: () => Promise<Verdict>): Gate {
  return { name, run };
}

/** Runs a command of the project; any exit code but 0 is a problem, with its output. */
export async function command(name: string, ...args: string[]): Promise<Verdict> {
  const path = [join(root, "node_modules/.bin"), process.env["PATH"] ?? ""].join(delimiter);
  const child = spawn(name, args, {
    cwd: root,
    env: { ...process.env, PATH: path, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (data) => output += data);
  child.stderr.on("data", (data) => output += data);
  const [code, signal] = await once(child, "close");
  if (code === 0) return found([]);
  const lines = stripVTControlCharacters(output).trimEnd().split("\n");
  return found([`${name} ended with ${signal ?? code}`, ...lines]);
}
