import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import pg from "pg";
import { type Database, startDatabase } from "../../local/database.ts";
import { root } from "../../local/paths.ts";
import { codeIn } from "../readme/blocks.ts";

let database: Database;
let client: pg.Client;

before(async () => {
  database = await startDatabase({ engine: "pglite", dataDir: "memory", port: 0 });
  client = new pg.Client({ connectionString: database.dbUrl });
  await client.connect();
  await client.query(
    `insert into auth.users (id, email)
     values (gen_random_uuid(), 'somebody@example.com'), (gen_random_uuid(), 'witness@example.com')`,
  );
  // More than a page of an export.
  await client.query(
    `with session as (
       insert into public.conversation_sessions (user_id)
       select id from auth.users where email = 'somebody@example.com' returning id
     )
     insert into public.conversation_messages (session_id, role, content)
     select s.id, 'user', n::text from session as s cross join generate_series(1, 1100) as n`,
  );
});

after(async () => {
  await client?.end();
  await database?.stop();
});

const page = () => readFile(join(root, "docs", "operations.md"), "utf8");

test("every SQL block of docs/operations.md runs, and says what the page says", async () => {
  const blocks = codeIn(await page(), "sql");
  assert.ok(blocks.length >= 12, String(blocks.length));
  const answers: Record<string, unknown>[] = [];
  for (const block of blocks) {
    const results: unknown = await client.query(block);
    for (const result of Array.isArray(results) ? results : [results]) answers.push(...result.rows);
  }
  const found = (key: string) => answers.filter((row) => key in row);
  assert.deepEqual(found("check").filter((row) => row["ok"] !== true), [], "the doctor is green");
  assert.equal(found("head_hash")[0]?.["ok"], true);
  assert.equal(found("is_complete").every((row) => row["is_complete"]), true);
  const messages = found("line").filter(({ line }) =>
    String(line).includes('"public.conversation_messages"')
  );
  assert.equal(new Set(messages.map(({ line }) => line)).size, 1100, "an export is whole");
  assert.equal(messages.length, 1100);
  assert.equal(
    typeof (found("erase_user_data")[0]?.["erase_user_data"] as { audit_hash?: string }).audit_hash,
    "string",
  );
  assert.notEqual(found("released_at")[0]?.["released_at"], null);
});

test("the jobs of docs/operations.md are those that 0800 schedules, and the workers", async () => {
  const schedules = await readFile(
    join(root, "supabase", "migrations", "0800_schedules.sql"),
    "utf8",
  );
  const scheduled = [...schedules.matchAll(/^ +\('(\w+)', '[^']+'\)/gm)].map((match) =>
    match[1] ?? ""
  );
  const named = [...(await page()).matchAll(/^\| `(\w+)\(\)`/gm)].map((match) => match[1] ?? "");
  assert.ok(scheduled.length >= 5);
  assert.deepEqual(named.sort(), scheduled.sort());
});
