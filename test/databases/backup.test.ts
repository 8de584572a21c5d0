import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import pg from "pg";
import type { Database } from "../../local/database.ts";
import { root } from "../../local/paths.ts";
import { runPgtap } from "../pgtap/run.ts";
import { blocksOf, fill, ids } from "../server/cluster.ts";
import { findInstallation } from "./installed.ts";
import { counters, strayRuns, usageDaily, usageTotals } from "../server/recount.ts";
import { snapshot } from "./snapshot.ts";
import { type Rows, Server } from "../server/support.ts";

// Half a minute each, and several times that on a busy machine: four servers are made.
const timeout = 300_000;
const page = readFileSync(join(root, "docs/backup.md"), "utf8");
const shell = (heading: string) => blocksOf(page, heading, "bash");
const found = findInstallation(["pg_dump", "pg_dumpall", "pg_restore", "psql"]);
const installation = typeof found === "string" ? undefined : found;
const skip = typeof found === "string" ? found : false;
if (installation) console.log(`# on ${installation.name}`);

const places: AsyncDisposable[] = [];
const keep = <T extends AsyncDisposable>(place: T): T => {
  places.unshift(place);
  return place;
};
let folder: string;
let source: Server;
let had: string[];
let seen: Rows;

async function start(migrate: boolean): Promise<{ server: Server; database: Database }> {
  assert.ok(installation);
  const { database } = keep(await installation.start({ migrate }));
  // Its pools connect when they are used.
  return { server: keep(serverOf(database)), database };
}

function serverOf({ dbUrl, adminUrl, authenticatorUrl }: Database): Server {
  const urls = { dbUrl, adminUrl, authenticatorUrl, hasVector: false };
  return new Server(urls, () => Promise.resolve());
}

/** Runs a block of the page as it stands. */
async function run(block: string | undefined, urls: { OLD?: string; NEW?: string }) {
  assert.ok(block);
  const PATH = `${installation?.programs}${delimiter}${process.env["PATH"]}`;
  return await promisify(execFile)("sh", ["-ec", block], {
    cwd: folder,
    env: { ...process.env, ...urls, PATH },
  });
}

before(async () => {
  if (!installation) return;
  folder = await mkdtemp(join(tmpdir(), "turnbase-backup-"));
  await chmod(folder, 0o755);
  const { server, database } = await start(true);
  source = server;
  await fill(database.adminUrl);
  const write = (sql: string, values: unknown[] = []) => source.admin.query(sql, values);
  // More than a row of each: branches, deletes, corrections, old months, one without a partition, logins.
  const [session] = await source.select(
    "select id from public.conversation_sessions where user_id = $1 and brand_id is null and deleted_at is null",
    [ids.owner],
  );
  await source.as(ids.owner, 1, async ([one]) => {
    for (let n = 0; n < 30; n++) {
      await one.query(
        `select from public.log_turn($1, $2, 'Où est la gare ?', E'a\\tb\\n\\\\. \u{1f689}', 'openai', 'gpt-4o',
           p_input_tokens => 90, p_latency_ms => 250,
           p_tool_executions => '[{"tool_name": "map", "status": "completed", "tokens_used": 7}]')`,
        [session?.["id"], randomUUID()],
      );
    }
    await one.query(
      `select public.edit_message(id, 'another way') from public.conversation_messages
       where session_id = $1 and role = 'user' and sequence_order = 21`,
      [session?.["id"]],
    );
    await one.query(
      "delete from public.conversation_messages where session_id = $1 and sequence_order in (7, 8, 60)",
      [session?.["id"]],
    );
  });
  await write(
    `delete from public.conversation_messages where id in (
    select id from public.conversation_messages where user_id = $1 limit 1)`,
    [ids.other],
  );
  await write(
    `update public.conversation_messages set cost_usd = 0.12345678901234567890
     where user_id = $1 and role = 'assistant' and sequence_order < 12`,
    [ids.owner],
  );
  await write("delete from auth.users where id = $1", [ids.brandAdmin]);
  // Old months, those between them, and a row that waits in the default partition.
  const owner = new pg.Client({ connectionString: database.dbUrl });
  await owner.connect();
  await owner.query(
    "select private.make_log_partition('agent_logs', date_trunc('month', now() - interval '8 months')::date)",
  );
  await owner.query("select public.make_log_partitions()").finally(() => owner.end());
  await write(
    `insert into public.agent_logs (log_type, created_at)
     values ('trace', now() - interval '8 months'), ('trace', '2019-05-05'), ('trace', now())`,
  );
  await write("create role bi_reader login in role analyst");
  await write("alter role bi_reader set statement_timeout = '30s'");
  had = await catalog(source);
  seen = await whatIsSeen(source);
}, { timeout });
after(async () => {
  for (const place of places) await place[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function catalog({ urls }: Server): Promise<string[]> {
  const client = new pg.Client({ connectionString: urls.adminUrl });
  await client.connect();
  try {
    return await snapshot(client);
  } finally {
    await client.end();
  }
}

/** The same, but for brackets that a condition has once it was written out and read again, and the owners of extensions. */
function assertSame(first: readonly string[], second: readonly string[]): void {
  const [ours = [], theirs = []] = [first, second].map((lines) =>
    lines.map((line) =>
      line.startsWith("trigger: ")
        ? line.replace(/[()]/g, "")
        : line.startsWith("extension: ")
        ? line.replace(/"[^"]*"\]$/, "")
        : line
    )
  );
  const [known, has] = [new Set(ours), new Set(theirs)];
  assert.deepEqual({
    lost: ours.filter((line) => !has.has(line)).slice(0, 3),
    new: theirs.filter((line) => !known.has(line)).slice(0, 3),
    lines: theirs.length,
  }, { lost: [], new: [], lines: ours.length });
}

/** How many rows of each table and view a user, a stranger, an analyst and others may see. */
async function whatIsSeen({ admin }: Server): Promise<Rows> {
  const { rows: actors } = await admin.query<{ role: string; id: string | null }>(
    `select 'authenticated' as role, unnest($1::text[]) as id
     union all values ('anon', null), ('analyst', null), ('service_role', null) order by 1, 2`,
    [[ids.owner, ids.other, ids.brandAnalyst]],
  );
  const all: Rows = [];
  for (const { role, id } of actors) {
    const client = await admin.connect();
    try {
      await client.query("begin");
      await client.query(
        "select set_config('request.jwt.claims', $1, true), set_config('role', $2, true)",
        [JSON.stringify({ sub: id, role }), role],
      );
      const { rows } = await client.query<Record<string, unknown>>(
        `select $1 as role, $2 as id, c.oid::regclass::text as name, (xpath('//n/text()',
           query_to_xml('select count(*) as n from ' || c.oid::regclass, false, false, '')))[1]::text as n
         from pg_class as c
         where c.relkind in ('r', 'p', 'v') and c.relnamespace = 'public'::regnamespace
           and has_table_privilege(c.oid, 'select')
         order by 3`,
        [role, id],
      );
      all.push(...rows);
    } finally {
      await client.query("rollback");
      client.release();
    }
  }
  return all;
}

async function assertWorks(server: Server): Promise<void> {
  assert.deepEqual(await whatIsSeen(server), seen, "who sees what");
  const recounts = { usageDaily, usageTotals, counters, strayRuns };
  for (const [what, sql] of Object.entries(recounts)) {
    assert.deepEqual(await server.select(sql), [], what);
  }
  const checks = blocksOf(page, "Check a restore", "sql");
  for (const [n, sql] of checks.entries()) {
    assert.deepEqual(await server.select(sql), await source.select(sql), `check ${n}`);
  }
  for (const sql of checks.slice(1)) assert.deepEqual(await server.select(sql), []);

  // Every number that is counted goes on behind the last.
  const behind = await server.select(
    `with counted as materialized (
       select a.attrelid::regclass as name, a.attname as column, q.last_value
       from pg_attribute as a
       join pg_class as c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
       join pg_sequences as q on format('%I.%I', q.schemaname, q.sequencename)
         = pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)
       where a.attnum > 0 and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
     )
     select c.name::text from counted as c
     where coalesce(c.last_value, 0) < (xpath('//n/text()', query_to_xml(
       format('select coalesce(max(%I), 0) as n from %s', c.column, c.name),
       false, false, '')))[1]::text::bigint`,
  );
  assert.deepEqual(behind, [], "sequences");

  // A life goes on: a new user, a turn, a state, a log of next year, an end.
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  await server.as(user, 1, async ([one]) => {
    const id = randomUUID();
    for (let twice = 0; twice < 2; twice++) {
      await one.query(
        "select from public.log_turn($1, $2, 'asks', 'answers', 'openai', 'gpt-4o')",
        [
          session,
          id,
        ],
      );
    }
    await one.query("select public.set_session_state($1, 'gathering')", [session]);
    const words = await one.query("select from public.search_messages('answers')");
    assert.equal(words.length, 1, "found by its words");
  });
  await server.assertExact([session]);
  const [made] = await server.select("select public.make_log_partitions(6) as n");
  assert.equal(made?.["n"], 6);
  await server.admin.query(
    "insert into public.agent_logs (log_type, created_at) values ('trace', now() + interval '6 months')",
  );
  const [partition] = await server.select(
    "select tableoid::regclass::text as name from public.agent_logs order by created_at desc limit 1",
  );
  assert.match(String(partition?.["name"]), /agent_logs_\d{4}_\d\d$/);
  await server.admin.query("delete from auth.users where id = any ($1)", [[user, ids.owner]]);
  for (const [what, sql] of Object.entries(recounts)) {
    assert.deepEqual(await server.select(sql), [], `${what}, afterwards`);
  }
}

/** Every check, the counting ones too. */
async function assertHealthy(server: Server): Promise<void> {
  const checks = await server.select('select "check", ok, detail from public.store_doctor(true)');
  assert.ok(checks.length > 30, String(checks.length));
  assert.deepEqual(checks.filter(({ ok }) => !ok), []);
}

test("the whole database in a new server is the same in every row and right", {
  timeout,
  skip,
}, async () => {
  const [dump] = shell("Dump");
  const [whole, plain] = shell("Restore on a server of your own");
  await run(dump, { OLD: source.urls.dbUrl });
  const { server: restored, database } = await start(false);
  const template = new URL(database.adminUrl);
  template.pathname = "/template1";
  const { stderr } = await run(whole, { NEW: template.href });
  assert.deepEqual(
    stderr.split("\n").filter((line) => line && !/role "\w+" already exists$|^NOTICE: /.test(line)),
    [],
  );
  assertSame(had, await catalog(restored));

  // The readable one, beside it.
  await restored.admin.query("create database plain template template0");
  const beside = new URL(database.adminUrl);
  beside.pathname = "/plain";
  await run(plain, { OLD: source.urls.dbUrl, NEW: beside.href });
  const readable = keep(serverOf({ ...database, adminUrl: beside.href }));
  assertSame(had, await catalog(readable));

  await assertHealthy(restored);
  await assertWorks(restored);
  const tally = await runPgtap({
    dbUrl: database.dbUrl,
    adminUrl: database.adminUrl,
    files: [
      "grants",
      "catalog/anon_has_nothing.test.sql",
      "catalog/every_table_has_row_level_security.test.sql",
      "catalog/foreign_keys_are_indexed.test.sql",
      "catalog/functions_are_not_for_everybody.test.sql",
      "catalog/objects_are_commented.test.sql",
      "catalog/policies_name_their_role.test.sql",
    ].map((name) => join(root, "supabase/tests", name)),
    log: (line) => {
      if (!line.startsWith("✓")) console.log(`# ${line}`);
    },
  });
  console.log(`# pgTAP on the restored server: ${tally.passed} passed`);
  assert.equal(tally.failed, 0);
  assert.ok(tally.passed > 10);
});

test("rows alone, in a new project that has the migrations, are the same rows", {
  timeout,
  skip,
}, async () => {
  const blocks = shell("Restore into a new Supabase project");
  const [, partitions, dump, empty, load] = blocks;
  // The platform lets `postgres` say so in a statement, and its pooler drops what the connection asks for.
  assert.doesNotMatch(blocks.join("\n"), /PGOPTIONS/);
  const { server, database } = await start(true);
  // A project begins without the seed's users.
  await server.admin.query("truncate auth.users cascade");
  // What the platform lets `postgres` do.
  const { username } = new URL(database.dbUrl);
  await server.admin.query(`grant set on parameter session_replication_role to ${username}`);
  const urls = { OLD: source.urls.dbUrl, NEW: database.dbUrl };
  await run(partitions, urls);
  await run(dump, urls);
  // As PostGIS has its spatial_ref_sys: its rows come with the extension, and are no one's to empty.
  await server.admin.query(`
    create table public.of_extension as select 1 as id;
    alter extension btree_gist add table public.of_extension`);
  await run(empty, urls);
  assert.equal((await server.select("select from public.of_extension")).length, 1);
  await server.admin.query(`
    alter extension btree_gist drop table public.of_extension;
    drop table public.of_extension`);
  await assert.rejects(
    run(load?.replace(/--command=\S+ \S+ = \S+/, ""), urls),
    /ERROR: /,
    "with triggers on it fails",
  );
  const [kept] = await server.select("select count(*)::int as n from public.conversation_messages");
  assert.equal(kept?.["n"], 0, "and leaves nothing half-done");
  await run(load, urls);
  // The bucket, the events that were sent, the bookkeeping of the CLI and the roles are its own.
  const comparable = (lines: string[]) =>
    lines.filter((line) =>
      /\b(public|private|auth)\b/.test(line) &&
      !/^row of (storage|realtime)|supabase_migrations|^role|^membership|bi_reader/.test(line)
    );
  assertSame(comparable(had), comparable(await catalog(server)));
  await assertHealthy(server);
  await assertWorks(server);
});
