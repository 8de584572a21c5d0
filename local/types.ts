import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startDatabase } from "./database.ts";
import { denoFmt } from "./deno.ts";
import type { Log } from "./engines/engine.ts";
import { root } from "./paths.ts";
import { generateTypes } from "./supabase.ts";

const file = "types/database.types.ts";

/** Types of the migrations as they stand, from the database given or from a PGlite made for the purpose. */
async function makeTypes(dbUrl: string | undefined, log: Log): Promise<string> {
  if (dbUrl) return denoFmt(await generate(dbUrl), "ts");
  log("Applying the migrations to a database in memory...");
  await using database = await startDatabase({ engine: "pglite", dataDir: "memory", port: 0, log });
  return denoFmt(await generate(database.dbUrl), "ts");
}

/** Writes types/database.types.ts; true when that changed it. */
export async function writeTypes(dbUrl: string | undefined, log: Log): Promise<boolean> {
  const made = await makeTypes(dbUrl, log);
  if (made === (await committed())) return false;
  await writeFile(join(root, file), made);
  return true;
}

/** What is wrong with the committed file, with the command that mends it; undefined when nothing is. */
export async function checkTypes(log: Log): Promise<string | undefined> {
  const before = await committed();
  if (before === undefined) return `${file} is missing: run npm run types`;
  if (isUntracked()) return `${file} is not under version control: run git add ${file}`;
  if (before === (await makeTypes(undefined, log))) return undefined;
  return `${file} is not what the migrations give: run npm run types`;
}

async function generate(dbUrl: string): Promise<string> {
  const made = await generateTypes(dbUrl);
  if (made.code === 0 && made.stdout.includes("export type Database")) return made.stdout;
  throw new Error(`supabase gen types failed:\n${(made.stdout + made.stderr).trim()}`);
}

function committed(): Promise<string | undefined> {
  return readFile(join(root, file), "utf8").catch(() => undefined);
}

/** Also false outside a checkout, where nothing can be told. */
function isUntracked(): boolean {
  const inside = spawnSync("git", ["rev-parse", "--is-inside-work-tree"], { cwd: root });
  if (inside.status !== 0) return false;
  return spawnSync("git", ["ls-files", "--error-unmatch", file], { cwd: root }).status !== 0;
}
