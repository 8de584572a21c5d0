import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import pg from "pg";
import { type Database, startDatabase } from "../../local/database.ts";
import { root } from "../../local/paths.ts";
import { treat } from "../readme/blocks.ts";

/** By section and kind, what each of the five schemas has. */
type Seeds = Record<string, Record<string, string[]>>;
interface Line {
  section: string;
  kind: string;
  there: string[];
  here: string;
  why: string;
  at: string;
}

const read = (file: string) => readFileSync(join(root, file), "utf8");
const page = read("docs/seeds.md");
const seeds = JSON.parse(read("test/docs/seeds.json")) as Seeds;
const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
const types = read("types/index.ts");
const oldViews = [
  "chat_sessions",
  "chat_messages",
  "chat_conversations",
  "chat_analytics",
  "messages",
];

let database: Database;
/** What the catalog has, by kind. */
const names: Record<string, Set<string>> = {};

before(async () => {
  database = await startDatabase({ engine: "pglite", dataDir: "memory", port: 0 });
  const client = new pg.Client({ connectionString: database.dbUrl });
  await client.connect();
  const column = async (sql: string) =>
    new Set((await client.query<{ name: string }>(sql)).rows.map(({ name }) => name));
  try {
    names["object"] = await column(`
      with schema as (
        select oid, case when nspname = 'public' then '' else nspname || '.' end as prefix
        from pg_namespace where nspname in ('public', 'private', 'auth')
      )
      select prefix || relname as name from pg_class join schema as s on s.oid = relnamespace
      union select conname from pg_constraint join schema as s on s.oid = connamespace
      union select typname from pg_type join schema as s on s.oid = typnamespace
      union select tgname from pg_trigger where not tgisinternal
      union select polname from pg_policy
      union select rolname from pg_roles
      union select unnest(proargnames) from pg_proc
        where pronamespace = 'public'::regnamespace and proargnames is not null
      -- Names in private that the page gives without their schema.
      union select relname from pg_class where relnamespace = 'private'::regnamespace
        and relkind in ('r', 'i')`);
    names["function"] = await column(`
      select case when nspname = 'public' then '' else nspname || '.' end || proname as name
      from pg_proc join pg_namespace as n on n.oid = pronamespace
      where nspname in ('public', 'private', 'auth')`);
    names["column"] = await column(`
      select case when nspname = 'public' then '' else nspname || '.' end || relname || '.' || attname as name
      from pg_attribute
      join pg_class as c on c.oid = attrelid
      join pg_namespace as n on n.oid = relnamespace
      where nspname in ('public', 'private', 'auth') and attnum > 0 and not attisdropped
        and relkind in ('r', 'p', 'v', 'c')`);
    names["value"] = await column(`
      select typname || ': ' || enumlabel as name
      from pg_enum join pg_type as t on t.oid = enumtypid
      where typnamespace = 'public'::regnamespace`);
  } finally {
    await client.end();
  }
});
after(() => database?.stop());

/** What stands in backticks. */
function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

/** The rows of the page's tables. */
function readLines(text: string): Line[] {
  const lines: Line[] = [];
  let section = "";
  let kind = "";
  for (const [index, line] of text.split("\n").entries()) {
    if (line.startsWith("## ")) [section, kind] = [line.slice(3), ""];
    else if (line.startsWith("### ")) kind = line.slice(4);
    if (!line.startsWith("|") || /^\| (there |-)/.test(line)) continue;
    const [, first = "", here = "", why = ""] = line.split("|").map((cell) => cell.trim());
    const marked = quoted(first);
    const there = marked.length > 0 ? marked : [first];
    lines.push({ section, kind, there, here, why, at: `line ${index + 1}: ${first}` });
  }
  return lines;
}

/** Each as `section, kind: name`, once for every time it stands there. */
function listed(lists: Seeds): string[] {
  return Object.entries(lists).flatMap(([section, kinds]) =>
    Object.entries(kinds).flatMap(([kind, all]) => all.map((one) => `${section}, ${kind}: ${one}`))
  ).sort();
}

function answered(text: string): string[] {
  return readLines(text).flatMap(({ section, kind, there }) =>
    there.map((one) => `${section}, ${kind}: ${one}`)
  ).sort();
}

/** Why a line does not say where something is; undefined for one that does. */
function flaw({ kind, there, here, why }: Line): string | undefined {
  if (here === "") return "says nothing";
  const isBuilt = !here.startsWith("not built");
  if (!isBuilt && !/^not built: \S+( \S+){2}/.test(here)) return "has no reason";
  const marked = quoted(here);
  const files = marked.filter((name) => isPath(name) && isFile(name));
  const unknown = [...marked, ...quoted(why)].filter((name) => !exists(name, files));
  if (unknown.length > 0) return `there is no ${unknown.join(", ")}`;
  if (isBuilt && marked.length === 0 && !/\]\([^)]+\)/.test(here)) return "names no place";
  const values = names["value"] ?? new Set();
  const [type = ""] = marked;
  if (kind !== "Values" || ![...values].some((value) => value.startsWith(`${type}: `))) return;
  const missing = there.flatMap((one) => one.split(", "))
    .filter((value) => !values.has(`${type}: ${value}`));
  return missing.length > 0 ? `${type} has no ${missing.join(", ")}` : undefined;
}

function isPath(name: string): boolean {
  return /^[\w.@-]+(\/[\w.@-]+)+$/.test(name);
}

function isFile(name: string): boolean {
  return statSync(join(root, name), { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Whether a name in backticks is one of the catalog, of the repository, or of a file that is named beside it. */
function exists(name: string, files: string[]): boolean {
  const [, script] = /^npm (?:run )?([\w:]+)$/.exec(name) ?? [];
  if (script) return script === "ci" || script in (manifest["scripts"] ?? {});
  if (name.startsWith("npx ")) {
    return treat({ text: name, words: name.split(" "), line: 0 })?.how === "supabase";
  }
  const [, method, route] = /^(GET|POST) ([a-z-]+(?:\/[a-z]+)?)$/.exec(name) ?? [];
  if (method && route) return isRoute(method, route);
  if (name.startsWith("POST /api/")) return page.includes(`| \`${name}\` `);
  const [, table] = /^from\("(\w+)"\)\.(?:select|insert|update|delete)\(\)$/.exec(name) ?? [];
  if (table) return names["object"]?.has(table) ?? false;
  if (isPath(name)) return existsSync(join(root, name)) || name in allPackages();
  const [, called] = /^([\w.]+)\(\)$/.exec(name) ?? [];
  if (called && names["function"]?.has(called)) return true;
  const word = called ? `${called}\\s*[(<]` : `${name}\\b`;
  if (files.some((file) => new RegExp(`(?<![\\w$])${word}`).test(read(file)))) return true;
  if (called) return false;
  if (name in allPackages()) return true;
  if (/^[A-Z][A-Z_]+$/.test(name)) {
    return new RegExp(`^#? ?${name}=`, "m").test(read("supabase/functions/.env.example")) ||
      read("docs/connecting.md").includes(`\`${name}\``);
  }
  if (/^[A-Z]\w+$/.test(name)) {
    return new RegExp(`^export (?:type|interface) ${name}\\b`, "m").test(types);
  }
  if (name.includes(".")) {
    return [names["column"], names["object"]].some((all) => all?.has(name) ?? false);
  }
  return names["object"]?.has(name) ?? false;
}

function allPackages(): Record<string, string> {
  return { ...manifest["dependencies"], ...manifest["devDependencies"] };
}

/** A route of an edge function, as its handler has it. */
function isRoute(method: string, route: string): boolean {
  const [name = "", path = ""] = route.split("/");
  const file = `supabase/functions/${name}/handler.ts`;
  if (!existsSync(join(root, file))) return false;
  const [, routes = ""] = /\n {4}routes: \{\n([\s\S]*?)\n {4}\},/.exec(read(file)) ?? [];
  const entry = path === "" ? '""' : path;
  const found = routes.split(/^ {6}(?=\S)/m).find((one) => one.startsWith(`${entry}: `)) ?? "";
  return new RegExp(
    `^.*: (?:\\{\\s+method: "${method}"|\\{ method: "${method}"|${method.toLowerCase()}\\()`,
  ).test(found);
}

test("docs/seeds.md answers all that the five schemas have, each once, and nothing else", () => {
  const sizes = Object.values(seeds).map((kinds) => Object.values(kinds).flat().length);
  assert.equal(sizes.length, 5);
  assert.ok(sizes.every((size) => size > 50), sizes.join(", "));
  assert.deepEqual(answered(page), listed(seeds));
});

test("each line of docs/seeds.md says a place that exists, or why it is not built", () => {
  assert.deepEqual(
    readLines(page).map((line) => [line.at, flaw(line)]).filter(([, why]) => why),
    [],
  );
});

test("the views with old names have every column of the old tables", () => {
  const columns = Object.entries(seeds).flatMap(([, kinds]) => kinds["Columns"] ?? [])
    .filter((name) => oldViews.includes(/^(\w+)\.\w+$/.exec(name)?.[1] ?? ""));
  assert.ok(columns.length > 70, String(columns.length));
  assert.deepEqual(columns.filter((name) => !names["column"]?.has(name)), []);
});

test("a line that is missing, empty, vague or wrong is seen", () => {
  const lines = page.split("\n");
  const row = lines.findIndex((line) => line.startsWith("| `chat_messages.message_type`"));
  assert.ok(row > 0);
  const without = lines.filter((_, index) => index !== row).join("\n");
  const left = new Set(answered(without));
  assert.deepEqual(
    answered(page).filter((name) => !left.has(name)),
    ["Visitor chat log, Columns: chat_messages.message_type"],
  );
  const [found] = readLines(lines[row] ?? "");
  assert.ok(found);
  assert.equal(flaw(found), undefined);
  const wrong = [
    "",
    "somewhere",
    "not built",
    "not built: no",
    "`conversation_messages.rule`",
    "`get_session_costs()`",
    "`conversation_turn`",
    "`no_such_role`",
    "`docs/nothing.md`",
    "`npm run nonsense`",
    "`npx supabase nonsense`",
    "`GET chat-session/start`",
    "`POST nothing`",
    "`NO_SUCH_VARIABLE`",
    "`NoSuchType`",
    '`from("nothing").select()`',
    "`begone()` in `examples/visitor-client/visitor.ts`",
  ];
  assert.deepEqual(wrong.filter((here) => !flaw({ ...found, here })), []);
  assert.ok(flaw({ ...found, why: "`session_clients.secret`" }));
  const values = { ...found, kind: "Values", there: ["mobile, watch"], here: "`device_type`" };
  assert.equal(flaw(values), "device_type has no watch");
});
