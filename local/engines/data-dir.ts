import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dropLock, takeLock } from "../lock.ts";

/** What a server puts into its data folder, and nobody else. */
const ofServer =
  /^(?:PG_VERSION|base|global|pg_\w+(?:\.conf)?|postgresql(?:\.auto)?\.conf|postmaster\.\w+)$/;

/** Stands beside a data folder that is not made to its end: no server can open it. */
function mark(dataDir: string): string {
  return `${dataDir}.making`;
}

function lockOf(dataDir: string): string {
  return `${dataDir}.lock`;
}

/** For this process alone, until dropFolder(). */
export function takeFolder(dataDir: string): void {
  let holder: number | undefined;
  try {
    holder = takeLock(lockOf(dataDir));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`${said}: give another folder with --data-dir`);
  }
  if (holder === undefined) return;
  throw new Error(
    `${dataDir} is in use by process ${holder}: give another folder with --data-dir, or delete ${
      lockOf(dataDir)
    } where that is another program`,
  );
}

export function dropFolder(dataDir: string): void {
  dropLock(lockOf(dataDir));
}

/** Whether there may be something to make: what isUnmade() says for certain, to who has taken the folder. */
export function mayBeUnmade(dataDir: string): boolean {
  return existsSync(mark(dataDir)) || !existsSync(join(dataDir, "PG_VERSION"));
}

/** Whether a database has to be made in the folder, until isMade() is told; what an interrupted making left goes. */
export async function isUnmade(dataDir: string): Promise<boolean> {
  let there: string[] = await readdir(dataDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return [];
  });
  // The folder may have become somebody else's since.
  if (existsSync(mark(dataDir)) && there.every((name) => ofServer.test(name))) {
    await rm(dataDir, { recursive: true, force: true });
    there = [];
  }
  if (there.includes("PG_VERSION")) return false;
  // What fails is removed, which must be nothing of somebody else's.
  if (there.length > 0) {
    throw new Error(
      `${dataDir} holds other files and no database: give another folder with --data-dir`,
    );
  }
  await writeFile(mark(dataDir), "");
  return true;
}

export async function isMade(dataDir: string): Promise<void> {
  await rm(mark(dataDir), { force: true });
}
