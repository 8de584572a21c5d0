import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const config = `project_id = "shop"

[api]
port = 54321
`;

/** A Supabase project of somebody's; `files` by their path. */
export async function makeProject(
  t: { after(fn: () => unknown): void },
  files: Record<string, string> = {},
): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "turnbase-project-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  for (const [file, text] of Object.entries({ "supabase/config.toml": config, ...files })) {
    await put(dir, file, text);
  }
  return dir;
}

export async function put(dir: string, file: string, text: string): Promise<void> {
  await mkdir(dirname(join(dir, file)), { recursive: true });
  await writeFile(join(dir, file), text);
}

/** Every file of a folder, by its path. */
export async function filesIn(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files: [string, string][] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files.push([path.slice(dir.length + 1), await readFile(path, "utf8")]);
  }
  return Object.fromEntries(files.sort());
}

/** What a command prints and ends with. */
export async function said<T>(
  command: (options: T, print: (line: string) => void) => Promise<number>,
  options: T,
): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = await command(options, (line) => lines.push(line));
  return { code, text: lines.join("\n") };
}

export const addOptions = {
  without: undefined,
  dryRun: false,
  dbUrl: undefined,
  types: undefined,
  tests: false,
};
