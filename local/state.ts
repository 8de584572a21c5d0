import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isRecord } from "./http.ts";
import { isAlive } from "./lock.ts";
import { stateDir } from "./paths.ts";

/** What a running stack leaves for the other commands. */
export interface StackState {
  pid: number;
  engine: string;
  apiPort: number;
  apiUrl: string;
  dbUrl: string;
  adminUrl: string;
  project: string;
}

/** One file a stack, named by its API port, so that two may run side by side. */
function fileFor(apiPort: number): string {
  return join(stateDir, "stacks", `${apiPort}.json`);
}

/** Of this process: where ids are given out anew, as in a container, a dead one may have had ours. */
const ours = new Set<number>();

/** The stack that runs on this port; what a dead one left is removed. */
export function readState(apiPort: number): StackState | undefined {
  const file = fileFor(apiPort);
  const state = parse(file);
  if (!state) return undefined;
  if (state.pid === process.pid ? ours.has(apiPort) : isAlive(state.pid)) return state;
  rmSync(file, { force: true });
  return undefined;
}

/** Leaves the state, unless another stack was quicker. */
export function writeState(state: StackState): boolean {
  const file = fileFor(state.apiPort);
  mkdirSync(dirname(file), { recursive: true });
  // Holds passwords of the databases that --db-url names.
  const write = (flag: string) => writeFileSync(file, JSON.stringify(state), { flag, mode: 0o600 });
  try {
    write("wx");
  } catch {
    if (readState(state.apiPort)) return false;
    write("w");
  }
  ours.add(state.apiPort);
  return true;
}

export function removeState(apiPort: number): void {
  ours.delete(apiPort);
  if (parse(fileFor(apiPort))?.pid === process.pid) rmSync(fileFor(apiPort), { force: true });
}

function parse(file: string): StackState | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(file, "utf8"));
    // Written by writeState alone; a foreign or half-written file counts as none.
    return isRecord(found) && typeof found["pid"] === "number"
      ? (found as unknown as StackState)
      : undefined;
  } catch {
    return undefined;
  }
}
