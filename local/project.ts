import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root, stateDir } from "./paths.ts";

/** Migrations of a project folder, and those of them that this server cannot take. */
export interface Migrations {
  /** File names in order, without those left out. */
  applied: string[];
  leftOut: { file: string; extension: string }[];
}

/** Reads which migrations make an extension that the server does not have. */
export async function readMigrations(
  project: string,
  available: ReadonlySet<string>,
): Promise<Migrations> {
  const folder = join(project, "supabase", "migrations");
  const found: Migrations = { applied: [], leftOut: [] };
  const names = await readdir(folder).catch(() => []);
  for (const file of names.filter((name) => /^\d+_.*\.sql$/.test(name)).sort()) {
    const missing = extensionsMade(await readFile(join(folder, file), "utf8")).find((name) =>
      !available.has(name)
    );
    if (missing) found.leftOut.push({ file, extension: missing });
    else found.applied.push(file);
  }
  return found;
}

/** Changes with whatever `supabase db push` makes of a project, and every day: there are partitions of this month. */
export async function projectHash(project: string): Promise<string> {
  const hash = createHash("sha256").update(new Date().toISOString().slice(0, 10));
  const folder = join(project, "supabase");
  const migrations = await readdir(join(folder, "migrations")).catch(() => []);
  const files = [
    // The versions of the CLI and of the engine.
    join(root, "package-lock.json"),
    join(folder, "config.toml"),
    join(folder, "seed.sql"),
    ...migrations.filter((name) => name.endsWith(".sql")).sort()
      .map((name) => join(folder, "migrations", name)),
  ];
  for (const file of files) {
    const text = await readFile(file).catch(ignoreMissing);
    hash.update(`\n${file} ${text?.length}\n`).update(text ?? "");
  }
  return hash.digest("hex").slice(0, 16);
}

function extensionsMade(sql: string): string[] {
  const code = sql.replace(/--.*$/gm, "").replace(/\/\*[\s\S]*?\*\//g, "");
  return [...code.matchAll(/^\s*create\s+extension\s+(?:if\s+not\s+exists\s+)?"?([\w-]+)"?/gim)]
    .flatMap((match) => match[1] ? [match[1]] : []);
}

let copies = 0;

/** The folder to give the CLI: the project itself, or a copy of its SQL without the migrations that are left out. */
export async function projectFor(project: string, migrations: Migrations): Promise<string> {
  if (migrations.leftOut.length === 0) return project;
  const key = createHash("sha256")
    .update(JSON.stringify([project, migrations.leftOut]))
    .digest("hex")
    .slice(0, 12);
  const copy = join(stateDir, "projects", `${key}-${process.pid}-${++copies}`);
  await mkdir(join(copy, "supabase", "migrations"), { recursive: true });
  const from = join(project, "supabase");
  const to = join(copy, "supabase");
  for (const file of ["config.toml", "seed.sql"]) {
    await copyFile(join(from, file), join(to, file)).catch(ignoreMissing);
  }
  for (const file of migrations.applied) {
    await copyFile(join(from, "migrations", file), join(to, "migrations", file));
  }
  return copy;
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
