import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  insertMessage,
  onEach,
  openTestServer,
  type Refusal,
  seeded,
  type Server,
} from "./support.ts";

const timeout = 120_000;
const rounds = 400;
const callers = 8;
const random = seeded("idempotency");
let server: Server;

before(async () => {
  server = await openTestServer();
});
after(() => server[Symbol.asyncDispose]());

const mismatch = { code: "PT409", detail: "IDEMPOTENCY_MISMATCH" };

function pick(refusal: Refusal | undefined) {
  return { code: refusal?.code, detail: refusal?.detail };
}

/** Everything that a write could have changed, so that "nothing written" is one comparison. */
function snapshot(session: string) {
  return server.select(
    `select to_jsonb(s) as session, (
       select jsonb_agg(to_jsonb(m) order by m.sequence_order)
       from public.conversation_messages as m where m.session_id = s.id
     ) as messages
     from public.conversation_sessions as s where s.id = $1`,
    [session],
  );
}

test(
  "the same append_messages call by 8 connections, 400 times: one set of rows each",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const session = await server.makeSession(user);
    const call = "select id, inserted from public.append_messages($1, $2)";
    await server.as(user, callers, async (users) => {
      for (let round = 0; round < rounds; round++) {
        const batch = [
          { id: random.uuid(), role: "user", content: `question ${round}` },
          { id: random.uuid(), role: "assistant", content: `answer ${round}`, tokens_used: 7 },
        ];
        const ids = batch.map(({ id }) => id);
        const answers = await Promise.all(
          users.map((connection) => connection.query(call, [session, JSON.stringify(batch)])),
        );
        assert.equal(answers.filter((rows) => rows.every((row) => row["inserted"])).length, 1);
        for (const rows of answers) {
          assert.deepEqual(rows.map((row) => row["id"]), ids);
          assert.equal(new Set(rows.map((row) => row["inserted"])).size, 1, "half a set");
        }
      }
      const before = await snapshot(session);
      const [last] = await server.select(
        `select id from public.conversation_messages where session_id = $1
       order by sequence_order desc limit 1`,
        [session],
      );
      const changed = JSON.stringify([
        { role: "user", content: "would be new" },
        { id: last?.["id"], role: "assistant", content: "another answer" },
      ]);
      const refusals = await Promise.all(
        users.map((connection) => connection.refused(call, [session, changed])),
      );
      for (const refusal of refusals) assert.deepEqual(pick(refusal), mismatch);
      assert.deepEqual(await snapshot(session), before);
    });
    const [count] = await server.select(
      "select count(*)::int as n from public.conversation_messages where session_id = $1",
      [session],
    );
    assert.deepEqual(count, { n: rounds * 2 });
    await server.assertExact([session]);
  },
);

test(
  "the same plain insert by 8 connections, 400 times: one row each, no error",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const session = await server.makeSession(user);
    await server.as(user, callers, async (users) => {
      for (let round = 0; round < rounds; round++) {
        const values = [random.uuid(), session, "user", `text ${round}`, 3, "0.000000000001"];
        const stored = await Promise.all(
          users.map((connection) => connection.query(`${insertMessage} returning id`, values)),
        );
        assert.equal(stored.filter((rows) => rows.length === 1).length, 1);
        assert.equal(stored.filter((rows) => rows.length === 0).length, callers - 1);
      }
      const before = await snapshot(session);
      const [first] = await server.select(
        "select id from public.conversation_messages where session_id = $1 limit 1",
        [session],
      );
      const changed = [first?.["id"], session, "user", "another text", 3, "0.000000000001"];
      const refusals = await Promise.all(
        users.map((connection) => connection.refused(insertMessage, changed)),
      );
      for (const refusal of refusals) assert.deepEqual(pick(refusal), mismatch);
      assert.deepEqual(await snapshot(session), before);
    });
    await server.assertExact([session]);
  },
);

test(
  "the same tool execution by 8 connections, 200 times: one row each, no error, counted once",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const session = await server.makeSession(user);
    const insert = `
      insert into public.tool_executions (id, session_id, tool_name, input, tokens_used)
      values ($1, $2, 'search', $3, 3) returning id`;
    await server.as(user, callers, async (users) => {
      for (let round = 0; round < rounds / 2; round++) {
        const values = [random.uuid(), session, JSON.stringify({ round })];
        const stored = await Promise.all(
          users.map((connection) => connection.query(insert, values)),
        );
        assert.deepEqual(stored.map((rows) => rows.length).sort(), [
          ...Array.from({ length: callers - 1 }, () => 0),
          1,
        ]);
      }
      const [first] = await server.select(
        "select id from public.tool_executions where session_id = $1 limit 1",
        [session],
      );
      const changed = [first?.["id"], session, JSON.stringify("another")];
      const refusals = await Promise.all(
        users.map((connection) => connection.refused(insert, changed)),
      );
      for (const refusal of refusals) assert.deepEqual(pick(refusal), mismatch);
    });
    const [counted] = await server.select(
      "select total_tokens::int from public.conversation_sessions where id = $1",
      [session],
    );
    assert.deepEqual(counted, { total_tokens: (rounds / 2) * 3 });
    await server.assertExact([session]);
  },
);

test(
  "one id sent to two sessions at once: one row, the other call is refused",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const sessions = await Promise.all([server.makeSession(user), server.makeSession(user)]);
    await server.as(user, callers, async (users) => {
      for (let round = 0; round < 100; round++) {
        const id = random.uuid();
        const refusals = await Promise.all(
          users.map((connection, k) =>
            connection.refused(insertMessage, [id, sessions[k % 2], "user", "same text", 1, null])
          ),
        );
        const refused = refusals.filter((refusal) => refusal !== undefined);
        assert.equal(refused.length, callers / 2, JSON.stringify(refused));
        // At the very same moment neither session's lock shows the other's row, and the key decides; after that
        // the row is there to compare with.
        for (const refusal of refused) {
          if (refusal?.code !== "23505") assert.deepEqual(pick(refusal), mismatch);
        }
        const again = await Promise.all(
          users.slice(0, 2).map((connection, k) =>
            connection.refused(insertMessage, [id, sessions[k], "user", "same text", 1, null])
          ),
        );
        assert.deepEqual(again.filter((refusal) => refusal).map(pick), [mismatch]);
      }
    });
    await server.assertExact(sessions);
  },
);

test("half of a set sent again with new messages: the new ones follow", { timeout }, async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  const call = "select inserted from public.append_messages($1, $2)";
  await server.as(user, callers, async (users) => {
    for (let round = 0; round < 50; round++) {
      const shared = { id: random.uuid(), role: "user", content: "shared" };
      await onEach(users, async (connection, index) => {
        const own = { id: random.uuid(), role: "assistant", content: `own ${index}` };
        const rows = await connection.query(call, [session, JSON.stringify([shared, own])]);
        assert.equal(rows[1]?.["inserted"], true);
      });
    }
  });
  const [count] = await server.select(
    "select count(*)::int as n from public.conversation_messages where session_id = $1",
    [session],
  );
  assert.deepEqual(count, { n: 50 * (callers + 1) });
  await server.assertExact([session]);
});

test(
  "create_conversation_session with one key by 8 connections: one session",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const call =
      "select id from public.create_conversation_session(p_title => $1, p_idempotency_key => $2)";
    await server.as(user, callers, async (users) => {
      for (let round = 0; round < 100; round++) {
        const answers = await Promise.all(
          users.map((connection) => connection.query(call, ["Trip", `key ${round}`])),
        );
        assert.equal(new Set(answers.map((rows) => rows[0]?.["id"])).size, 1);
      }
      const [one] = users;
      assert.deepEqual(pick(await one.refused(call, ["Another", "key 0"])), mismatch);
    });
    const [count] = await server.select(
      "select count(*)::int as n from public.conversation_sessions where user_id = $1",
      [user],
    );
    assert.deepEqual(count, { n: 100 });
  },
);

test(
  "an id that a function writes into another session meanwhile: not counted where it is not stored",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const sessions = [await server.makeSession(user), await server.makeSession(user)] as const;
    await server.as(user, 1, async ([one]) => {
      for (
        const write of [
          (id: string) =>
            ["select from public.append_messages($1, $2)", [
              sessions[1],
              JSON.stringify([{ id, role: "user", content: "x" }]),
            ]] as const,
          (id: string) =>
            ["select from public.log_turn($1, $2, 'a', 'b')", [sessions[1], id]] as const,
        ]
      ) {
        const id = random.uuid();
        const [sql, values] = write(id);
        const refused = await server.afterOpen(
          (other) => other.query(sql, [...values]),
          () =>
            one.refused(
              `insert into public.conversation_messages (id, session_id, role, content, cost_usd)
               values ($1, $3, 'assistant', 'y', 1), ($2, $3, 'assistant', 'x', 1)
               on conflict (id) do nothing`,
              [random.uuid(), id, sessions[0]],
            ),
        );
        assert.deepEqual(pick(refused), mismatch);
      }
      // Nothing of it is left for the next statement of the connection.
      await one.query(
        "insert into public.conversation_messages (session_id, role, content) values ($1, 'user', 'z')",
        [sessions[0]],
      );
    });
    await server.assertExact(sessions);
    const [counted] = await server.select(
      "select message_count from public.conversation_sessions where id = $1",
      [sessions[0]],
    );
    assert.deepEqual(counted, { message_count: 1 });
  },
);

test(
  "one id inserted into two sessions at once, duplicates ignored: stored once, and counted once",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const sessions = [await server.makeSession(user), await server.makeSession(user)] as const;
    await server.as(user, 2, async ([first, second]) => {
      for (let round = 0; round < 50; round++) {
        const id = random.uuid();
        const insert =
          `insert into public.conversation_messages (id, session_id, role, content, cost_usd)
          values ($1, $2, 'assistant', 'x', 1) on conflict (id) do nothing`;
        const refused = await Promise.all([
          first?.refused(insert, [id, sessions[0]]),
          second?.refused(insert, [id, sessions[1]]),
        ]);
        assert.deepEqual(refused.filter((one) => one !== undefined).map(pick), [mismatch]);
      }
    });
    await server.assertExact(sessions);
    const [counted] = await server.select(
      "select sum(message_count)::int as n from public.conversation_sessions where id = any ($1)",
      [sessions],
    );
    assert.deepEqual(counted, { n: 50 });
  },
);
