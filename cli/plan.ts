import { existsSync, lstatSync } from "node:fs";
import { mkdir, readdir, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { testsFolder } from "./bundle.ts";
import { Problem } from "./problem.ts";
import { type Manifest, manifestFile, type Project, read, sha256 } from "./project.ts";

/** What a command will do to a project: nothing is written before all of it is known. */
export interface Plan {
  /** By path. */
  write: Map<string, string>;
  remove: string[];
  /** Files of Turnbase that somebody changed: they stay as they are. */
  kept: string[];
  /** As it is to be; undefined: no change. */
  config: string | undefined;
  /** As it is to be; undefined: it goes. */
  manifest: Manifest | undefined;
}

/**
 * What becomes of files that Turnbase writes and takes away: whoever changed one keeps it. `before` has the hashes of
 * what was written last.
 */
export function compareFiles(
  project: Project,
  wanted: ReadonlyMap<string, string>,
  before: Readonly<Record<string, string>>,
): { write: Map<string, string>; remove: string[]; kept: string[]; files: Record<string, string> } {
  const write = new Map<string, string>();
  const kept: string[] = [];
  const files: Record<string, string> = {};
  for (const [file, text] of wanted) {
    const there = read(project.dir, file);
    const hash = sha256(text);
    if (there === undefined) write.set(file, text);
    else if (sha256(there) !== hash) {
      if (sha256(there) === before[file]) write.set(file, text);
      else kept.push(file);
    }
    // Of a file that was kept, what it was before the change.
    files[file] = kept.includes(file) ? before[file] ?? hash : hash;
  }
  const remove: string[] = [];
  for (const [file, hash] of Object.entries(before)) {
    if (wanted.has(file)) continue;
    const there = read(project.dir, file);
    if (there === undefined) continue;
    if (sha256(there) === hash) remove.push(file);
    else kept.push(file);
  }
  return { write, remove, kept, files };
}

/** All of it or nothing: of a half, no later run would know what is whose. */
export async function carryOut({ dir }: Project, plan: Plan): Promise<void> {
  const steps = new Map<string, string | undefined>(plan.write);
  if (plan.config !== undefined) steps.set("supabase/config.toml", plan.config);
  for (const file of plan.remove) steps.set(file, undefined);
  steps.set(manifestFile, plan.manifest && `${JSON.stringify(plan.manifest, null, 2)}\n`);
  const before = new Map<string, string | undefined>();
  for (const [file, text] of steps) {
    before.set(file, read(dir, file));
    try {
      await change(dir, file, text);
    } catch (error) {
      for (const [done, old] of before) await change(dir, done, old).catch(() => undefined);
      const left = [...before].filter(([done, old]) => read(dir, done) !== old);
      throw new Problem(
        `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
        left.length === 0
          ? "Nothing was changed. See to the folder (its rights, its disk), then run this again"
          : `Take these back from version control: ${left.map(([done]) => done).join(", ")}`,
      );
    }
  }
}

/** Undefined takes the file away. */
async function change(dir: string, file: string, text: string | undefined): Promise<void> {
  if (text === undefined) await take(dir, file);
  else await put(dir, file, text);
}

async function put(dir: string, file: string, text: string): Promise<void> {
  const path = join(dir, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** With the folders that it leaves empty, but never supabase itself, nor a link to a folder elsewhere. */
async function take(dir: string, file: string): Promise<void> {
  await rm(join(dir, file), { force: true });
  for (let folder = dirname(file); /[\\/]/.test(folder); folder = dirname(folder)) {
    const path = join(dir, folder);
    if (!existsSync(path)) continue;
    if (lstatSync(path).isSymbolicLink()) return;
    if ((await readdir(path)).length > 0) return;
    await rmdir(path);
  }
}

const verbs = { write: "write", remove: "remove", kept: "keep" } as const;

/** Lines that say all of it, files of one folder together. */
export function describePlan(plan: Plan): string[] {
  const lines: string[] = [];
  for (
    const [verb, files] of [
      [verbs.write, [...plan.write.keys()]],
      [verbs.remove, plan.remove],
    ] as const
  ) {
    for (const [folder, names] of byFolder(files)) {
      lines.push(
        `  ${verb} ${folder}/${names.length === 1 ? names[0] : `  ${names.length} files`}`,
      );
      if (names.length > 1 && folder !== testsFolder) {
        lines.push(...names.map((name) => `          ${name}`));
      }
    }
  }
  if (plan.config !== undefined) lines.push("  change supabase/config.toml");
  for (const file of plan.kept) lines.push(`  keep ${file}: it was changed here`);
  return lines;
}

/** What is to be done with that which was written, for who ran it once already. */
export function nextSteps({ write, remove, config }: Plan): string {
  const files = [...write.keys(), ...remove];
  const steps = [
    files.some((file) => file.startsWith("supabase/migrations/")) && "npx supabase db push",
    (config !== undefined || files.some((file) => file.startsWith("supabase/functions/"))) &&
    "npx supabase functions deploy",
  ].filter((step) => step !== false);
  return steps.join(", and ") || "commit it; there is nothing to push or deploy";
}

function byFolder(files: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of files) {
    // Tests are many: they are counted, not named.
    const folder = file.startsWith(`${testsFolder}/`) ? testsFolder : dirname(file);
    found.set(folder, [...(found.get(folder) ?? []), file.slice(folder.length + 1)]);
  }
  return found;
}

export function omit<T>(
  all: Readonly<Record<string, T>>,
  some: Readonly<Record<string, T>>,
): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !(name in some)));
}
