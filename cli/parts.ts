import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readListed } from "./lists.ts";
import { exitCodes, Problem } from "./problem.ts";

/**
 * A table, view, type, function or extension by kind and name, as the list in 0010 has it; or a policy or trigger. An
 * extension is taken where it is in another schema than extensions.
 */
export interface Named {
  kind: "table" | "type" | "function" | "extension" | "policy" | "trigger";
  name: string;
}

/** A migration of Turnbase: its header and the list in 0010 are all that is known of it. */
export interface Part {
  /** What --without takes: the file's noun. */
  name: string;
  /** `0910_profiles`. */
  file: string;
  text: string;
  /** Of the parts without which it does not work. */
  needs: string[];
  objects: Named[];
}

// The first files: sessions, messages, their order, counters and costs.
const core = new Set([
  "foundation",
  "conversation-sessions",
  "model-prices",
  "conversation-messages",
]);

export const isOptional = (part: Part) => !core.has(part.name);

/** The edge functions, with the parts that they call. */
export const functionNeeds: Readonly<Record<string, readonly string[]>> = {
  health: [],
  "chat-session": ["visitors"],
  "chat-log": ["turns"],
  feedback: ["session-outcomes"],
  outcome: ["session-outcomes"],
  embed: ["embeddings"],
  privacy: ["privacy", "visitors", "attachments"],
  "storage-cleanup": ["attachments"],
};

export function readParts(packageRoot: string): Part[] {
  const folder = join(packageRoot, "supabase", "migrations");
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql")).sort()
    .map((name) => name.slice(0, -".sql".length));
  const texts = new Map(
    files.map((file) => [file, readFileSync(join(folder, `${file}.sql`), "utf8")]),
  );
  const byNumber = new Map(files.map((file) => [file.slice(0, 4), partName(file)]));
  const listed = readListed(texts.get("0010_foundation") ?? "");
  return files.map((file) => {
    const text = texts.get(file) ?? "";
    return {
      name: partName(file),
      file,
      text,
      needs: numbersNeeded(text).flatMap((number) => byNumber.get(number) ?? []),
      objects: [...(listed.get(file) ?? []), ...outsideObjects(text)],
    };
  });
}

function partName(file: string): string {
  return file.slice(5).replaceAll("_", "-");
}

/** The numbers behind `Needs:` in the header, up to the first `;` or full stop: the rest is prose. */
function numbersNeeded(text: string): string[] {
  const header = /^(?:--.*\n)+/.exec(text)?.[0].replace(/\n-- */g, " ") ?? "";
  const [, needs = ""] = /\bNeeds: ([^;.]*)/.exec(header.replace(/\([^)]*\)/g, "")) ?? [];
  return needs.match(/\b\d{4}\b/g) ?? [];
}

/** What a file makes on tables that belong to Supabase. */
function outsideObjects(text: string): Named[] {
  const found: Named[] = [];
  for (
    const [, kind, name, table] of text.matchAll(
      /^ *create (policy|trigger) (\w+)\b[^;]*?\bon ((?:auth|storage|realtime)\.\w+)/gm,
    )
  ) {
    found.push({ kind: kind === "policy" ? "policy" : "trigger", name: `${name} on ${table}` });
  }
  return found;
}

/** What to take, and why the rest stays out. */
export interface Choice {
  parts: Part[];
  without: Part[];
  /** Parts that nobody named, each with one that it needs. */
  because: Map<string, string>;
  functions: string[];
  types: boolean;
}

export function choose(parts: Part[], without: readonly string[]): Choice {
  const all = namesToLeaveOut(parts);
  for (const name of without) {
    if (all.includes(name)) continue;
    const known = parts.some((part) => part.name === name);
    throw new Problem(
      `--without ${name}: ${known ? "nothing works without it" : "there is no such part"}`,
      `Name any of ${all.join(", ")}`,
      exitCodes.usage,
    );
  }
  const out = new Set(without);
  const because = new Map<string, string>();
  // In the order of files: what a part needs stands before it.
  for (const part of parts) {
    const missing = part.needs.find((name) => out.has(name));
    if (out.has(part.name) || missing === undefined) continue;
    out.add(part.name);
    because.set(part.name, missing);
  }
  return {
    parts: parts.filter((part) => !out.has(part.name)),
    without: parts.filter((part) => out.has(part.name)),
    because,
    functions: Object.entries(functionNeeds)
      .filter(([name]) => !out.has("functions") && !out.has(`functions/${name}`))
      .filter(([, needs]) =>
        needs.every((need) => !out.has(need) && parts.some(({ name }) => name === need))
      )
      .map(([name]) => name),
    types: !out.has("types"),
  };
}

export function namesToLeaveOut(parts: Part[]): string[] {
  return [
    ...parts.filter(isOptional).map((part) => part.name),
    "functions",
    ...Object.keys(functionNeeds).map((name) => `functions/${name}`),
    "types",
  ];
}
