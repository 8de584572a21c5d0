import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { refusal, type Role, seeded, Server, UserConnection } from "../server/support.ts";
import { Cluster } from "../server/cluster.ts";
import { assertBook, assertExact, assertGapFree } from "./exact.ts";
import { makeHomes } from "./homes.ts";
import { Book, type Call, connect, type Message, type Select, Writer } from "./load.ts";
import { huntSeconds } from "./options.ts";
import { record } from "./record.ts";

const callsEach = 40;
const hunters = 12;
const random = seeded("isolation");
let cluster: Cluster;
let server: Server;
const select: Select = (sql, values) => cluster.select(sql, values);

before(async () => {
  cluster = await Cluster.start();
  const { dbUrl, adminUrl, authenticatorUrl } = cluster.database;
  server = new Server(
    { dbUrl, adminUrl, authenticatorUrl, hasVector: false },
    () => Promise.resolve(),
  );
  // A second for each deadlock would be most of the time.
  await cluster.select("alter role authenticator set deadlock_timeout = '50ms'");
}, { timeout: 120_000 });
after(async () => {
  await server?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

/** The same transaction until it goes through; how often the server asked for that, and with which code. */
async function insist(
  write: () => Promise<void>,
  undo: () => Promise<unknown>,
  retried: Record<string, number>,
): Promise<number> {
  for (let tries = 1;; tries++) {
    try {
      await write();
      return tries;
    } catch (error) {
      await undo();
      const { code = "", message } = refusal(error);
      assert.ok(["40001", "40P01"].includes(code), `${code} ${message}`);
      assert.ok(tries < 500, "never went through");
      retried[code] = (retried[code] ?? 0) + 1;
      await sleep(random.int(20));
    }
  }
}

for (const isolation of ["read committed", "serializable"] as const) {
  test(`${isolation}: writers of one session that retry what they are told to lose nothing`, {
    timeout: 120_000,
  }, async () => {
    const book = new Book();
    const homes = await makeHomes(server, { users: 2, writersEach: 4 });
    const retried: Record<string, number> = {};
    await Promise.all(homes.map(async (home) => {
      const writer = new Writer(home, random, book);
      const client = await connect(cluster.database.authenticatorUrl);
      try {
        for (let n = 0; n < callsEach; n++) {
          const call = writer.next();
          const caller = new UserConnection(client, home.user, call.role);
          await insist(
            async () => {
              await caller.begin(isolation);
              await client.query(call.sql, [...call.values]);
              await client.query("commit");
            },
            () => client.query("rollback"),
            retried,
          );
          writer.done(call);
        }
      } finally {
        await client.end();
      }
    }));
    console.log(
      `# ${isolation}: ${homes.length * callsEach} calls, retried ${JSON.stringify(retried)}`,
    );
    await assertBook(
      select,
      book,
      homes.flatMap((home) => [home.shared, home.branchy, home.streamed]),
    );
    await assertGapFree(select, homes.flatMap(({ shared, streamed }) => [shared, streamed]));
    await assertExact(select);
    if (isolation === "serializable") assert.ok((retried["40001"] ?? 0) > 0, "nothing raced");
    else assert.deepEqual(retried, {}, "a call alone waits, and never has to be sent again");
    await record(isolation.replace(" ", "-"), {
      writers: homes.length,
      calls: homes.length * callsEach,
      retried,
      acknowledged: book.acknowledged,
    });
  });
}

/** One of the statements over several sessions that only bulk writers send, in an order that nobody chose. */
function bulk(sessions: readonly string[], book: Book): Omit<Call, "role"> {
  const some = random.shuffle(sessions).slice(0, 2 + random.int(2));
  const row = (session: string): Message => ({
    id: random.uuid(),
    session,
    content: `bulk ${random.int(1e9)}`,
    status: "complete",
    isEdited: false,
    runs: 0,
  });
  const old = [...book.messages.values()].filter(({ session }) => sessions.includes(session));
  const ids = random.shuffle(old).slice(0, 1 + random.int(12)).map(({ id }) => id);
  switch (random.int(7)) {
    case 0:
    case 1: {
      const adds = random.shuffle([...some, ...some]).map(row);
      return {
        what: "insert into several sessions",
        sql: `insert into public.conversation_messages (id, session_id, role, content)
          select u.id, u.session, 'user', u.content
          from unnest($1::uuid[], $2::uuid[], $3::text[]) as u (id, session, content)`,
        values: [
          adds.map(({ id }) => id),
          adds.map(({ session }) => session),
          adds.map(({ content }) => content),
        ],
        adds,
      };
    }
    case 2: {
      const session = random.pick(some);
      const adds = Array.from({ length: 2 + random.int(30) }, () => row(session));
      return {
        what: "append_messages",
        sql: "select from public.append_messages($1, $2)",
        values: [
          session,
          JSON.stringify(
            adds.map(({ id, content }) => ({ id, content, role: "user", tokens_used: 3 })),
          ),
        ],
        adds,
      };
    }
    case 3:
      return {
        what: "delete from several sessions",
        sql: "delete from public.conversation_messages where id = any ($1)",
        values: [ids],
        removes: ids,
      };
    case 4:
      return {
        what: "update in several sessions",
        sql: "update public.conversation_messages set mood = 'calm' where id = any ($1)",
        values: [ids],
      };
    case 5:
      return {
        what: "tool executions in several sessions",
        sql: `insert into public.tool_executions (session_id, tool_name, tokens_used)
          select u, 'search', 5 from unnest($1::uuid[]) as u`,
        values: [some],
      };
    default:
      return {
        what: "reserve_budget",
        sql: "select from public.reserve_budget($1, 0.01, $2, 3600)",
        values: [random.pick(some), random.uuid()],
      };
  }
}

async function transact(client: pg.Client, user: string, role: Role, calls: readonly Call[]) {
  await new UserConnection(client, user, role).begin();
  for (const { sql, values } of calls) await client.query(sql, [...values]);
  await client.query("commit");
}

test(
  `${hunters} clients with bulk writes over several sessions: what deadlocks is retried, nothing is half-done`,
  {
    timeout: 240_000,
  },
  async () => {
    const book = new Book();
    const homes = await makeHomes(server, { users: 3, writersEach: 4 });
    const sessions = new Map<string, string[]>();
    for (const { user, shared, branchy } of homes) {
      sessions.set(user, [...new Set([...sessions.get(user) ?? [], shared, branchy])]);
    }
    const all = [...sessions.values()].flat();
    const retried: Record<string, number> = {};
    let [transactions, most] = [0, 0];
    const end = performance.now() + huntSeconds * 1000;
    await Promise.all(homes.map(async ({ user }, nth) => {
      const client = await connect(cluster.database.authenticatorUrl);
      // Servers write to everybody's sessions, users to their own.
      const role: Role = nth % 2 === 0 ? "service_role" : "authenticated";
      const own = role === "service_role" ? all : sessions.get(user) ?? [];
      try {
        while (performance.now() < end) {
          const calls = Array.from(
            { length: 1 + random.int(3) },
            () => ({ role, ...bulk(own, book) }),
          );
          const tries = await insist(
            () => transact(client, user, role, calls),
            () => client.query("rollback"),
            retried,
          );
          for (const call of calls) book.acknowledge(call);
          transactions += 1;
          most = Math.max(most, tries);
        }
      } finally {
        await client.end();
      }
    }));
    console.log(
      `# ${transactions} transactions by ${hunters} clients, ${retried["40P01"] ?? 0} deadlocks, ` +
        `the unluckiest was sent ${most} times`,
    );
    await assertBook(select, book, all);
    await assertExact(select);
    assert.deepEqual(Object.keys(retried), ["40P01"], "a hunt without one catches nothing");
    await record("deadlocks", {
      clients: hunters,
      transactions,
      deadlocks: retried["40P01"],
      mostTries: most,
      acknowledged: book.acknowledged,
    });
  },
);
