import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openTestServer, refusal, type Rows, type Server, type UserConnection } from "./support.ts";

const timeout = 120_000;
const callers = 16;
const secret = "s".repeat(43);
let server: Server;

before(async () => {
  server = await openTestServer();
});
after(() => server[Symbol.asyncDispose]());

/** One transaction of an app server on a connection of its own. */
async function asService(sql: string, values: readonly unknown[]): Promise<Rows | string> {
  const client = await server.pool.connect();
  try {
    await client.query("begin");
    await client.query("set local role service_role");
    const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
    await client.query("commit");
    return rows;
  } catch (error) {
    await client.query("rollback");
    const { code, detail } = refusal(error);
    return detail ?? String(code);
  } finally {
    client.release();
  }
}

async function visit(): Promise<{ token: string; session: string }> {
  const token = randomUUID();
  const started = await asService("select * from public.start_visitor_session($1, $2)", [
    token,
    secret,
  ]);
  assert.ok(typeof started !== "string", String(started));
  return { token, session: String(started[0]?.["session_id"]) };
}

function log(token: string): Promise<Rows | string> {
  const turn = { turn_id: randomUUID(), session_token: token, user_message: "q", ai_response: "a" };
  return asService("select * from public.log_chat_turns($1, $2)", [
    JSON.stringify([turn]),
    secret,
  ]);
}

/** So many users, with a connection each. */
async function crowd(use: (users: UserConnection[]) => Promise<void>): Promise<void> {
  const opened: UserConnection[] = [];
  const open = async (): Promise<void> => {
    if (opened.length === callers) return await use(opened);
    const id = await server.makeUser();
    await server.as(id, 1, async ([one]) => {
      opened.push(one);
      await open();
    });
  };
  await open();
}

test("one token started 16 times at once is one chat, of one secret", { timeout }, async () => {
  for (let round = 0; round < 10; round++) {
    const token = randomUUID();
    const answers = await Promise.all(
      Array.from(
        { length: callers },
        (_, nth) =>
          asService("select session_id from public.start_visitor_session($1, $2)", [
            token,
            // Half of them know the same secret, the others one each.
            nth % 2 === 0 ? secret : `${nth}`.padEnd(43, "x"),
          ]),
      ),
    );
    const good = answers.filter((answer) => typeof answer !== "string");
    const refused = answers.filter((answer) => typeof answer === "string");
    assert.ok([1, callers / 2].includes(good.length), `${good.length} started it`);
    assert.equal(new Set(good.map((rows) => rows[0]?.["session_id"])).size, 1);
    assert.deepEqual([...new Set(refused)], ["SESSION_EXISTS"]);
    const [row] = await server.select(
      "select count(*)::int as n from public.session_clients where session_token = $1",
      [token],
    );
    assert.equal(row?.["n"], 1);
  }
});

test("16 users claim one chat at once: one has it, with all in it", { timeout }, async () => {
  await crowd(async (users) => {
    for (let round = 0; round < 10; round++) {
      const { token, session } = await visit();
      assert.notEqual(typeof await log(token), "string");
      const answers = await Promise.all(
        users.map((user) =>
          user.refused(
            "select public.claim_visitor_session(p_session_token => $1, p_session_secret => $2)",
            [
              token,
              secret,
            ],
          )
        ),
      );
      const winners = users.filter((_, nth) => answers[nth] === undefined);
      assert.equal(winners.length, 1);
      assert.deepEqual(
        [...new Set(answers.map((answer) => answer?.detail))].sort(),
        ["SESSION_NOT_FOUND", undefined],
      );
      const rows = await server.select(
        `select s.user_id, count(m.*)::int as messages
         from public.conversation_sessions as s
         join public.conversation_messages as m on m.session_id = s.id and m.user_id = s.user_id
         join public.session_clients as c on c.session_id = s.id and c.user_id = s.user_id
         where s.id = $1 group by s.user_id`,
        [session],
      );
      assert.deepEqual(rows, [{ user_id: winners[0]?.userId, messages: 2 }]);
    }
  });
});

test(
  "a claim beside the erasure of its user waits, and neither is ended",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const { token, session } = await visit();
    const eraser = await server.admin.connect();
    try {
      await eraser.query("begin");
      // As erase_user_data does, before it comes to the account.
      await eraser.query("select pg_advisory_xact_lock(1953854049, hashtext($1))", [user]);
      const claim = server.as(user, 1, ([claimer]) =>
        claimer.refused(
          "select public.claim_visitor_session(p_session_token => $1, p_session_secret => $2)",
          [token, secret],
        ));
      await Promise.race([claim, sleep(300)]);
      await eraser.query("delete from auth.users where id = $1", [user]);
      await eraser.query("commit");
      assert.equal((await claim)?.code, "23503");
    } finally {
      await eraser.query("rollback");
      eraser.release();
    }
    const [left] = await server.select(
      "select user_id from public.conversation_sessions where id = $1",
      [session],
    );
    assert.deepEqual(left, { user_id: null });
  },
);

test("after a claim the secret writes nothing more, and what it wrote is the user's", {
  timeout,
}, async () => {
  const user = await server.makeUser();
  await server.as(user, 1, async ([claimer]) => {
    for (let round = 0; round < 15; round++) {
      const { token, session } = await visit();
      let claimed = false;
      const late: unknown[] = [];
      const writers = Array.from({ length: callers - 1 }, async () => {
        for (let at = 0; at < 8; at++) {
          const beganLate = claimed;
          const answer = await log(token);
          if (answer === "SESSION_NOT_FOUND") return;
          assert.notEqual(typeof answer, "string", String(answer));
          if (beganLate) late.push(answer);
        }
      });
      await claimer.query(
        "select public.claim_visitor_session(p_session_token => $1, p_session_secret => $2)",
        [token, secret],
      );
      claimed = true;
      await Promise.all(writers);
      assert.deepEqual(late, []);
      await server.assertExact([session]);
      const [owners] = await server.select(
        `select array_agg(distinct m.user_id) as users
         from public.conversation_messages as m where m.session_id = $1 having count(*) > 0`,
        [session],
      );
      if (owners) assert.deepEqual(owners["users"], [user]);
    }
  });
});

test("expired chats are deleted while others are written, and what they cost stays", {
  timeout,
}, async () => {
  const chats = await Promise.all(Array.from({ length: 40 }, () => visit()));
  for (const { token } of chats) assert.notEqual(typeof await log(token), "string");
  const expired = chats.slice(0, 20);
  await server.select(
    "update public.session_clients set expires_at = now() where session_token = any ($1)",
    [expired.map(({ token }) => token)],
  );
  const [before] = await server.select(
    "select sum(user_messages)::int as n from public.usage_daily",
  );
  const answers = await Promise.all([
    ...Array.from({ length: 4 }, () => asService("select public.cleanup_visitor_sessions(7)", [])),
    ...chats.slice(20).map(({ token }) => log(token)),
    ...expired.slice(0, 6).map(({ token }) => log(token)),
  ]);
  assert.deepEqual(
    answers.slice(4).map((answer) => typeof answer === "string" ? answer : "stored"),
    [...Array(20).fill("stored"), ...Array(6).fill("SESSION_NOT_FOUND")],
  );
  while (true) {
    const left = await asService("select public.cleanup_visitor_sessions(7) as n", []);
    assert.notEqual(typeof left, "string", String(left));
    if (typeof left !== "string" && left[0]?.["n"] === 0) break;
  }
  const [left] = await server.select(
    "select count(*)::int as n from public.conversation_sessions where id = any ($1)",
    [chats.map(({ session }) => session)],
  );
  assert.equal(left?.["n"], 20);
  const [after] = await server.select(
    "select sum(user_messages)::int as n from public.usage_daily",
  );
  assert.equal(after?.["n"], Number(before?.["n"]) + 20);
});

test("claims, ends, deletes and turns of one chat at once never wait for each other in a ring", {
  timeout,
}, async () => {
  const user = await server.makeUser();
  await server.as(user, 1, async ([claimer]) => {
    for (let round = 0; round < 60; round++) {
      const { token, session } = await visit();
      const claim = claimer.refused(
        "select public.claim_visitor_session(p_session_token => $1, p_session_secret => $2)",
        [token, secret],
      );
      const answers = await Promise.all([
        claim.then((refused) => refused?.detail ?? refused?.code ?? "done"),
        ...Array.from(
          { length: 3 },
          () => asService("select public.end_visitor_session($1)", [session]),
        ),
        ...Array.from({ length: 3 }, () => log(token)),
        ...(round % 2 === 0
          ? [asService("delete from public.conversation_sessions where id = $1", [session])]
          : []),
      ]);
      const texts = answers.map((answer) => typeof answer === "string" ? answer : "done");
      const expected = ["done", "SESSION_NOT_FOUND", "SESSION_CLOSED"];
      assert.deepEqual(texts.filter((text) => !expected.includes(text)), []);
    }
  });
});

test("batches that name the same sessions in different ways do not wait in a ring", {
  timeout,
}, async () => {
  for (let round = 0; round < 10; round++) {
    const chats = await Promise.all(Array.from({ length: 4 }, () => visit()));
    const answers = await Promise.all(Array.from({ length: 12 }, (_, nth) => {
      const order = nth % 2 === 0 ? chats : [...chats].reverse();
      const turns = order.map(({ token, session }) => ({
        turn_id: randomUUID(),
        user_message: "q",
        ai_response: "a",
        ...[
          { session_token: token },
          { session_id: session },
          { session_id: session.toUpperCase() },
        ][nth % 3],
      }));
      return asService("select status from public.log_chat_turns($1)", [JSON.stringify(turns)]);
    }));
    for (const answer of answers) {
      assert.ok(typeof answer !== "string", String(answer));
      assert.deepEqual(answer.map(({ status }) => status), [200, 200, 200, 200]);
    }
  }
});

test("one id sent into two sessions at once is one turn, and 409 for the other", {
  timeout,
}, async () => {
  for (let round = 0; round < 15; round++) {
    const chats = [await visit(), await visit()];
    const turn_id = randomUUID();
    const answers = await Promise.all(chats.map(({ token }) => {
      const turns = [turn_id, randomUUID()].map((id) => ({
        turn_id: id,
        session_token: token,
        user_message: "q",
        ai_response: "a",
      }));
      return asService("select status, code from public.log_chat_turns($1)", [
        JSON.stringify(turns),
      ]);
    }));
    const found = answers.map((answer) => {
      assert.ok(typeof answer !== "string", String(answer));
      assert.equal(answer[1]?.["status"], 200);
      return answer[0]?.["code"] ?? answer[0]?.["status"];
    });
    assert.deepEqual(found.sort(), [200, "IDEMPOTENCY_MISMATCH"]);
  }
});
