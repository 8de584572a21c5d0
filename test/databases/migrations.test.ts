import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { root } from "../../local/paths.ts";
import { openServer, scratchDatabase } from "../run/server.ts";

const timeout = 180_000;

const s3 = `
  select
    (select count(*)::int from pg_catalog.pg_policies
     where tablename in ('conversation_sessions', 'conversation_messages')) as policies,
    (select count(*)::int from pg_catalog.pg_indexes
     where tablename in ('conversation_sessions', 'conversation_messages')) as indexes,
    (select count(*)::int from pg_catalog.pg_class
     where relrowsecurity and relname in ('conversation_sessions', 'conversation_messages')) as tables,
    (select array_agg(version order by version) from supabase_migrations.schema_migrations) as versions`;

async function read(url: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(s3);
    const users = await client.query<{ n: number }>("select count(*)::int as n from auth.users");
    return { ...rows[0], users: users.rows[0]?.n };
  } finally {
    await client.end();
  }
}

const expected = {
  policies: 8,
  indexes: 14,
  tables: 2,
  versions: readdirSync(join(root, "supabase", "migrations"))
    .filter((name) => name.endsWith(".sql")).sort()
    .map((name) => name.split("_")[0]),
  users: 2,
};

async function applyTwice(url: string): Promise<void> {
  await using server = await scratchDatabase(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    "select from pg_catalog.pg_available_extensions where name = 'vector'",
  ).finally(() => client.end());
  // Without pgvector the file that needs it is left out.
  const versions = expected.versions.filter((version) => rows.length > 0 || version !== "0220");
  assert.deepEqual(await read(server.database.dbUrl), { ...expected, versions });
  await server.database.reset();
  assert.deepEqual(await read(server.database.dbUrl), { ...expected, versions });
}

test("migrations and seed apply, and again by supabase db reset", { timeout }, async () => {
  await using server = await openServer();
  await applyTwice(server.adminUrl);
});

for (const version of [15, 18]) {
  const name = `TURNBASE_PG${version}_URL`;
  const url = process.env[name];
  const skip = url ? false : `${name} names no Postgres ${version}`;
  test(`the same on Postgres ${version}`, { timeout, skip }, async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ v: string }>("show server_version_num");
    await client.end();
    assert.equal(Math.trunc(Number(Object.values(rows[0] ?? {})[0]) / 10_000), version);
    await applyTwice(url ?? "");
  });
}

test(
  "what a project gives its role analyst by default is no content of Turnbase's",
  { timeout },
  async () => {
    await using server = await openServer();
    await using scratch = await scratchDatabase(server.adminUrl, false);
    const client = new pg.Client({ connectionString: scratch.database.dbUrl });
    await client.connect();
    try {
      await client.query(`
      do $$ begin if to_regrole('analyst') is null then create role analyst; end if; end $$;
      alter default privileges in schema public grant select on tables to analyst`);
      const folder = join(root, "supabase", "migrations");
      for (const file of readdirSync(folder).sort()) {
        if (file.startsWith("0220") && !server.hasVector) continue;
        await client.query(`begin;\n${readFileSync(join(folder, file), "utf8")}\ncommit;`);
      }
      // Where a policy lets them read every row, columns are all that holds.
      const { rows } = await client.query<{ name: string; columns: string[] }>(
        `select p.tablename as name, array_agg(a.attname::text order by a.attname) as columns
       from pg_policies as p
       join pg_attribute as a
         on a.attrelid = format('public.%I', p.tablename)::regclass and a.attnum > 0
         and not has_column_privilege('analyst', a.attrelid, a.attnum, 'select')
       where 'analyst' = any (p.roles) and p.schemaname = 'public'
       group by p.tablename`,
      );
      const hidden = Object.fromEntries(rows.map(({ name, columns }) => [name, columns]));
      const content = {
        tool_executions: ["error", "input", "output", "user_id"],
        message_feedback: ["comment", "reason", "user_id"],
        session_clients: ["address", "secret_hash", "user_identifier"],
        session_outcomes: ["products_viewed", "user_id"],
      };
      for (const [name, columns] of Object.entries(content)) {
        assert.deepEqual(columns.filter((column) => !hidden[name]?.includes(column)), [], name);
      }
    } finally {
      await client.end();
    }
  },
);
