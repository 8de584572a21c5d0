import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./files.ts";

interface Entry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const systems: Record<string, string> = { windows: "win32" };
for (const name of ["darwin", "linux", "win32", "android", "freebsd", "openharmony"]) {
  systems[name] = name;
}
const processors = ["x64", "arm64", "arm", "ia32", "ppc64", "riscv64", "s390x", "loong64"];

/**
 * npm leaves the binaries of other platforms out of the lockfile when the registry it asks does not hold them, and
 * then `npm ci` fails there and everywhere. Their names say all that an entry needs.
 */
export async function lockfile(fix: boolean): Promise<string[]> {
  const file = join(root, "package-lock.json");
  const text = await readFile(file, "utf8");
  // Written by npm.
  const lock = JSON.parse(text) as { packages: Record<string, Entry> };
  const problems: string[] = text.includes('"resolved"') ? ["names a registry: use .npmrc"] : [];
  for (const parent of Object.values(lock.packages)) {
    for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
      const key = `node_modules/${name}`;
      if (lock.packages[key]) continue;
      problems.push(`lacks ${name}: run npm run format`);
      lock.packages[key] = entry(name, range.replace(/^[v^]+/, ""), parent.dev === true);
    }
  }
  if (!fix || problems.length === 0) return problems.map((p) => `package-lock.json ${p}`);
  lock.packages = Object.fromEntries(
    Object.entries(lock.packages).sort(([a], [b]) => a < b ? -1 : 1),
  );
  await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`);
  return [];
}

function entry(name: string, version: string, dev: boolean): Entry {
  const words = name.split("/").at(-1)?.split("-") ?? [];
  const os = words.flatMap((word) => systems[word] ?? []);
  const cpu = words.filter((word) => processors.includes(word));
  const libc = words.includes("musl")
    ? ["musl"]
    : words.some((word) => word === "glibc" || word === "gnu")
    ? ["glibc"]
    : [];
  return {
    version,
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(dev ? { dev } : {}),
    ...(libc.length > 0 ? { libc } : {}),
    optional: true,
    ...(os.length > 0 ? { os } : {}),
  };
}
