import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { modulesDir, root } from "./paths.ts";
import { isProgram, onPath } from "./process.ts";

/** The binary of the npm package `deno`, whether or not its postinstall ran; else `deno` on PATH. */
export function findDeno(): string {
  const scoped = join(modulesDir, "@deno");
  const platform = `${process.platform}-${process.arch}`;
  const file = process.platform === "win32" ? "deno.exe" : "deno";
  const packages = listed(scoped).filter((name) =>
    name === platform || name.startsWith(`${platform}-`)
  );
  const candidates = [
    ...packages.filter((name) => isMusl() === name.endsWith("-musl")),
    ...packages,
  ].map((name) => join(scoped, name, file));
  const found = [...candidates, join(modulesDir, "deno", file)].find(isProgram) ?? onPath("deno");
  if (found) return found;
  throw new Error("no Deno is installed: run npm ci, or put `deno` on PATH");
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isMusl(): boolean {
  if (process.platform !== "linux") return false;
  const report: unknown = process.report?.getReport();
  return !(typeof report === "object" && report !== null && "header" in report &&
    hasGlibc(report.header));
}

function hasGlibc(header: unknown): boolean {
  return typeof header === "object" && header !== null && "glibcVersionRuntime" in header;
}

/** The text as `deno fmt` writes it with the settings of the project. */
export function denoFmt(text: string, ext: "ts" | "md"): string {
  const config = join(root, "deno.json");
  const made = spawnSync(
    findDeno(),
    ["fmt", "--quiet", `--config=${config}`, `--ext=${ext}`, "-"],
    {
      input: text,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (made.status === 0) return made.stdout;
  throw new Error(`deno fmt failed: ${made.error?.message ?? made.stderr.trim()}`);
}
