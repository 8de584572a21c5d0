import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Stands beside a data folder that is not made to its end: no server can open it. */
function mark(dataDir: string): string {
  return `${dataDir}.making`;
}

/** Whether a database has to be made in the folder, until isMade() is told; what an interrupted making left goes. */
export async function isUnmade(dataDir: string): Promise<boolean> {
  if (existsSync(mark(dataDir))) await rm(dataDir, { recursive: true, force: true });
  if (existsSync(join(dataDir, "PG_VERSION"))) return false;
  const there = await readdir(dataDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return [];
  });
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
