import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isRecord } from "./http.ts";
import { modulesDir, stateDir } from "./paths.ts";

/** `jsr:@std/assert@1.0.19` or `jsr:@std/encoding@1.0.10/hex`. */
const standardLibrary = /^jsr:@std\/([a-z-]+)@(\d+\.\d+\.\d+)(?:\/([\w/-]+))?$/;

/** The imports of supabase/functions/deno.json, as Supabase users write them. */
async function shippedImports(project: string): Promise<Record<string, string>> {
  const text = await readFile(join(project, "supabase", "functions", "deno.json"), "utf8");
  const parsed: unknown = JSON.parse(text);
  const imports = isRecord(parsed) && isRecord(parsed["imports"]) ? parsed["imports"] : {};
  return Object.fromEntries(
    Object.entries(imports).map(([name, target]) => [name, String(target)]),
  );
}

/** The same names, with every `jsr:@std/*` served by the npm package deno-std: nothing is fetched at start. */
export async function writeLocalImportMap(project: string): Promise<string> {
  const imports: Record<string, string> = {};
  for (const [name, target] of Object.entries(await shippedImports(project))) {
    imports[name] = localTarget(target) ?? target;
  }
  const file = join(stateDir, "functions.import_map.json");
  await mkdir(stateDir, { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify({ imports }, undefined, 2)}\n`);
  await rename(draft, file);
  return file;
}

function localTarget(target: string): string | undefined {
  const [, library, , entry] = standardLibrary.exec(target) ?? [];
  if (!library) return undefined;
  const file = `${(entry ?? "mod").replaceAll("-", "_")}.js`;
  return pathToFileURL(join(modulesDir, "deno-std", library.replaceAll("-", "_"), file)).href;
}

/** What keeps the shipped map and the local one from standing for the same code; empty when nothing does. */
export async function checkImportMaps(project: string, packageJson: string): Promise<string[]> {
  const problems: string[] = [];
  const manifest: unknown = JSON.parse(await readFile(packageJson, "utf8"));
  const dependencies = isRecord(manifest) && isRecord(manifest["devDependencies"])
    ? manifest["devDependencies"]
    : {};
  for (const [name, target] of Object.entries(await shippedImports(project))) {
    const where = `supabase/functions/deno.json: ${name}`;
    if (target.startsWith("jsr:")) {
      const local = localTarget(target);
      if (!local) {
        problems.push(`${where} is ${target}: only exact versions of jsr:@std/* have a local copy`);
      } else if (!existsSync(new URL(local))) {
        problems.push(`${where}: node_modules/deno-std has no such module`);
      }
      continue;
    }
    const [, dependency, version] =
      /^npm:((?:@[^/]+\/)?[^@/]+)@(\d+\.\d+\.\d+[^/]*)/.exec(target) ?? [];
    if (!dependency) {
      problems.push(`${where} is ${target}: give an exact npm: or jsr: version`);
    } else if (dependencies[dependency] !== version) {
      problems.push(
        `${where} wants ${dependency} ${version}, package.json's devDependencies have ${
          String(dependencies[dependency] ?? "none")
        }`,
      );
    }
  }
  return problems;
}
