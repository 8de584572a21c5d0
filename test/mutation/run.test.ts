import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import pg from "pg";
import { root } from "../../local/paths.ts";
import { openServer, scratchDatabase } from "../run/server.ts";

const opened: AsyncDisposable[] = [];
let adminUrl = "";

before(async () => {
  const server = await openServer();
  opened.push(server);
  const scratch = await scratchDatabase(server.adminUrl, false);
  opened.push(scratch);
  adminUrl = scratch.database.adminUrl;
  const notes = await readFile(join(import.meta.dirname, "fixtures/notes.sql"), "utf8");
  await runSql(scratch.database.dbUrl, notes);
});

after(async () => {
  for (const one of opened.reverse()) await one[Symbol.asyncDispose]();
});

async function runSql(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

function mutate(...args: string[]): Promise<{ code: unknown; output: string }> {
  const command = ["--import", "tsx", "test/mutation/run.ts", "--copy-of", adminUrl, ...args];
  return new Promise((done) => {
    execFile(process.execPath, command, { cwd: root }, (error, stdout, stderr) => {
      done({ code: error ? error.code : 0, output: stdout + stderr });
    });
  });
}

const green = ["--tests", "test/mutation/fixtures/green"];

test("a policy that no test knows of survives, and the run fails", async () => {
  const { code, output } = await mutate(...green, "--only", "policy dropped");
  assert.equal(code, 1, output);
  assert.match(output, /✓ policy dropped: public\.notes notes_read\n.*notes_are_read\.test\.sql: /);
  assert.match(
    output,
    /✗ SURVIVED policy dropped: public\.notes notes_delete\n {4}drop policy notes_delete on public\.notes/,
  );
  assert.match(output, /1 passed, 1 failed\n$/);
});

test("where every mutant is killed, the run passes and says which test did it", async () => {
  const { code, output } = await mutate(...green, "--only", "notes_read");
  assert.equal(code, 0, output);
  assert.match(output, /policy widened: .*\n.*notes_are_read.*: not ok: my note and no other/);
  assert.match(output, /policy for everyone: .*\n.*notes_are_read.*: not ok: only signed in/);
  assert.match(output, /3 passed, 0 failed\n$/);
});

test("each object gives its mutants", async () => {
  const { code, output } = await mutate(...green, "--list");
  assert.equal(code, 0, output);
  for (
    const sql of [
      "alter policy notes_delete on public.notes using (true)",
      "alter table public.notes disable row level security",
      "alter table public.notes alter column user_id drop not null",
      "revoke select on table public.notes from authenticated",
      "grant select on table public.notes to anon",
      "grant truncate on table public.notes to service_role",
      "grant usage on schema private to public",
    ]
  ) {
    assert.ok(output.includes(`    ${sql}\n`), sql);
  }
});

test("a policy that lets everything pass is dropped, and not widened", async () => {
  await runSql(
    adminUrl,
    "create policy notes_open on public.notes for update to authenticated using (true)",
  );
  const { output } = await mutate(...green, "--list", "--only", "notes_open");
  await runSql(adminUrl, "drop policy notes_open on public.notes");
  assert.match(output, /policy dropped: public\.notes notes_open/);
  assert.doesNotMatch(output, /widened/);
});

test("tests that are red before anything is broken end the run", async () => {
  const { code, output } = await mutate("--tests", "test/mutation/fixtures/red");
  assert.equal(code, 1, output);
  assert.match(output, /fails_anyway\.test\.sql: not ok: never holds/);
  assert.match(output, /0 passed, 1 failed\n$/);
});

test("a filter that matches nothing fails", async () => {
  const { code, output } = await mutate(...green, "--only", "no such thing");
  assert.equal(code, 1, output);
  assert.match(output, /0 passed, 1 failed\n$/);
});

test("a mutation that cannot be applied is an error, not a kill", async () => {
  await runSql(
    adminUrl,
    `create function private.refuse() returns event_trigger language plpgsql
       as $$ begin raise exception 'not today'; end $$;
     create event trigger refuse on ddl_command_start when tag in ('DROP POLICY')
       execute function private.refuse();`,
  );
  const { code, output } = await mutate(
    ...green,
    "--only",
    "policy dropped: public.notes notes_read",
  );
  assert.equal(code, 1, output);
  assert.match(output, /✗ ERROR policy dropped: .*\n.*cannot be applied: not today/);
  assert.match(output, /0 passed, 1 failed\n$/);
});
