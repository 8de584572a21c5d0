import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
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
