import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { trimPerFile, trimWanted } from "./lists.ts";
import { packageRoot } from "./package.ts";
import type { Choice, Part } from "./parts.ts";

// Of its own: a project often has _shared/cors.ts and a deno.json.
const sharedFolder = "_turnbase";

export const testsFolder = "supabase/tests/turnbase";

/** The files of these parts, by their number and noun. */
export function filesOf(parts: readonly Part[]): Set<string> {
  return new Set(parts.map(({ file }) => file));
}

/** A migration as a project gets it: its lists name what the project takes. */
export function migrationText(part: Part, { parts, without }: Choice): string {
  const files = filesOf(parts);
  if (part.name === "foundation") return trimWanted(part.text, files);
  if (part.name === "data-classes") return part.text + withoutTables(without);
  return trimPerFile(part.text, files);
}

/** What is exported and erased names no table that the project may have itself. */
function withoutTables(without: readonly Part[]): string {
  const names = without.flatMap(({ objects }) => objects)
    .filter(({ kind }) => kind === "table").map(({ name }) => `'${name}'`);
  if (names.length === 0) return "";
  return `\n-- Left out of this project.\ndelete from private.data_tables as t\nwhere t.table_name in (\n  ${
    names.join(",\n  ")
  }\n);\n`;
}

/** rollback.sql for what the project took. */
export function rollbackText(files: ReadonlySet<string>): string {
  return trimPerFile(source("supabase/rollback.sql"), files);
}

/** All files beside the migrations, by their path in the project. */
export function otherFiles(
  choice: Choice,
  options: { types: string | undefined; tests: boolean },
): Map<string, string> {
  const files = new Map<string, string>();
  if (choice.functions.length > 0) {
    for (const [name, text] of functionFiles("_shared")) {
      files.set(`supabase/functions/${sharedFolder}/${name}`, text);
    }
    for (const name of ["deno.json", ".env.example"]) {
      files.set(
        `supabase/functions/${sharedFolder}/${name}`,
        source(`supabase/functions/${name}`),
      );
    }
    for (const folder of choice.functions) {
      for (const [name, text] of functionFiles(folder)) {
        files.set(`supabase/functions/${folder}/${name}`, text);
      }
    }
  }
  if (options.types !== undefined) {
    for (const [name, text] of typeFiles(choice)) files.set(`${options.types}/${name}`, text);
  }
  if (options.tests) {
    for (const [name, text] of testFiles(choice)) files.set(`${testsFolder}/${name}`, text);
  }
  return files;
}

function functionFiles(folder: string): [name: string, text: string][] {
  return walk(`supabase/functions/${folder}`)
    .filter((name) => name.endsWith(".ts") && !/(_test|^fakes)\.ts$/.test(name))
    .map((name) => [
      name,
      source(`supabase/functions/${folder}/${name}`)
        .replaceAll("../_shared/", `../${sharedFolder}/`),
    ]);
}

/** The blocks of config.toml for these functions; empty for none. */
export function configText(functions: readonly string[]): string {
  const blocks = functions.map((name) =>
    `[functions.${name}]\nimport_map = "./functions/${sharedFolder}/deno.json"\nverify_jwt = false\n`
  );
  if (blocks.length === 0) return "";
  return `\n# Turnbase (npx turnbase): its functions check their callers themselves.\n${
    blocks.join("\n")
  }`;
}

/** The whole of Turnbase's types, and what this project has of them. */
export function typeFiles(choice: Choice): [name: string, text: string][] {
  return [
    ["database.types.ts", source("types/database.types.ts")],
    ["index.ts", source("types/index.ts")],
    ["project.ts", projectTypes(choice.without)],
  ];
}

function projectTypes(without: readonly Part[]): string {
  const names = without.flatMap(({ objects }) => objects)
    .filter(({ kind, name }) => kind !== "policy" && kind !== "trigger" && /^public\./.test(name))
    .map(({ name }) => name.slice("public.".length)).sort();
  const left = names.map((name) => `\n  | "${name}"`).join("") || " never";
  const which = without.length === 0 ? "nothing" : without.map(({ name }) => name).join(", ");
  return `// Written by \`npx turnbase types\`. Left out of this project: ${which}.
import type { Database as Whole } from "./index.js";

type LeftOut =${left};

type Without<T> = { [Name in keyof T as Name extends LeftOut ? never : Name]: T[Name] };

/** What Turnbase has in this project: \`createClient<Turnbase>()\`. */
export type Turnbase = {
  public: { [Kind in keyof Whole["public"]]: Without<Whole["public"][Kind]> };
};

type Merged<Own, Ours> =
  & Omit<Own, keyof Ours>
  & { [Name in keyof Ours]: Name extends keyof Own ? Joined<Own[Name], Ours[Name]> : Ours[Name] };
/** The project may have added columns, and foreign keys, to a table. */
type Joined<Own, Ours> = Own extends Table
  ? Ours extends Table ? Omit<Ours, keyof Table> & {
      Row: Columns<Own["Row"], Ours["Row"]>;
      Insert: Columns<Own["Insert"], Ours["Insert"]>;
      Update: Columns<Own["Update"], Ours["Update"]>;
      Relationships: Own["Relationships"];
    }
  : Ours
  : Ours;
type Table = { Row: object; Insert: object; Update: object; Relationships: unknown };
type Columns<Own, Ours> = {
  [Name in keyof (Omit<Own, keyof Ours> & Ours)]: (Omit<Own, keyof Ours> & Ours)[Name];
};

/**
 * The project's own types from \`supabase gen types\`, with Turnbase's in place of what was generated for it, and the
 * columns that the project added to its tables.
 */
export type WithTurnbase<Own extends { public: Record<keyof Turnbase["public"], unknown> }> =
  & Omit<Own, "public">
  & {
    public: {
      [Kind in keyof Turnbase["public"]]: Merged<Own["public"][Kind], Turnbase["public"][Kind]>;
    };
  };
`;
}

// What these look at is the whole schema, the project's own tables with it.
const aboutEverything = /^(catalog|grants|rls|analyst|data_classes|store_doctor)\//;

const brandActors = "'(?:other_)?brand(?:_(?:owner|admin|analyst|member))?'";

/** The pgTAP files that name nothing which was left out, with what they include. */
export function testFiles(choice: Choice): [name: string, text: string][] {
  const texts = new Map(
    walk("supabase/tests").map((name) => [name, source(`supabase/tests/${name}`)]),
  );
  const names = choice.without.flatMap(({ objects }) => objects)
    .filter(({ kind }) => kind !== "policy" && kind !== "trigger").map(({ name }) => name);
  const folders = new Set([
    ...names.map((name) => name.split(".")[1] ?? ""),
    // Some folders are named for the part.
    ...choice.without.map(({ name }) => name.replaceAll("-", "_")),
  ]);
  // In lists of names the schema may be missing; a single word may mean something else there.
  const bare = [...folders].filter((name) => name.includes("_"));
  const pattern = new RegExp([
    `\\b(?:${["there_is_no.such_name", ...names].join("|").replaceAll(".", "\\.")})\\b`,
    `'(?:${["there_is_no_such_name", ...bare].join("|")})'`,
    ...(choice.without.some(({ name }) => /^brands/.test(name)) ? [brandActors] : []),
  ].join("|"));
  const included = new Map<string, string[]>();
  const withIncluded = (name: string): string[] => {
    const known = included.get(name);
    if (known) return known;
    const direct = [...(texts.get(name) ?? "").matchAll(/^\\ir (\S+)/gm)]
      .map(([, file = ""]) => normalize(join(dirname(name), file)).replaceAll("\\", "/"));
    const all = [name, ...direct.flatMap(withIncluded)];
    included.set(name, all);
    return all;
  };
  // The setup asks by itself whether there are brands.
  const isLeftOut = new Map(
    [...texts].map(([name, text]) => [name, name !== "_shared/setup.psql" && pattern.test(text)]),
  );
  const taken = [...texts.keys()].filter((name) =>
    name.endsWith(".test.sql") && !aboutEverything.test(name) &&
    !folders.has(dirname(name)) && !withIncluded(name).some((file) => isLeftOut.get(file))
  );
  return [...new Set(taken.flatMap(withIncluded))].sort()
    .map((name) => [name, texts.get(name) ?? ""]);
}

function source(file: string): string {
  return readFileSync(join(packageRoot, file), "utf8");
}

function walk(folder: string): string[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name).slice(join(packageRoot, folder).length + 1)
        .replaceAll("\\", "/")
    ).sort();
}
