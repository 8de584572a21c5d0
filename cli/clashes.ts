import { join } from "node:path";
import type pg from "pg";
import { isInstalled, readHistory, withDatabase } from "./database.ts";
import { clashQuery } from "./lists.ts";
import { type Choice, isOptional, type Named, type Part } from "./parts.ts";
import { filesOf } from "./bundle.ts";
import { exitCodes, Problem } from "./problem.ts";
import { isFolder, type Project } from "./project.ts";

/** Something of the project's that has the name of something of Turnbase's. */
export interface Clash {
  what: string;
  where: string[];
  /** What --without takes to do without it; undefined: only the project's own can make way. */
  without: string | undefined;
}

/** What a live database says. */
export interface Live {
  versions: string[];
  installed: boolean;
  clashes: Clash[];
  notes: string[];
}

/** What --without takes for a part that may be left out. */
const leaveOut = (part: Part) => isOptional(part) ? part.name : undefined;

/** In the project's migrations. */
export function clashesInMigrations(project: Project, parts: readonly Part[]): Clash[] {
  return parts.flatMap((part) =>
    part.objects.flatMap(({ kind, name }) => {
      const file = project.made.get(kind, name);
      return file === undefined
        ? []
        : [{ what: `${kind} ${name}`, where: [file], without: leaveOut(part) }];
    })
  );
}

/** Function folders, blocks of config.toml, and files that somebody else wrote. */
export function clashesInFiles(
  project: Project,
  choice: Choice,
  foreign: readonly string[],
): Clash[] {
  const clashes: Clash[] = [];
  const folders = new Set<string>();
  for (const name of choice.functions) {
    const folder = `supabase/functions/${name}`;
    const without = `functions/${name}`;
    if (isFolder(join(project.dir, folder))) {
      folders.add(folder);
      clashes.push({ what: `function ${name}`, where: [folder], without });
    }
    if (hasConfigBlock(project.config, name)) {
      const where = ["supabase/config.toml"];
      clashes.push({ what: `block [functions.${name}]`, where, without });
    }
  }
  if (choice.functions.length > 0 && isClosed(project.config)) {
    const where = ["supabase/config.toml"];
    clashes.push({ what: "functions = { } in one line", where, without: "functions" });
  }
  for (const file of foreign) {
    const inFolder = [...folders].some((folder) => file.startsWith(`${folder}/`));
    if (inFolder) continue;
    clashes.push({
      what: `file ${file}`,
      where: ["not written by Turnbase"],
      without: file.startsWith("supabase/") ? undefined : "types",
    });
  }
  return clashes;
}

function hasConfigBlock(config: string, name: string): boolean {
  const key = `(?:${name}|"${name}"|'${name}')`;
  const header = new RegExp(`^\\s*\\[\\s*functions\\s*\\.\\s*${key}\\s*(?:\\.|\\])`, "m");
  const inTable = new RegExp(`^\\s*\\[\\s*functions\\s*\\][^[]*^\\s*${key}\\s*[.=]`, "m");
  const dotted = new RegExp(`^\\s*functions\\s*\\.\\s*${key}\\s*[.=]`, "m");
  return [header, inTable, dotted].some((pattern) => pattern.test(config));
}

/** Whether `functions` is a table in one line, which no block may add to. */
function isClosed(config: string): boolean {
  const [top = ""] = /^[^]*?(?=^\s*\[|$(?![^]))/m.exec(config) ?? [];
  return /^\s*(?:functions|"functions"|'functions')\s*=/m.test(top);
}

/** In the database itself; `foundation` has the query. */
export function askDatabase(
  url: string,
  foundation: string,
  parts: readonly Part[],
): Promise<Live> {
  return withDatabase(url, async (client) => {
    const installed = await isInstalled(client);
    const clashes = [
      ...await serverClashes(client, parts),
      ...await objectClashes(client, foundation, parts),
    ];
    return {
      versions: await readHistory(client),
      installed,
      clashes,
      notes: installed ? [] : await notes(client, parts),
    };
  });
}

async function objectClashes(
  client: pg.Client,
  foundation: string,
  parts: readonly Part[],
): Promise<Clash[]> {
  // On a server that has one of them, such a name is no type.
  const query = clashQuery(foundation, filesOf(parts));
  const rows = query === "" ? [] : (await client.query<Named>(query)).rows;
  const outside = await client.query<Named>(
    `select 'policy' as kind, format('%s on %s', p.policyname, p.schemaname || '.' || p.tablename) as name
     from pg_catalog.pg_policies as p
     union all
     select 'trigger', format('%s on %s', t.tgname, n.nspname || '.' || c.relname)
     from pg_catalog.pg_trigger as t
     join pg_catalog.pg_class as c on c.oid = t.tgrelid
     join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
     where not t.tgisinternal`,
  );
  const there = new Set([...rows, ...outside.rows].map(({ kind, name }) => `${kind} ${name}`));
  return parts.flatMap((part) =>
    part.objects.filter(({ kind, name }) => there.has(`${kind} ${name}`))
      .map(({ kind, name }) => ({
        what: `${kind} ${name}`,
        where: ["the database"],
        without: leaveOut(part),
      }))
  );
}

/** What the server lacks. */
async function serverClashes(client: pg.Client, parts: readonly Part[]): Promise<Clash[]> {
  const { rows: [server] } = await client.query<
    { number: number; supabase: boolean; vector: string | null }
  >(
    `select current_setting('server_version_num')::integer as number,
       to_regclass('auth.users') is not null and 3 = (
         select count(*) from pg_catalog.pg_roles as r
         where r.rolname in ('anon', 'authenticated', 'service_role')
       ) as supabase,
       (select coalesce(e.installed_version, e.default_version)
        from pg_catalog.pg_available_extensions as e where e.name = 'vector') as vector`,
  );
  if (!server?.supabase) {
    throw new Problem(
      "the database of --db-url is no Supabase project: it has no auth.users, or no role anon, " +
        "authenticated or service_role",
      "Copy the address under Connect in the dashboard; for a local stack, npx supabase status prints it",
      exitCodes.usage,
    );
  }
  if (server.number < 150_000) {
    throw new Problem(
      "this Postgres is older than 15",
      "Upgrade the project's Postgres first: in the dashboard, Settings, Infrastructure",
    );
  }
  const clashes: Clash[] = [];
  const [major = 0, minor = 0] = (server.vector ?? "").split(".").map(Number);
  if (parts.some(({ name }) => name === "embeddings") && major === 0 && minor < 8) {
    const has = server.vector ? `pgvector ${server.vector}, older than 0.8` : "no pgvector";
    clashes.push({ what: has, where: ["the database"], without: "embeddings" });
  }
  return clashes;
}

async function notes(client: pg.Client, parts: readonly Part[]): Promise<string[]> {
  const { rows: [found] } = await client.query<{ analyst: boolean; buckets: boolean }>(
    `select to_regrole('analyst') is not null as analyst,
       to_regclass('storage.buckets') is not null as buckets`,
  );
  const said: string[] = [];
  if (found?.analyst) {
    said.push("role analyst is there already: it gets rights on numbers, no content");
  }
  if (found?.buckets && parts.some(({ name }) => name === "attachments")) {
    const { rowCount } = await client.query("select from storage.buckets where id = 'attachments'");
    if (rowCount) said.push("bucket attachments is there already: files of sessions go into it");
  }
  return said;
}

/** One line a thing, wherever it was found. */
export function joinClashes(clashes: readonly Clash[]): Clash[] {
  const found = new Map<string, Clash>();
  for (const clash of clashes) {
    const before = found.get(clash.what);
    const where = [...new Set([...(before?.where ?? []), ...clash.where])];
    found.set(clash.what, { ...clash, where });
  }
  return [...found.values()];
}

export function describeClashes(clashes: readonly Clash[]): string[] {
  const width = Math.max(0, ...clashes.map(({ what }) => what.length));
  return clashes.map(({ what, where, without }) => {
    const move = what.startsWith("extension ") ? `alter ${what} set schema extensions` : undefined;
    const ways = [move, without && `--without ${without}`].filter(Boolean).join("; or ");
    return `  ${what.padEnd(width)}  in ${where.join(" and ")}: ${ways || "rename or move yours"}`;
  });
}
