import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import pg from "pg";
import { type Database, startDatabase } from "../../local/database.ts";
import { writeDocs } from "../../local/docs.ts";
import { root } from "../../local/paths.ts";
import { advisors } from "../../local/supabase.ts";

let database: Database;
let client: pg.Client;

before(async () => {
  database = await startDatabase({ engine: "pglite", dataDir: "memory", port: 0 });
  client = new pg.Client({ connectionString: database.dbUrl });
  await client.connect();
});

after(async () => {
  await client?.end();
  await database?.stop();
});

const page = (file: string) => readFile(join(root, file), "utf8");

async function column(query: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(query);
  return rows.map((row) => row.name).sort();
}

/** The names in backticks that begin a table row. */
function firstCells(text: string): string[] {
  return [...text.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? "");
}

test("the generated tables in docs/ are what the catalog and the results say", async () => {
  assert.deepEqual(await writeDocs(database.dbUrl, true), [], "run npm run docs");
});

test("docs/security.md lists every security definer function, and no other", async () => {
  const section = (await page("docs/security.md")).split("## SECURITY DEFINER functions")[1] ?? "";
  assert.deepEqual(
    firstCells(section.split("\n## ")[0] ?? "").sort(),
    await column(`
      select n.nspname || '.' || p.proname as name
      from pg_catalog.pg_proc as p
      join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
      where n.nspname in ('public', 'private') and p.prosecdef`),
  );
});

test("the README names every RPC that a signed-in user may call", async () => {
  const readme = await page("README.md");
  const missing = (await column(`
    select distinct p.proname::text as name
    from pg_catalog.pg_proc as p
    where p.pronamespace = 'public'::regnamespace
      and has_function_privilege('authenticated', p.oid, 'execute')`))
    .filter((name) => !readme.includes(`\`${name}\``));
  assert.deepEqual(missing, []);
});

test("docs/doctor.md explains every check of store_doctor, and no other", async () => {
  const section = (await page("docs/doctor.md")).split("## The checks")[1] ?? "";
  assert.deepEqual(
    firstCells(section.split("\n## ")[0] ?? "").sort(),
    await column(`select c.check as name from public.store_doctor(true) as c`),
  );
});

test("docs/deploy.md lists every migration", async () => {
  const files = (await readdir(join(root, "supabase/migrations"))).sort();
  assert.deepEqual(
    firstCells(await page("docs/deploy.md")).filter((n) => n.endsWith(".sql")),
    files,
  );
});

test("docs/decisions.md gives each of the twelve indexes its query", async () => {
  assert.deepEqual(
    firstCells(await page("docs/decisions.md")).sort(),
    await column(`
      select indexname::text as name
      from pg_catalog.pg_indexes
      where tablename in ('conversation_sessions', 'conversation_messages')
        and indexname not like '%\\_pkey'`),
  );
});

test("supabase db advisors reports what docs/security.md gives a reason for, and nothing else", async () => {
  const section = (await page("docs/security.md")).split("## Advisors and linter")[1] ?? "";
  const result = await advisors(database.dbUrl);
  // The CLI prints one array.
  const findings = JSON.parse(result.stdout) as {
    name: string;
    metadata: { schema: string; name: string };
  }[];
  assert.deepEqual(
    findings.map(({ name, metadata }) => `${name} ${metadata.schema}.${metadata.name}`).sort(),
    firstCells(section.split("\n## ")[0] ?? "").sort(),
  );
});

test("the first migration looks for everything that the others make", async () => {
  const folder = join(root, "supabase/migrations");
  const made: string[] = [];
  for (const file of (await readdir(folder)).sort()) {
    const sql = await page(join("supabase/migrations", file));
    for (
      const [, kind = "", name = ""] of sql.matchAll(
        // One is made by execute, from a text.
        /^(?: *')?create (?:unlogged )?(table|view|type|function|aggregate) ((?:public|private)\.\w+)/gm,
      )
    ) {
      const listedAs: Record<string, string> = { view: "table", aggregate: "function" };
      made.push(`${listedAs[kind] ?? kind} ${name}`);
    }
  }
  // private.make_content_triggers writes these, one a table.
  made.push(
    ...await column(`
      select 'function private.' || p.proname as name
      from pg_catalog.pg_proc as p
      where p.proname ~ '^tg_[a-z_]+__apply_content_mode$'`),
  );
  const listed = (await page("supabase/migrations/0010_foundation.sql"))
    .matchAll(/\('(table|type|function)', '([\w.]+)'\)/g);
  assert.deepEqual([...listed].map(([, kind, name]) => `${kind} ${name}`).sort(), made.sort());
});
