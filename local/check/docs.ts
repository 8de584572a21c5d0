import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { projectFiles, root } from "./files.ts";

const link = /\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s+(\S+)/gm;
const code = /^(```|~~~)[\s\S]*?^\1\s*$|`[^`\n]*`/gm;

/** Every relative link in Markdown leads to a file, and its #anchor to a heading. */
export async function docLinks(): Promise<string[]> {
  const problems: string[] = [];
  for (const file of await projectFiles(/\.md$/)) {
    const source = await readFile(join(root, file), "utf8");
    const text = source.replace(code, (part) => part.replace(/[^\n]/g, " "));
    for (const match of text.matchAll(link)) {
      const target = match[1] ?? match[2] ?? "";
      if (/^[a-z][a-z0-9+.-]*:/i.test(target)) continue;
      const problem = await broken(file, target);
      const line = text.slice(0, match.index).split("\n").length;
      if (problem) problems.push(`${file}:${line}: ${target}: ${problem}`);
    }
  }
  return problems;
}

async function broken(file: string, target: string): Promise<string | undefined> {
  const [path = "", anchor] = decodeURI(target).split("#");
  const full = path === ""
    ? file
    : normalize(path.startsWith("/") ? path.slice(1) : join(dirname(file), path));
  if (full.startsWith("..") || !existsSync(join(root, full))) return "no such file";
  if (!anchor || !full.endsWith(".md")) return undefined;
  return (await anchors(full)).has(anchor.toLowerCase()) ? undefined : "no such heading";
}

async function anchors(file: string): Promise<Set<string>> {
  const source = await readFile(join(root, file), "utf8");
  const text = source.replace(/^(```|~~~)[\s\S]*?^\1\s*$/gm, "");
  const found = new Set<string>();
  for (const [, heading = ""] of text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const slug = slugOf(heading);
    let unique = slug;
    for (let count = 1; found.has(unique); count++) unique = `${slug}-${count}`;
    found.add(unique);
  }
  for (const [, id = ""] of text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) found.add(id);
  return found;
}

// As GitHub makes them.
function slugOf(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/(^|\s)_([^_]+)_(?=\W|$)/g, "$1$2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}
