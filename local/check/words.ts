import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectFiles, root } from "./files.ts";

const forbidden: [what: string, pattern: RegExp][] = [
  ["a path of one machine", /(?<![\w.~-])\/(?:work|home|Users)\/[\w.-]/],
  ["a package registry's host", /\bregistry\.(?:npmjs|yarnpkg)\.\w+|\bnpm\.jsr\.io\b/],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["an access token", /\b(?:sbp_[0-9a-f]{40}|gh[pousr]_\w{36}|AKIA[0-9A-Z]{16}|sk-[\w-]{32,})\b/],
];

/** No text of the project names one machine, a registry or a secret. */
export async function words(): Promise<string[]> {
  const problems: string[] = [];
  const own = await ownRegistry();
  for (const file of await projectFiles(/./)) {
    const content = await readFile(join(root, file));
    if (content.includes(0)) continue;
    for (const [index, line] of content.toString().split("\n").entries()) {
      const found = forbidden.filter(([, pattern]) => pattern.test(line)).map(([what]) => what);
      if (own && line.includes(own)) found.push("the registry that this machine uses");
      problems.push(...found.map((what) => `${file}:${index + 1}: ${what}`));
    }
  }
  return problems;
}

async function ownRegistry(): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)("npm", ["config", "get", "registry"], { cwd: root });
  const host = URL.canParse(stdout.trim()) ? new URL(stdout.trim()).host : undefined;
  // A loopback mirror shares its name with every local service.
  return host && !/^(localhost|127\.|\[)/.test(host) ? host : undefined;
}
