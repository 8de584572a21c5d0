import { execFile } from "node:child_process";
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every file of the project, committed or about to be, relative to its root. */
export async function projectFiles(matching: RegExp): Promise<string[]> {
  const list = ["ls-files", "-co", "--exclude-standard", "-z"];
  const { stdout } = await promisify(execFile)("git", list, { cwd: root, maxBuffer: 1 << 26 });
  const names = stdout.split("\0").filter((name) => matching.test(name));
  const isFile = (name: string) => lstatSync(join(root, name), { throwIfNoEntry: false })?.isFile();
  return names.filter(isFile).sort();
}
