import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
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

/** Of this process: where ids are given out anew, as in a container, a dead one may have had ours. */
const taken = new Set<string>();

/** Takes a lock file for this process, over a dead one's; the process id that holds it where that fails. */
export function takeLock(file: string): number | undefined {
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      taken.add(file);
      return undefined;
    } catch (error) {
      if (!isThere(error)) throw error;
    }
    const holder = readHolder(file);
    if (holder && holds(holder, file)) return holder;
    removeDead(file);
  }
}

export function dropLock(file: string): void {
  taken.delete(file);
  if (readHolder(file) === process.pid) rmSync(file, { force: true });
}

/** One process at a time: of two that saw the dead one's, the second would remove what the first has taken since. */
function removeDead(file: string): void {
  const guard = `${file}.guard`;
  try {
    mkdirSync(guard);
  } catch (error) {
    if (!isThere(error)) throw error;
    pause();
    // Of one that was killed here.
    if (Date.now() - (modified(guard) ?? Date.now()) > 5000) {
      rmSync(guard, { recursive: true, force: true });
    }
    return;
  }
  try {
    // Empty for a moment is one that is just taken.
    const holder = readHolder(file) ?? (pause(), readHolder(file));
    if (!holder || !holds(holder, file)) rmSync(file, { force: true });
  } finally {
    rmdirSync(guard);
  }
}

function holds(holder: number, file: string): boolean {
  return holder === process.pid ? taken.has(file) : isAlive(holder);
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
}

function modified(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function isThere(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}

function readHolder(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}
