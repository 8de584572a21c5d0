import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Of config.toml's [functions.<name>] what the gateway needs. */
export interface FunctionSettings {
  enabled: boolean;
  verifyJwt: boolean;
}

/** Reads `key = true|false` under [functions.<name>]; both are true where nothing is said, as with the CLI. */
export async function functionSettings(project: string): Promise<Map<string, FunctionSettings>> {
  const text = await readFile(join(project, "supabase", "config.toml"), "utf8").catch(() => "");
  const settings = new Map<string, FunctionSettings>();
  let current: FunctionSettings | undefined;
  for (const line of text.split(/\r?\n/)) {
    const table = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    if (table !== undefined) {
      const name = /^functions\.(?:"([^"]+)"|([\w-]+))$/.exec(table.trim());
      current = name ? { enabled: true, verifyJwt: true } : undefined;
      if (name && current) settings.set(name[1] ?? name[2] ?? "", current);
      continue;
    }
    const pair = /^\s*(enabled|verify_jwt)\s*=\s*(true|false)\s*(?:#.*)?$/.exec(line);
    if (!current || !pair) continue;
    if (pair[1] === "enabled") current.enabled = pair[2] === "true";
    else current.verifyJwt = pair[2] === "true";
  }
  return settings;
}
