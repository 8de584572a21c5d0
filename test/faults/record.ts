import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeCheckout, describeMachine, loadOfMachine } from "../../bench/machine.ts";
import { root, stateDir } from "../../local/paths.ts";
import { isRecorded } from "./options.ts";

const loadBefore = loadOfMachine();

/** Where results lie: in bench/results those that docs/reliability.md is made from. */
export function folderOf(name: string): string {
  return isRecorded ? join(root, "bench", "results", name) : join(stateDir, name);
}

/** Keeps what a test counted and measured, beside the machine that it ran on. */
export async function record(name: string, figures: Record<string, unknown>): Promise<void> {
  const folder = folderOf("faults");
  await mkdir(folder, { recursive: true });
  const found = {
    at: new Date().toISOString(),
    checkout: await describeCheckout(root),
    machine: describeMachine(),
    // Processes that wanted a core, over a minute: who else was there.
    load: { before: loadBefore, after: loadOfMachine() },
    ...figures,
  };
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(found, null, 1)}\n`);
}
