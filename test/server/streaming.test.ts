import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import {
  openTestServer,
  type Refusal,
  refusal,
  type Server,
  type UserConnection,
} from "./support.ts";

const callers = 16;
let server: Server;

before(async () => {
  server = await openTestServer();
});
after(() => server[Symbol.asyncDispose]());

/** What every caller met with the same call at once: how many went through, and why the others did not. */
async function race(
  users: readonly UserConnection[],
  call: (user: UserConnection, nth: number) => Promise<unknown>,
): Promise<{ done: number; refused: (string | undefined)[] }> {
  const met = await Promise.all(users.map(async (user, nth): Promise<Refusal | undefined> => {
    try {
      await call(user, nth);
      return undefined;
    } catch (error) {
      return refusal(error);
    }
  }));
  const refused = met.filter((one) => one !== undefined).map(({ detail }) => detail);
  return { done: met.length - refused.length, refused: [...new Set(refused)] };
}

const begin = "select * from public.begin_message($1, $2)";
const delta = "select public.append_message_delta($1, $2, $3)";
const finish = "select * from public.finish_message($1, p_tokens_used => 7, p_cost_usd => 0.1)";

test("of 16 that begin at the end of a branch at once, one runs", async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  await server.as(user, callers, async (users) => {
    const found = await race(users, (one) => one.query(begin, [session, randomUUID()]));
    assert.deepEqual(found, { done: 1, refused: ["STREAM_RUNNING"] });
  });
  await server.assertExact([session]);
});

test("16 that begin, write and end the same message at once do it once", async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  const id = randomUUID();
  await server.as(user, callers, async (users) => {
    assert.deepEqual(await race(users, (one) => one.query(begin, [session, id])), {
      done: callers,
      refused: [],
    });
    for (let seq = 1; seq <= 20; seq++) {
      assert.deepEqual(await race(users, (one) => one.query(delta, [id, seq, `${seq} `])), {
        done: 1,
        refused: ["DELTA_OUT_OF_SEQUENCE"],
      });
    }
    assert.deepEqual(await race(users, (one) => one.query(finish, [id])), {
      done: callers,
      refused: [],
    });
  });
  const [row] = await server.select(
    `select m.content, s.total_tokens::int as tokens, s.total_cost_usd::text as cost, s.message_count as n
     from public.conversation_messages as m
     join public.conversation_sessions as s on s.id = m.session_id where m.id = $1`,
    [id],
  );
  assert.deepEqual(row, {
    content: Array.from({ length: 20 }, (_, i) => `${i + 1} `).join(""),
    tokens: 7,
    cost: "0.1",
    n: 1,
  });
});

test("a stream loses no acknowledged delta while others write, delete and interrupt", async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  const id = randomUUID();
  const deltas = 150;
  await server.as(user, 5, async ([writer, ...others]) => {
    await writer.query(begin, [session, id]);
    let done = false;
    const disturb = others.map(async (other, nth) => {
      while (!done) {
        if (nth === 0) await server.select("select public.interrupt_stale_messages(0)");
        else if (nth === 1) {
          await other.query(
            `insert into public.conversation_messages (session_id, role, content)
             values ($1, 'user', 'meanwhile')`,
            [session],
          );
        } else if (nth === 2) {
          await other.query(
            `delete from public.conversation_messages as m
             where m.session_id = $1 and m.role = 'user' and m.id <> $2`,
            [session, id],
          );
        } else await other.query(begin, [session, id]);
      }
    });
    for (let seq = 1; seq <= deltas; seq++) {
      const [row] = await writer.query(delta, [id, seq, `${seq} `]);
      assert.equal(row?.["append_message_delta"], seq + 1);
    }
    await writer.query(finish, [id]);
    done = true;
    await Promise.all(disturb);
  });
  const [row] = await server.select(
    "select content, status from public.conversation_messages where id = $1",
    [id],
  );
  assert.deepEqual(row, {
    content: Array.from({ length: deltas }, (_, i) => `${i + 1} `).join(""),
    status: "complete",
  });
  await server.assertExact([session], { gapFree: false });
});
