import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of this package: a checkout, or what npm installed. */
export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

export const version = readVersion();

function findRoot(folder: string): string {
  if (existsSync(join(folder, "supabase", "rollback.sql"))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error("this package has no folder supabase: install it again");
  return findRoot(above);
}

function readVersion(): string {
  const text = readFileSync(join(packageRoot, "package.json"), "utf8");
  // Written by us.
  return (JSON.parse(text) as { version: string }).version;
}
