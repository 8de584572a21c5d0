import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import { branchedSession, chatSessions, longSession, openSession } from "./chat.ts";
import { key } from "./keys.ts";
import { parseSizes } from "./sizes.ts";
import { usageSessions } from "./usage.ts";

const [size] = parseSizes("20k");
assert.ok(size);
const now = "2026-01-31T12:00:00Z";
const timeout = 120_000;
let database: PGlite;

/** In place of what is there: an engine takes longer to start than all of this. */
async function make(sessions: string): Promise<void> {
  await database.exec("drop schema if exists bench cascade");
  await database.exec(await readFile(new URL("generator.sql", import.meta.url), "utf8"));
  await database.query(sessions, [now]);
}

async function row(sql: string, values: unknown[] = []): Promise<Record<string, unknown>> {
  const { rows } = await database.query<Record<string, unknown>>(sql, values);
  return rows[0] ?? assert.fail("no row");
}

before(async () => {
  database = new PGlite();
  await make(chatSessions(size));
}, { timeout });
after(() => database.close());

test("the database gives the ids that the cases expect", { timeout }, async () => {
  const { id } = await row("select bench.key('session', 7) as id");
  assert.equal(id, key("session", 7));
  for (const place of [openSession(size, 5), longSession(1000), branchedSession]) {
    const found = await row(
      "select user_id, brand_id, is_delivered from bench.sessions where id = $1",
      [place.session],
    );
    assert.deepEqual(found, { user_id: place.user, brand_id: place.brand, is_delivered: false });
  }
});

test("open sessions are different ones until all were used", () => {
  const open = Array.from({ length: 150 }, (_, nth) => openSession(size, nth).session);
  assert.equal(new Set(open).size, 150);
  assert.equal(openSession(size, 150).session, open[0]);
});

test("the same messages every time, in whatever order they are made", { timeout }, async () => {
  const digest = "select md5(string_agg(m::text, '' order by m.id)) as all from bench.messages";
  const one = await row(`${digest}(3, 4) as m`);
  const parts = await row(
    `select md5(string_agg(m::text, '' order by m.id)) as all
     from (select * from bench.messages(4, 4) union all select * from bench.messages(3, 3)) as m`,
  );
  assert.deepEqual(parts, one);
  await make(chatSessions(size));
  assert.deepEqual(await row(`${digest}(3, 4) as m`), one);
});

test("user and assistant in turn, with what an answer costs", { timeout }, async () => {
  const found = await row(
    `select count(*)::int as n, bool_and((place % 2 = 1) = (role = 'user')) as in_turn,
       bool_and((role = 'assistant') = (cost_usd > 0 and latency_ms between 300 and 20000
         and input_tokens > cached_input_tokens and output_tokens > 0)) as priced,
       count(distinct model || provider)::int as models,
       bool_and(length(content) between 60 and 2000) as of_length,
       min(created_at) > $1::timestamptz - interval '40 days' and max(created_at) <= $1 as in_time
     from bench.messages(1, 200)`,
    [now],
  );
  assert.deepEqual(found, {
    n: 20_000,
    in_turn: true,
    priced: true,
    models: 8,
    of_length: true,
    in_time: true,
  });
});

test("half of the latencies are under 1.5 to 2.2 seconds", { timeout }, async () => {
  const { middle } = await row(
    `select percentile_cont(0.5) within group (order by latency_ms) as middle
     from bench.messages(1, 200)`,
  );
  assert.ok(Number(middle) > 1500 && Number(middle) < 2200, String(middle));
});

test("compression shortens the text by less than a twentieth", { timeout }, async () => {
  await database.exec("create temporary table stored (content text)");
  // Shorter values are stored as they are.
  await database.exec(
    `insert into stored
     select content || next from (
       select content, lead(content) over (order by place) as next from bench.messages(1, 1)
     ) as m
     where length(content || next) > 2100`,
  );
  const { share } = await row(
    "select sum(pg_column_size(content))::float / sum(length(content)) as share from stored",
  );
  assert.ok(Number(share) > 0.95, String(share));
});

test("usage: everybody writes on many of the last 30 days", { timeout }, async () => {
  await make(usageSessions(size));
  const found = await row(
    `select count(distinct user_id)::int as users, count(*)::int as messages,
       count(distinct created_at::date) > 28 as all_month,
       min(created_at) >= $1::timestamptz - interval '29 days' and max(created_at) <= $1 as in_time
     from bench.messages(1, 1000)`,
    [now],
  );
  assert.deepEqual(found, { users: 1000, messages: 20_000, all_month: true, in_time: true });
});
