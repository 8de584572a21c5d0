import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Made } from "./made.ts";
import { exitCodes, Problem } from "./problem.ts";

export const manifestFile = "supabase/turnbase.json";

/** What stands in supabase/turnbase.json: what was written, so that a later run knows what is whose. */
export interface Manifest {
  version: string;
  without: string[];
  /** Turnbase's file, its copy here, a hash of what it came from and of what was written. */
  migrations: { from: string; file: string; source: string; sha256: string }[];
  /** Every other file that was written, with its hash. */
  files: Record<string, string>;
  /** What was added to config.toml, to the letter. */
  config: string;
  types?: string;
  tests: boolean;
  /** The migration that takes Turnbase out again, once there is one. */
  rollback?: string;
}

/** A user's project: the folder that holds supabase/. */
export interface Project {
  dir: string;
  /** Names in supabase/migrations, in order. */
  migrations: string[];
  made: Made;
  config: string;
  /** Whether the CLI makes migrations by comparing them with files that declare the whole schema. */
  isDeclared: boolean;
  manifest: Manifest | undefined;
}

export function readProject(dir: string): Project {
  const folder = resolve(dir);
  if (!isFolder(join(folder, "supabase"))) {
    throw new Problem(
      `${folder} has no folder supabase`,
      "Name the folder that holds it with --dir, or make one: npx supabase init",
      exitCodes.usage,
    );
  }
  const config = read(folder, "supabase/config.toml");
  if (config === undefined) {
    throw new Problem(
      `${folder} has no supabase/config.toml`,
      "Make one: npx supabase init",
      exitCodes.usage,
    );
  }
  const manifest = readManifest(folder);
  const own = new Set(manifest?.migrations.map(({ file }) => file));
  const migrations = list(folder, "supabase/migrations")
    .filter((name) => /^\d+_.*\.sql$/.test(name)).sort();
  const made = new Made();
  for (const name of migrations) {
    const file = `supabase/migrations/${name}`;
    if (!own.has(file)) made.read(file, read(folder, file) ?? "");
  }
  return { dir: folder, migrations, made, config, isDeclared: declares(folder, config), manifest };
}

function declares(folder: string, config: string): boolean {
  const [, other = "./schemas"] = /^\s*declarative_schema_path\s*=\s*["'](.+?)["']/m.exec(config) ??
    [];
  const schemas = join(folder, "supabase", other);
  return /^\s*schema_paths\s*=\s*\[\s*["']/m.test(config) ||
    isFolder(schemas) &&
      readdirSync(schemas, { recursive: true }).some((name) => String(name).endsWith(".sql"));
}

/** What a project has of Turnbase; a problem where it has nothing, or nothing any more. */
export function takenIn({ dir, manifest }: Project): Manifest {
  if (manifest && !manifest.rollback) return manifest;
  throw new Problem(
    `Turnbase is not in ${dir}`,
    "Take it in first: npx turnbase add",
    exitCodes.usage,
  );
}

const ownName = /_turnbase_(?:\d{4}_\w+|check|end|remove)\.sql$/;

/** The manifest is written last: where a run was interrupted, it does not tell of all migrations. */
export function refuseStrays({ migrations, manifest }: Project): void {
  const known = new Set(
    manifest && [
      ...manifest.migrations.map(({ file }) => file),
      ...Object.keys(manifest.files),
      manifest.rollback,
    ],
  );
  const strays = migrations.map((name) => `supabase/migrations/${name}`)
    .filter((file) => ownName.test(file) && !known.has(file));
  if (strays.length === 0) return;
  if (!manifest) {
    throw new Problem(
      `supabase/migrations has ${strays.length} migrations of Turnbase, but no ${manifestFile} tells of them`,
      `Take ${manifestFile} back from version control. Was nothing pushed yet? Delete what Turnbase wrote: ` +
        "supabase/migrations/*_turnbase_*.sql and its function folders, then add again",
      exitCodes.clash,
    );
  }
  throw new Problem(
    `${manifestFile} does not tell of ${strays.join(", ")}`,
    `Take ${manifestFile} back from version control. Was a run of this command interrupted? ` +
      "Take supabase back as it was before, and run it again",
    exitCodes.clash,
  );
}

function readManifest(folder: string): Manifest | undefined {
  const text = read(folder, manifestFile);
  if (text === undefined) return undefined;
  try {
    // Written by us; what is missing in it would be an edit by hand.
    const manifest = JSON.parse(text) as Manifest;
    if (Array.isArray(manifest.migrations) && Array.isArray(manifest.without)) return manifest;
  } catch {
    // Said below.
  }
  throw new Problem(
    `${manifestFile} cannot be read`,
    "Take the file back from version control: it says what Turnbase wrote here",
  );
}

export function read(dir: string, file: string): string | undefined {
  const path = join(dir, file);
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : undefined;
}

/** A folder of the project's, as its files are named: from the project, with slashes. */
export function folderIn(dir: string, folder: string): string {
  return relative(dir, resolve(dir, folder)).replaceAll("\\", "/") || ".";
}

export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function list(dir: string, folder: string): string[] {
  return isFolder(join(dir, folder)) ? readdirSync(join(dir, folder)) : [];
}

/** The same whatever its lines end with: on Windows git writes others than we do. */
export function sha256(text: string): string {
  return createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
}

/** The text with lines that end like those of `file`. */
export function withEndsOf(file: string, text: string): string {
  return file.includes("\r\n") ? text.replaceAll("\n", "\r\n") : text;
}

/** What was added to config.toml, as it stands there by now; undefined where it does not. */
export function findInConfig({ config }: Project, added: string): string | undefined {
  return [added, withEndsOf(config, added)].find((text) => config.includes(text));
}
