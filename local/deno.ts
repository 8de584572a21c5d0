import { readdirSync } from "node:fs";
import { join } from "node:path";
import { modulesDir } from "./paths.ts";
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
