import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { openTestServer, type Server } from "./support.ts";

let server: Server;

before(async () => {
  server = await openTestServer();
});
after(() => server[Symbol.asyncDispose]());

test("10,000 messages are imported twice and stored once, with their times, order and costs", async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  const start = Date.UTC(2024, 1, 28, 23, 30);
  const messages = Array.from({ length: 10_000 }, (_, i) => ({
    id: randomUUID(),
    role: i % 2 ? "assistant" : "user",
    content: `message ${i}`,
    created_at: new Date(start + i * 1000).toISOString(),
    ...(i % 2 ? { provider: "openai", model_used: "gpt-4o", cost_usd: `0.${i + 1}` } : {}),
  }));
  await server.as(user, 1, async ([connection]) => {
    const send = async () => {
      let inserted = 0;
      for (let from = 0; from < messages.length; from += 1000) {
        const rows = await connection?.query(
          `select count(*) filter (where m.inserted)::int as inserted
           from public.import_messages($1, $2) as m`,
          [session, JSON.stringify(messages.slice(from, from + 1000))],
        );
        inserted += Number(rows?.[0]?.["inserted"]);
      }
      return inserted;
    };
    assert.equal(await send(), 10_000);
    assert.equal(await send(), 0);
  });

  // Held against what was sent, in SQL, so that a time keeps its microseconds.
  const wrong = await server.admin.query(
    `select s.position, m.sequence_order, m.created_at, m.cost_usd
     from rows from (
       jsonb_to_recordset($2::jsonb) as (id uuid, created_at timestamptz, cost_usd numeric)
     ) with ordinality as s (id, created_at, cost_usd, position)
     full join public.conversation_messages as m on m.id = s.id
     where (m.session_id = $1 or m.session_id is null)
       and (m.sequence_order, m.created_at, m.cost_usd)
         is distinct from (s.position::int, s.created_at, s.cost_usd)`,
    [session, JSON.stringify(messages)],
  );
  assert.deepEqual(wrong.rows, []);
  const [kept] = await server.select(
    `select s.message_count, s.total_cost_usd = (
         select sum(m.cost_usd) from public.conversation_messages as m where m.session_id = s.id
       ) as is_exact
     from public.conversation_sessions as s where s.id = $1`,
    [session],
  );
  assert.deepEqual(kept, { message_count: 10_000, is_exact: true });
  const days = await server.select(
    `select d.day::text, d.message_count::int as n from public.daily_message_volume as d
     where d.user_id = $1 order by d.day`,
    [user],
  );
  assert.deepEqual(days, [{ day: "2024-02-28", n: 1800 }, { day: "2024-02-29", n: 8200 }]);
});

test("an export is taken in twice at once, and its moves are there once", async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  for (const state of ["gathering", "planning"]) {
    await server.select("update public.conversation_sessions set state = $2 where id = $1", [
      session,
      state,
    ]);
  }
  const rows = await server.select(
    "select e.line from public.export_user_data($1) as e where e.line like '%session_events%'",
    [user],
  );
  const lines = rows.map(({ line }) => line);
  await server.select("delete from public.session_events where session_id = $1", [session]);
  // A client that lost the answer sends it again while the first call is still under way.
  const take = "select public.import_user_data($1, $2) ->> 'public.session_events' as n";
  const [again] = await server.afterOpen(
    (other) => other.query(take, [user, lines]),
    () => server.select(take, [user, lines]),
  );
  assert.equal(again?.["n"], "0");
  const left = await server.select(
    "select to_state from public.session_events where session_id = $1 order by id",
    [session],
  );
  assert.deepEqual(left.map((row) => row["to_state"]), ["gathering", "planning"]);
});
