import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { stateDir } from "../../local/paths.ts";

const file = join(stateDir, "mutation-kills.json");

/** Which file killed which mutant in earlier runs; nothing depends on it but speed. */
export async function readKills(): Promise<Record<string, string>> {
  try {
    const kills: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof kills !== "object" || kills === null) return {};
    return Object.fromEntries(
      Object.entries(kills).filter((kill): kill is [string, string] => typeof kill[1] === "string"),
    );
  } catch {
    return {};
  }
}

export async function writeKills(kills: Record<string, string>): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const sorted = Object.entries(kills).sort(([a], [b]) => (a < b ? -1 : 1));
  await writeFile(file, `${JSON.stringify(Object.fromEntries(sorted), null, 1)}\n`);
}
