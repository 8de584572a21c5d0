import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { insertMessage, onEach, openTestServer, seeded, type Server } from "./support.ts";

const timeout = 90_000;
const random = seeded("order");
const roles = ["user", "assistant", "system", "tool"];
let server: Server;

before(async () => {
  server = await openTestServer();
});
after(() => server[Symbol.asyncDispose]());

function message(sessionId: string, text: string): unknown[] {
  const cost = random.int(4) === 0 ? null : `0.${String(random.int(10 ** 9)).padStart(12, "0")}`;
  return [random.uuid(), sessionId, random.pick(roles), text, random.int(500), cost];
}

test(
  "16 connections × 200 plain inserts into one session: 1..3200, exact counters",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const session = await server.makeSession(user);
    await server.as(user, 16, (users) =>
      onEach(users, async (connection, index) => {
        for (let k = 0; k < 200; k++) {
          await connection.query(insertMessage, message(session, `${index}:${k}`));
        }
      }));
    const [found] = await server.select(
      `select count(*)::int as n, count(distinct sequence_order)::int as distinct,
       max(sequence_order) as last
     from public.conversation_messages where session_id = $1`,
      [session],
    );
    assert.deepEqual(found, { n: 3200, distinct: 3200, last: 3200 });
    await server.assertExact([session]);
  },
);

test("16 × 200 plain inserts into 50 sessions in random order: the same", { timeout }, async () => {
  const user = await server.makeUser();
  const sessions = await Promise.all(Array.from({ length: 50 }, () => server.makeSession(user)));
  const work = random.shuffle(Array.from({ length: 3200 }, (_, k) => sessions[k % 50] ?? ""));
  await server.as(user, 16, (users) =>
    onEach(users, async (connection, index) => {
      for (const [k, session] of work.slice(index * 200, index * 200 + 200).entries()) {
        await connection.query(insertMessage, message(session, `${index}:${k}`));
      }
    }));
  const [total] = await server.select(
    "select count(*)::int as n from public.conversation_messages where session_id = any ($1)",
    [sessions],
  );
  assert.deepEqual(total, { n: 3200 });
  await server.assertExact(sessions);
});

test("one statement that writes into several sessions, by 8 connections", { timeout }, async () => {
  const user = await server.makeUser();
  const sessions = await Promise.all(Array.from({ length: 6 }, () => server.makeSession(user)));
  await server.as(user, 8, (users) =>
    onEach(users, async (connection) => {
      for (let k = 0; k < 40; k++) {
        // Who locks several sessions names them in one order, or Postgres ends one of two that cross.
        const some = random.shuffle(sessions).slice(0, 3).sort();
        await connection.query(
          `insert into public.conversation_messages (session_id, role, content)
           select s, 'user', 'x' from unnest($1::uuid[]) with ordinality as s (s, k), generate_series(1, 3)
           order by k`,
          [some],
        );
      }
    }));
  await server.assertExact(sessions);
});

test("append_messages and plain inserts mixed: every session exact", { timeout }, async () => {
  const user = await server.makeUser();
  const sessions = await Promise.all(Array.from({ length: 8 }, () => server.makeSession(user)));
  let sent = 0;
  await server.as(user, 12, (users) =>
    onEach(users, async (connection, index) => {
      for (let k = 0; k < 60; k++) {
        const session = random.pick(sessions);
        if (random.int(2) === 0) {
          sent += 1;
          await connection.query(insertMessage, message(session, `${index}:${k}`));
          continue;
        }
        const batch = Array.from({ length: 1 + random.int(9) }, (_, n) => ({
          id: random.uuid(),
          role: random.pick(roles),
          content: `${index}:${k}:${n}`,
          tokens_used: random.int(500),
          cost_usd: random.int(10 ** 9) / 10 ** 12,
        }));
        sent += batch.length;
        const rows = await connection.query(
          "select inserted, sequence_order from public.append_messages($1, $2)",
          [session, JSON.stringify(batch)],
        );
        const first = Number(rows[0]?.["sequence_order"]);
        assert.deepEqual(
          rows,
          batch.map((_, n) => ({ inserted: true, sequence_order: first + n })),
        );
      }
    }));
  const [total] = await server.select(
    "select count(*)::int as n from public.conversation_messages where session_id = any ($1)",
    [sessions],
  );
  assert.deepEqual(total, { n: sent });
  await server.assertExact(sessions);
});
