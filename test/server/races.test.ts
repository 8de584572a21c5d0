import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  insertMessage,
  onEach,
  openTestServer,
  type Refusal,
  refusal,
  seeded,
  type Server,
} from "./support.ts";

const timeout = 90_000;
const random = seeded("races");
let server: Server;

before(async () => {
  server = await openTestServer();
});
after(() => server[Symbol.asyncDispose]());

function message(session: string): unknown[] {
  return [random.uuid(), session, "user", "text", random.int(500), `0.${random.int(10 ** 9)}`];
}

test(
  "deletes race with inserts of the same user: no deadlock, exact counters",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const sessions = await Promise.all(Array.from({ length: 3 }, () => server.makeSession(user)));
    await server.as(user, 12, (users) =>
      onEach(users, async (connection, index) => {
        for (let k = 0; k < 60; k++) {
          const session = random.pick(sessions);
          if (index % 3 === 0) {
            await connection.query(
              `delete from public.conversation_messages
             where id in (
               select id from public.conversation_messages where session_id = $1
               order by ${random.pick(["id", "sequence_order desc", "content"])} limit $2
             )`,
              [session, 1 + random.int(3)],
            );
          } else if (index % 3 === 1) {
            const batch = [{ role: "user", content: "a", tokens_used: 1 }, {
              role: "tool",
              content: "b",
            }];
            await connection.query("select from public.append_messages($1, $2)", [
              session,
              JSON.stringify(batch),
            ]);
          } else await connection.query(insertMessage, message(session));
        }
      }));
    await server.assertExact(sessions, { gapFree: false });
  },
);

test(
  "whole sessions deleted under their writers: refused as not found, nothing left",
  { timeout },
  async () => {
    const user = await server.makeUser();
    for (let round = 0; round < 10; round++) {
      const session = await server.makeSession(user);
      await server.as(user, 6, (users) =>
        onEach(users, async (connection, index) => {
          if (index === 0) {
            await connection.query(insertMessage, message(session));
            await connection.query("delete from public.conversation_sessions where id = $1", [
              session,
            ]);
            return;
          }
          for (let k = 0; k < 10; k++) {
            const refused = await connection.refused(insertMessage, message(session));
            if (refused) assert.equal(refused.detail, "SESSION_NOT_FOUND", refused.message);
          }
        }));
      const left = await server.select(
        `select 1 from public.conversation_messages where session_id = $1
       union all select 1 from public.session_events where session_id = $1`,
        [session],
      );
      assert.deepEqual(left, []);
    }
  },
);

test(
  "tool executions change while messages and sessions are deleted: no deadlock, exact counters",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const kept = await server.makeSession(user);
    for (let round = 0; round < 8; round++) {
      const going = await server.makeSession(user);
      await server.as(user, 8, (users) =>
        onEach(users, async (connection, index) => {
          for (let k = 0; k < 12; k++) {
            const session = random.pick([kept, going]);
            if (index === 0) {
              await connection.query(
                `delete from public.conversation_messages where id in (
                   select id from public.conversation_messages where session_id = $1
                   order by content, id limit 2)`,
                [session],
              );
              if (k === 9) {
                await connection.query("delete from public.conversation_sessions where id = $1", [
                  going,
                ]);
              }
            } else if (index < 3) {
              await connection.refused(insertMessage, message(session)).then(onlyNotFound);
            } else if (index < 6) {
              await connection.refused(
                `insert into public.tool_executions (session_id, message_id, tool_name, tokens_used)
                 select $1, (
                   select m.id from public.conversation_messages as m
                   where m.session_id = $1 order by random() limit 1
                 ), 'search', $2 from generate_series(1, 2)`,
                [session, random.int(500)],
              ).then(onlyNotFound);
            } else {
              // One each, because the order of many is nobody's.
              await connection.query(
                `update public.tool_executions set tokens_used = $2 where id = (
                   select id from public.tool_executions where session_id = $1
                   order by random() limit 1)`,
                [session, random.int(500)],
              );
            }
          }
        }));
      assert.deepEqual(
        await server.select("select 1 from public.tool_executions where session_id = $1", [going]),
        [],
      );
    }
    await server.assertExact([kept], { gapFree: false });
  },
);

function onlyNotFound(refused: Refusal | undefined): void {
  if (refused) assert.equal(refused.code, "PT404", refused.message);
}

test("a session is not deleted under the change of a tool execution", { timeout }, async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  await server.as(user, 2, async ([writer, deleter]) => {
    assert.ok(deleter);
    const [run] = await writer.query(
      "insert into public.tool_executions (session_id, tool_name) values ($1, 'a') returning id",
      [session],
    );
    await writer.begin();
    // Holds the run, not yet the session.
    await writer.client.query(
      "update public.tool_executions set status = 'running' where id = $1",
      [run?.["id"]],
    );
    const deleted = deleter.refused("delete from public.conversation_sessions where id = $1", [
      session,
    ]);
    await new Promise((done) => setTimeout(done, 200));
    await writer.client.query("update public.tool_executions set tokens_used = 5 where id = $1", [
      run?.["id"],
    ]);
    await writer.client.query("commit");
    assert.equal(await deleted, undefined);
  });
  assert.deepEqual(
    await server.select("select 1 from public.tool_executions where session_id = $1", [session]),
    [],
  );
});

test("two completes and a cancel at once: one legal chain of events", { timeout }, async () => {
  const user = await server.makeUser();
  const calls = ["complete", "complete", "cancel"].map(
    (verb) => `select state from public.${verb}_conversation_session($1)`,
  );
  await server.as(user, 3, async (users) => {
    for (let round = 0; round < 60; round++) {
      const session = await server.makeSession(user);
      const refusals = await Promise.all(
        users.map((connection, k) => connection.refused(calls[k] ?? "", [session])),
      );
      const events = await server.select(
        `select from_state::text, to_state::text, actor from public.session_events
         where session_id = $1 order by id`,
        [session],
      );
      assert.equal(events.length, 1, JSON.stringify(events));
      const end = events[0]?.["to_state"];
      assert.deepEqual(events[0], { from_state: "initial", to_state: end, actor: user });
      const lost = end === "cancelled" ? [0, 1] : [2];
      for (const [k, refused] of refusals.entries()) {
        assert.equal(refused?.detail, lost.includes(k) ? "ILLEGAL_TRANSITION" : undefined);
      }
    }
  });
});

test(
  "random moves by 6 connections: events form one chain of legal moves",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const session = await server.makeSession(user);
    const states = [
      "gathering",
      "clarifying",
      "planning",
      "awaiting_approval",
      "executing",
      "reviewing",
    ];
    await server.as(user, 6, (users) =>
      onEach(users, async (connection) => {
        for (let k = 0; k < 40; k++) {
          const refused = await connection.refused(
            "select from public.set_session_state($1, $2::public.session_state)",
            [session, random.pick(states)],
          );
          if (refused) assert.equal(refused.detail, "ILLEGAL_TRANSITION", refused.message);
        }
      }));
    const broken = await server.select(
      `select e.*
     from (
       select *, lag(to_state, 1, 'initial') over (order by id) as before
       from public.session_events where session_id = $1
     ) as e
     where e.from_state <> e.before or not exists (
       select from private.session_transitions as t
       where t.from_state = e.from_state and t.to_state = e.to_state
     )`,
      [session],
    );
    assert.deepEqual(broken, []);
  },
);

/** A brand with these two owners. */
async function brandOf([one, other]: readonly [string, string]): Promise<unknown> {
  const [brand] = await server.select(
    "insert into public.brands (slug, name, created_by) values ($1, 'Two', $2) returning id",
    [`two-${random.uuid()}`, one],
  );
  await server.select(
    "insert into public.brand_members (brand_id, user_id, role) values ($1, $2, 'owner')",
    [brand?.["id"], other],
  );
  return brand?.["id"];
}

test("two owners leave at once: one is refused", { timeout }, async () => {
  const owners = [await server.makeUser(), await server.makeUser()] as const;
  for (let round = 0; round < 30; round++) {
    const brand = await brandOf(owners);
    const statement = round % 2
      ? "delete from public.brand_members where brand_id = $1 and user_id = auth.uid()"
      : "update public.brand_members set role = 'member' where brand_id = $1 and user_id = auth.uid()";
    const refusals = await Promise.all(
      owners.map((owner) =>
        server.as(owner, 1, ([connection]) => connection.refused(statement, [brand]))
      ),
    );
    assert.deepEqual(refusals.map((refused) => refused?.detail).sort(), ["LAST_OWNER", undefined]);
    const left = await server.select(
      "select 1 from public.brand_members where brand_id = $1 and role = 'owner'",
      [brand],
    );
    assert.equal(left.length, 1);
  }
});

test(
  "repeatable read: two owners leave, and the second has to try again",
  { timeout },
  async () => {
    const owners = [await server.makeUser(), await server.makeUser()] as const;
    const brand = await brandOf(owners);
    const leave = "delete from public.brand_members where brand_id = $1 and user_id = auth.uid()";
    await server.as(owners[0], 1, ([one]) =>
      server.as(owners[1], 1, async ([other]) => {
        await one.begin("repeatable read");
        await other.begin("repeatable read");
        await other.client.query("select from public.brand_members");
        await one.client.query(leave, [brand]);
        await one.client.query("commit");
        await assert.rejects(other.client.query(leave, [brand]), { code: "40001" });
        await other.client.query("rollback");
        const refused = await other.refused(leave, [brand]);
        assert.equal(refused?.detail, "LAST_OWNER");
      }));
  },
);

test(
  "a storm of rollbacks: counters stay a recount, numbers stay gap-free",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const session = await server.makeSession(user);
    let kept = 0;
    await server.as(user, 10, (users) =>
      onEach(users, async (connection) => {
        for (let k = 0; k < 40; k++) {
          await connection.begin();
          await connection.client.query(insertMessage, message(session));
          await connection.client.query("savepoint half");
          await connection.client.query(insertMessage, message(session));
          const keepHalf = random.int(2) === 0;
          if (keepHalf) await connection.client.query("rollback to savepoint half");
          if (random.int(3) === 0) {
            await connection.client.query("commit");
            kept += keepHalf ? 1 : 2;
          } else await connection.client.query("rollback");
        }
      }));
    await server.assertExact([session]);
    const [count] = await server.select(
      "select message_count from public.conversation_sessions where id = $1",
      [session],
    );
    assert.equal(count?.["message_count"], kept);
  },
);

test(
  "backends ended in the middle of a transaction leave nothing half-written",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const session = await server.makeSession(user);
    const committed: string[] = [];
    for (let round = 0; round < 15; round++) {
      await server.as(user, 4, (users) =>
        onEach(users, async (connection, index) => {
          const batch = Array.from({ length: 20 }, (_, k) => ({
            id: random.uuid(),
            role: "user",
            content: `${round}:${index}:${k}`,
            tokens_used: 1,
          }));
          try {
            await connection.begin();
            const { rows } = await connection.client.query<{ pid: number }>(
              "select pg_backend_pid() as pid",
            );
            const write = connection.client.query("select from public.append_messages($1, $2)", [
              session,
              JSON.stringify(batch),
            ]);
            write.catch(() => undefined);
            if (index > 0) {
              // Some are hit while they wait or write, some after it and before the commit.
              if (index > 1) await write.catch(() => undefined);
              await server.select("select pg_terminate_backend($1)", [rows[0]?.pid]);
            }
            await write;
            await connection.client.query("commit");
            committed.push(...batch.map(({ id }) => id));
          } catch (error) {
            assert.ok(index > 0, String(error));
            const code = error instanceof Error && "code" in error ? error.code : "57P01";
            assert.ok(code === "57P01" || code === "ECONNRESET", String(error));
          }
        }), { endsThem: true });
    }
    assert.ok(committed.length >= 15 * 20);
    await server.assertExact([session]);
    const rows = await server.select(
      "select id from public.conversation_messages where session_id = $1",
      [session],
    );
    const stored = new Set(rows.map((row) => String(row["id"])));
    for (const id of committed) assert.ok(stored.has(id), "a committed message is gone");
    assert.equal(stored.size % 20, 0, "half a call");
  },
);

test("repeatable read: a transaction that lost is told to retry, and the retry goes through", {
  timeout,
}, async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  let retries = 0;
  await server.as(user, 6, (users) =>
    onEach(users, async (connection) => {
      for (let k = 0; k < 15; k++) {
        const values = message(session);
        for (let attempt = 0;; attempt++) {
          assert.ok(attempt < 200, "never went through");
          await connection.begin("repeatable read");
          try {
            await connection.client.query(insertMessage, values);
            await connection.client.query("commit");
            break;
          } catch (error) {
            await connection.client.query("rollback");
            assert.equal(refusal(error).code, "40001");
            retries += 1;
          }
        }
      }
    }));
  assert.ok(retries > 0, "nothing raced");
  await server.assertExact([session]);
  const [count] = await server.select(
    "select message_count from public.conversation_sessions where id = $1",
    [session],
  );
  assert.equal(count?.["message_count"], 90);
});

test("a text that changes under whoever indexes it leaves no old word", { timeout }, async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  // Those of the other tests.
  await server.select("select public.index_messages()");
  const [kept, changed, deleted] = [random.uuid(), random.uuid(), random.uuid()];
  await server.admin.query(
    `insert into public.conversation_messages (id, session_id, role, content)
     select id, $1, 'user', 'zebra' from unnest($2::uuid[]) as id`,
    [session, [kept, changed, deleted]],
  );
  await server.afterOpen(
    async (indexer) => {
      const { rows: [first] } = await indexer.query("select public.index_messages() as rows");
      assert.equal(first?.["rows"], 3);
      const [second] = await server.select("select public.index_messages() as rows");
      assert.equal(second?.["rows"], 0, "another one does not wait for them");
    },
    // Both wait for the words that they take away.
    () =>
      Promise.all([
        server.select(
          "update public.conversation_messages set content = 'giraffe' where id = $1",
          [changed],
        ),
        server.select("delete from public.conversation_messages where id = $1", [deleted]),
      ]),
  );
  const hits = (query: string) =>
    server.as(user, 1, async ([one]) => {
      const found = await one.query("select message_id from public.search_messages($1)", [query]);
      return found.map((hit) => hit["message_id"]);
    });
  assert.deepEqual(await hits("zebra"), [kept]);
  assert.deepEqual(await hits("giraffe"), [changed]);
  const rows = await server.select(
    "select count(*)::int as n from public.message_search where session_id = $1",
    [session],
  );
  assert.deepEqual(rows, [{ n: 2 }]);
});

async function appended(session: string, parent: string): Promise<string> {
  const [row] = await server.select(
    `select id from public.append_messages($1, jsonb_build_array(
       jsonb_build_object('role', 'user', 'content', 'x', 'parent', $2::text)))`,
    [session, parent],
  );
  return String(row?.["id"]);
}

test(
  "a delete by the server sees the branch that is chosen or begun meanwhile",
  { timeout },
  async () => {
    const session = await server.makeSession(await server.makeUser());
    const strayEnd = `
      select active_message_id from public.conversation_sessions as s
      where s.id = $1 and not exists (
        select from public.conversation_messages as m
        where m.session_id = s.id and m.id = s.active_message_id
      )`;
    const branches = `select branch_count, (
       select count(*)::int - count(distinct coalesce(m.parent_message_id, m.session_id))::int
       from public.conversation_messages as m where m.session_id = s.id
     ) as counted
     from public.conversation_sessions as s where s.id = $1`;
    const remove = (id: string) => () =>
      server.select("delete from public.conversation_messages where id = $1", [id]);
    const a = await appended(session, "root");

    const [chosen] = [await appended(session, a), await appended(session, a)];
    await server.afterOpen(
      (other) => other.query("select public.select_branch($1)", [chosen]),
      remove(chosen),
    );
    assert.deepEqual(await server.select(strayEnd, [session]), []);

    const third = await appended(session, a);
    await server.afterOpen(
      (other) =>
        other.query("select from public.append_messages($1, $2)", [
          session,
          JSON.stringify([{ role: "user", content: "y", parent: a }]),
        ]),
      remove(third),
    );
    assert.deepEqual(await server.select(branches, [session]), [{ branch_count: 1, counted: 1 }]);
    assert.deepEqual(await server.select(strayEnd, [session]), []);
  },
);

const repricing = `
  select messages_changed::int as changed, is_complete as complete
  from public.reprice_messages(now() - interval '1 day', now() + interval '1 day', 'acme', $1)`;

/** A model without a price, with what gives it one and what prices its calls again. */
function unpriced() {
  const model = random.uuid();
  const price = () =>
    server.select(
      `insert into public.model_prices
         (provider, model, validity, input_usd_per_mtok, output_usd_per_mtok, source, source_date)
       values ('acme', $1, '[2020-01-01,)', 2, 2, 'a test', '2026-01-01')`,
      [model],
    );
  const reprice = async () => (await server.select(repricing, [model]))[0];
  return { model, price, reprice };
}

test(
  "repricing leaves what is being written, and no writer fails for it",
  { timeout },
  async () => {
    const { model, price, reprice } = unpriced();
    const user = await server.makeUser();
    const sessions = [await server.makeSession(user), await server.makeSession(user)];
    const answers = await Promise.all(sessions.map(async (session) => {
      const [answer] = await server.select(
        `select id from public.append_messages($1, jsonb_build_array(jsonb_build_object(
         'role', 'assistant', 'content', 'a', 'provider', 'acme', 'model_used', $2::text,
         'input_tokens', 1000000)))`,
        [session, model],
      );
      return String(answer?.["id"]);
    }));
    await price();
    await server.as(user, 1, async ([writer]) => {
      await writer.begin();
      await writer.client.query(insertMessage, message(String(sessions[0])));
      const repriced = reprice().catch(refusal);
      await Promise.race([repriced, sleep(300)]);
      // Holds its session and wants the answer: the other way round than whoever holds messages first.
      await writer.client.query("select from public.regenerate_message($1)", [answers[0]]);
      await writer.client.query("commit");
      assert.deepEqual(await repriced, { changed: 1, complete: false });
    });
    assert.deepEqual(await reprice(), { changed: 1, complete: true });
    await server.assertExact(sessions.slice(1));
  },
);

test("what users spent who go while it is repriced is nobody's, once", { timeout }, async () => {
  const { model, price, reprice } = unpriced();
  const users = [await server.makeUser(), await server.makeUser()];
  await server.select(
    `select public.record_usage(gen_random_uuid(), u, null, 'acme', $2, p_input_tokens => 1000000)
     from unnest($1::uuid[]) as u`,
    [users, model],
  );
  await price();
  const goes = "delete from auth.users where id = $1";
  await server.afterOpen(
    (other) => other.query(repricing, [model]),
    () => server.select(goes, [users[0]]),
  );
  await server.select("delete from public.model_prices where model = $1", [model]);
  const other = await server.admin.connect();
  try {
    await other.query("begin");
    await other.query(goes, [users[1]]);
    assert.deepEqual(await reprice(), { changed: 1, complete: false }, "who goes is left out");
    await other.query("commit");
  } finally {
    other.release(true);
  }
  const spent = `
    select user_id, requests::int, unpriced_requests::int as unpriced, cost_usd::int as cost
    from public.usage_daily where model = $1`;
  assert.deepEqual(await server.select(spent, [model]), [
    { user_id: null, requests: 2, unpriced: 1, cost: 2 },
  ]);
});

test("a correction that comes before the end of a stream stays", { timeout }, async () => {
  const session = await server.makeSession(await server.makeUser());
  const id = random.uuid();
  await server.select(
    "select from public.begin_message($1, $2, 'active', 'openai', 'old')",
    [session, id],
  );
  const [finished] = await server.afterOpen(
    (other) =>
      other.query("update public.conversation_messages set model_used = 'new' where id = $1", [id]),
    () => server.select("select model_used from public.finish_message($1)", [id]),
  );
  assert.deepEqual(finished, { model_used: "new" });
});

test(
  "a rating finds no message that is deleted or handed over meanwhile",
  { timeout },
  async () => {
    const [user, heir] = [await server.makeUser(), await server.makeUser()];
    const changes: [string, (id: string, session: string) => string[]][] = [
      ["delete from public.conversation_messages where id = $1", (id) => [id]],
      [
        "update public.conversation_sessions set user_id = $2 where id = $1",
        (_id, session) => [session, heir],
      ],
    ];
    for (const [change, values] of changes) {
      const session = await server.makeSession(user);
      const id = random.uuid();
      await server.select("select from public.append_messages($1, $2)", [
        session,
        JSON.stringify([{ id, role: "assistant", content: "a" }]),
      ]);
      const refused = await server.as(user, 1, ([caller]) =>
        server.afterOpen(
          (other) => other.query(change, values(id, session)),
          () =>
            caller.refused(
              "insert into public.message_feedback (message_id, rating) values ($1, 'up')",
              [id],
            ),
        ));
      assert.equal(refused?.detail, "MESSAGE_NOT_FOUND", change);
    }
  },
);

test("figures of the server that come before a user ends a stream stay", { timeout }, async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  const id = random.uuid();
  await server.as(user, 1, async ([one]) => {
    await one.query("select from public.begin_message($1, $2)", [session, id]);
    const [finished] = await server.afterOpen(
      (other) =>
        other.query("update public.conversation_messages set cost_usd = 0.5 where id = $1", [id]),
      () =>
        one.query(
          "select cost_usd::text, reported_by from public.finish_message($1, p_cost_usd => 0)",
          [id],
        ),
    );
    assert.deepEqual(finished, { cost_usd: "0.5", reported_by: "service_role" });
  });
  await server.assertExact([session]);
});

test("a fork of a session that is claimed meanwhile has one owner", { timeout }, async () => {
  const user = await server.makeUser();
  const session = random.uuid();
  await server.select("insert into public.conversation_sessions (id) values ($1)", [session]);
  await appended(session, "root");
  const blocker = await server.admin.connect();
  try {
    await blocker.query("begin");
    await blocker.query(
      `insert into public.conversation_sessions (id, user_id)
       values (private.session_id_of_key($1, 'key'), $2)`,
      [session, user],
    );
    const forked = server.select(
      "select id from public.fork_session($1, p_idempotency_key => 'key')",
      [session],
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.select("update public.conversation_sessions set user_id = $2 where id = $1", [
      session,
      user,
    ]);
    await blocker.query("rollback");
    const [fork] = await forked;
    const strays = await server.select(
      `select from public.conversation_messages as m
       join public.conversation_sessions as s on s.id = m.session_id
       where s.id = $1 and m.user_id is distinct from s.user_id`,
      [fork?.["id"]],
    );
    assert.equal(strays.length, 0);
  } finally {
    blocker.release();
  }
});

test(
  "an erasure goes through, whatever is asked about the person meanwhile",
  { timeout },
  async () => {
    // Each holds something that the erasure wants, and waits for what it has deleted by then.
    const asked: [string, ...("user" | "session")[]][] = [
      ["select public.reserve_budget($1, 0.01)", "session"],
      ["select public.read_session_as_admin($1, 'a case of support')", "session"],
      ["select public.set_legal_hold('Case 4711', p_user_id => $1)", "user"],
      ["select public.export_user_data(p_user_id => $1)", "user"],
      ["select public.make_log_partitions(5)"],
    ];
    for (const [call, ...names] of asked) {
      const user = await server.makeUser();
      const [blocked, session] = [await server.makeSession(user), await server.makeSession(user)];
      const blocker = await server.admin.connect();
      try {
        await blocker.query("begin");
        await blocker.query("select from public.conversation_sessions where id = $1 for update", [
          blocked,
        ]);
        const erased = server.select("select public.erase_user_data($1)", [user]);
        await sleep(200);
        const values = { user, session };
        const answered = server.select(call, names.map((name) => values[name])).catch(refusal);
        // The one that waits longest looks for a deadlock first.
        await sleep(1300);
        await blocker.query("commit");
        const [[erasure]] = await Promise.all([erased, answered]);
        const left = await server.select(
          `select from auth.users as u
         where u.id = $1 and not exists (select from public.legal_holds as h where h.user_id = u.id)`,
          [user],
        );
        assert.deepEqual(left, [], `${call}: ${JSON.stringify(erasure)}`);
      } finally {
        blocker.release();
      }
    }
  },
);
