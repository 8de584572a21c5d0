import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import pg from "pg";
import { root } from "../../local/paths.ts";
import { blocksOf, Cluster, fill, ids, until } from "../server/cluster.ts";
import { usageDaily } from "../server/recount.ts";
import { refusal, Server } from "../server/support.ts";

const timeout = 120_000;
const page = readFileSync(join(root, "docs/scaling.md"), "utf8");
const [publish = "", subscribe = ""] = blocksOf(page, "A store for analytics", "sql");
const secret = "zebra-crossing";
let source: Cluster;
let store: Cluster;
let server: Server;

before(async () => {
  [source, store] = await Promise.all([
    Cluster.start({ settings: { wal_level: "logical" } }),
    Cluster.start(),
  ]);
  const { dbUrl, adminUrl, authenticatorUrl } = source.database;
  server = new Server(
    { dbUrl, adminUrl, authenticatorUrl, hasVector: false },
    () => Promise.resolve(),
  );
  await fill(adminUrl);
}, { timeout });
after(async () => {
  await server?.[Symbol.asyncDispose]();
  await store?.[Symbol.asyncDispose]();
  await source?.[Symbol.asyncDispose]();
});

async function caughtUp(): Promise<void> {
  const [at] = await source.select("select pg_current_wal_insert_lsn()::text as lsn");
  await until("the store has what the source wrote", async () => {
    const [row] = await source.select(
      "select confirmed_flush_lsn >= $1::pg_lsn as so from pg_replication_slots where slot_name = 'analytics_store'",
      [at?.["lsn"]],
    );
    return row?.["so"] === true;
  });
}

/** The rows of the published columns, as text. */
async function published(of: Cluster, table: string): Promise<unknown[]> {
  const [columns] = await source.select(
    `select string_agg(quote_ident(c), ', ') as list
     from pg_publication_tables as t cross join unnest(t.attnames) as c
     where t.pubname = 'analytics_store' and t.schemaname || '.' || t.tablename = $1`,
    [table],
  );
  const rows = await of.select(
    `select to_jsonb(t)::text as row from (select ${
      columns?.["list"]
    } from ${table}) as t order by 1`,
  );
  return rows.map(({ row }) => row);
}

async function assertSame(what: string): Promise<void> {
  await caughtUp();
  const tables = (await source.select(
    "select schemaname || '.' || tablename as name from pg_publication_tables where pubname = 'analytics_store'",
  )).map(({ name }) => String(name));
  for (const table of tables) {
    assert.deepEqual(await published(store, table), await published(source, table), what + table);
  }
  for (const view of ["public.usage_daily", "public.usage_totals"]) {
    const read = `select to_jsonb(v)::text as row from ${view} as v order by 1`;
    assert.deepEqual(await store.select(read), await source.select(read), `${what}${view}`);
  }
}

/** How many rows each table of the store has that is not published. */
async function others() {
  const published = await source.select(
    "select schemaname || '.' || tablename as name from pg_publication_tables where pubname = 'analytics_store'",
  );
  return await store.select(
    `select c.oid::regclass::text as name,
       (xpath('//n/text()', query_to_xml(
         'select count(*) as n from ' || c.oid::regclass, false, false, '')))[1]::text as n
     from pg_class as c
     where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
       and c.oid <> all ($1::regclass[])
     order by 1`,
    [published.map(({ name }) => name)],
  );
}

const turn = "select from public.log_turn($1, $2, $3, $3, 'openai', 'gpt-4o', " +
  "p_input_tokens => 90, p_output_tokens => 9, p_latency_ms => 250)";

test("the recipe makes a store that gets usage_daily and messages, and all that becomes of them", {
  timeout,
}, async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  const write = (id = randomUUID()) =>
    server.as(user, 1, ([one]) => one.query(turn, [session, id, secret]));
  await write();

  const owner = new pg.Client({ connectionString: source.database.dbUrl });
  await owner.connect();
  await owner.query(publish.replace("a long random one", "secret")).finally(() => owner.end());
  await store.select("alter system set wal_receiver_status_interval = 1");
  await store.select("select pg_reload_conf()");
  const untouched = await others();
  assert.ok(untouched.some(({ n }) => Number(n) > 0));
  const { hostname, port } = new URL(source.database.adminUrl);
  for (
    const sql of subscribe.replace("host=db.example.com port=5432", `host=${hostname} port=${port}`)
      .split(/;$/m)
  ) await store.select(sql);
  await until(
    "the first copy is done",
    async () =>
      (await store.select("select from pg_subscription_rel where srsubstate <> 'r'")).length === 0,
  );
  const [copied] = await store.select(
    "select count(*)::int as n from public.conversation_messages",
  );
  assert.ok(Number(copied?.["n"]) > 10, "the login sees rows past row level security");
  await assertSame("the first copy: ");

  for (let n = 0; n < 20; n++) await write();
  await assertSame("inserts: ");
  await source.select("select public.merge_usage()");
  await assertSame("a merge: ");
  await source.select(
    `update public.conversation_messages set cost_usd = 0.5, model_used = 'gpt-5'
     where session_id = $1 and role = 'assistant' and sequence_order < 20`,
    [session],
  );
  await assertSame("corrections: ");
  await server.as(user, 1, ([one]) =>
    one.query(
      "delete from public.conversation_messages where session_id = $1 and sequence_order > 30",
      [session],
    ));
  await assertSame("deletes: ");
  await source.select(
    "delete from public.conversation_sessions where user_id = $1",
    [ids.other],
  );
  await assertSame("a session's end: ");
  const [before] = await store.select("select sum(total_tokens) as n from public.usage_daily");
  await source.select("delete from auth.users where id = $1", [user]);
  await assertSame("a user's end: ");
  const [gone] = await store.select(
    `select (select count(*)::int from public.conversation_messages where user_id = $1) as messages,
       (select count(*)::int from public.usage_daily where user_id = $1) as days,
       (select sum(total_tokens) from public.usage_daily) as n`,
    [user],
  );
  assert.deepEqual(gone, { messages: 0, days: 0, n: before?.["n"] }, "gone, and still spent");
  assert.deepEqual(await source.select(usageDaily), [], "the source's ledger");

  // Counters, removed usage, words, events: whatever a trigger of the store would have written.
  assert.deepEqual(await others(), untouched, "tables of the store that nothing was sent to");
  const firing = await store.select("select tgname from pg_trigger where tgenabled in ('A', 'R')");
  assert.deepEqual(firing, [], "triggers that fire for replicated rows");
});

test("no content reaches the store", { timeout }, async () => {
  const found = async (of: Cluster) => {
    const tables = await of.select(
      `select c.oid::regclass::text as name from pg_class as c
       where c.relkind = 'r' and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'`,
    );
    const hits: string[] = [];
    for (const { name } of tables) {
      const rows = await of.select(`select from ${name} as t where t::text ~* $1 limit 1`, [
        secret,
      ]);
      if (rows.length > 0) hits.push(String(name));
    }
    return hits;
  };
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  await server.as(user, 1, ([one]) => one.query(turn, [session, randomUUID(), secret]));
  // And in every column that takes a text, past the rules.
  await source.select(
    `do $$
     declare v_column record;
     begin
       perform set_config('session_replication_role', 'replica', true);
       for v_column in
         select a.attname as name, a.atttypid = 'jsonb'::regtype as is_json
         from pg_attribute as a
         where a.attrelid = 'public.conversation_messages'::regclass and a.attnum > 0
           and a.atttypid in ('text'::regtype, 'jsonb'::regtype)
           and a.attname not in ('provider', 'model_used', 'service_tier', 'finish_reason')
       loop
         execute format('update public.conversation_messages set %I = %L', v_column.name,
           case
             when v_column.name in ('parts', 'tool_calls') then '["zebra-crossing"]'
             when v_column.is_json then '{"of": "zebra-crossing"}'
             else 'zebra-crossing'
           end);
       end loop;
     end $$`,
  );
  await caughtUp();
  const inSource = await found(source);
  assert.ok(inSource.includes("conversation_messages"), "the search finds it where it is");
  assert.deepEqual(await found(store), []);
  // Every column that is not published is what it is for a row that says nothing.
  const [others] = await store.select(
    `select string_agg(format('t.%I is distinct from %s', a.attname,
       coalesce(pg_get_expr(d.adbin, d.adrelid), 'null')), ' or ') as given
     from pg_attribute as a
     left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = 'public.conversation_messages'::regclass and a.attnum > 0
       and not a.attisdropped and a.attname <> all ($1)`,
    [
      (await source.select(
        `select unnest(attnames)::text as name from pg_publication_tables
         where pubname = 'analytics_store' and tablename = 'conversation_messages'`,
      )).map(({ name }) => name),
    ],
  );
  assert.deepEqual(
    await store.select(
      `select t.id from public.conversation_messages as t where ${others?.["given"]}`,
    ),
    [],
  );
  // Nor can the login of the store read it.
  const url = new URL(source.database.adminUrl);
  url.username = "analytics_store";
  const login = new pg.Client({ connectionString: url.href });
  await login.connect();
  try {
    await login.query("select id, tokens_used from public.conversation_messages limit 1");
    const refused = await login.query("select content from public.conversation_messages")
      .then(() => undefined, refusal);
    assert.equal(refused?.code, "42501");
  } finally {
    await login.end();
  }
});

test("a publication of all tables does no harm to writes", { timeout }, async () => {
  await source.select("create publication everything for all tables");
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  await server.as(user, 1, ([one]) => one.query(turn, [session, randomUUID(), "asks"]));
  await source.select("select public.merge_usage()");
  await source.select("delete from auth.users where id = $1", [user]);
  await source.select("alter table private.usage_tail replica identity default");
  await source.select(
    `insert into private.usage_tail (sign, created_at, reported_by, is_error, cost_source)
     values (1, now(), 'service_role', false, 'none')`,
  );
  await assert.rejects(
    source.select("select public.merge_usage()"),
    /does not have a replica identity/,
    "without one it would",
  );
  await source.select("alter table private.usage_tail replica identity full");
  await source.select("drop publication everything");
});

test("the queries that watch replication show the store", { timeout }, async () => {
  const shown: number[] = [];
  const owner = new pg.Client({ connectionString: source.database.dbUrl });
  await owner.connect();
  try {
    for (const sql of blocksOf(page, "What to watch", "sql")) {
      shown.push((await owner.query(sql)).rows.length);
    }
  } finally {
    await owner.end();
  }
  assert.deepEqual(shown, [1, 1, 1]);
});
