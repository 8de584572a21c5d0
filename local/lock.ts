import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Whether a process of this id lives; somebody else's counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Takes a lock file for this process, over a dead one's; the process id that holds it where that fails. */
export function takeLock(file: string): number | undefined {
  mkdirSync(dirname(file), { recursive: true });
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return undefined;
    } catch {
      const holder = readHolder(file);
      if (holder && isAlive(holder)) return holder;
      rmSync(file, { force: true });
    }
  }
  return readHolder(file) ?? 0;
}

export function dropLock(file: string): void {
  if (readHolder(file) === process.pid) rmSync(file, { force: true });
}

function readHolder(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}
