import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { Cluster, until } from "../server/cluster.ts";
import { insertMessage, refusal, seeded, Server, UserConnection } from "../server/support.ts";
import { Disk } from "./disk.ts";
import { assertExact, assertGapFree } from "./exact.ts";
import { assertClear, Hammer, type Way } from "./hammer.ts";
import { connect, drop, isCut, type Select } from "./load.ts";
import { outages } from "./options.ts";
import { record } from "./record.ts";
import { Site } from "./site.ts";

const timeout = 120_000;
const random = seeded("outages");
let disk: Disk | string;
let cluster: Cluster;
let server: Server;
let site: Site;
let hammer: Hammer;
const select: Select = (sql, values) => cluster.select(sql, values);

interface Fault {
  fault: string;
  times: number;
  turns?: number;
  answers: Record<string, number>;
}
const faults: Fault[] = [];

function note(fault: Fault): void {
  faults.push(fault);
  console.log(
    `# ${fault.fault}, ${fault.times} times: ${fault.turns ?? 0} turns, ${
      JSON.stringify(fault.answers)
    }`,
  );
}

before(async () => {
  disk = await Disk.make(3000);
  cluster = await Cluster.start(typeof disk === "string" ? {} : { within: disk.folder });
  const { dbUrl, adminUrl, authenticatorUrl } = cluster.database;
  server = new Server(
    { dbUrl, adminUrl, authenticatorUrl, hasVector: false },
    () => Promise.resolve(),
  );
  // Of those who speak SQL here, and wait for each other.
  await select("alter role authenticator set statement_timeout = '60s'");
  await select("alter role authenticator set lock_timeout = '60s'");
  site = await Site.open(cluster);
  hammer = await Hammer.make(site, server, select);
}, { timeout });
after(async () => {
  await site?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
  if (disk instanceof Disk) disk[Symbol.dispose]();
});

test("clients that drop in the middle of a transaction leave nothing, and nobody waits for them", {
  timeout,
}, async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  const kept: string[] = [];
  const drops = 24;
  await Promise.all(Array.from({ length: 8 }, async (_, nth) => {
    for (let k = 0; k < drops / 8; k++) {
      const client = await connect(cluster.database.authenticatorUrl);
      const caller = new UserConnection(client, user);
      await caller.begin();
      const batch = Array.from({ length: 1 + random.int(60) }, () => ({
        id: random.uuid(),
        role: "user",
        content: "lost",
        tokens_used: 1,
      }));
      const writing = client.query("select from public.append_messages($1, $2)", [
        session,
        JSON.stringify(batch),
      ]).then(() => undefined, (error: unknown) => error);
      // Some in the middle of the statement, some behind it, before the commit.
      if (nth % 2 === 0) await sleep(random.int(20));
      else await writing;
      drop(client);
      const met = await writing;
      assert.ok(met === undefined || isCut(met), String(met));
      const id = random.uuid();
      await server.as(
        user,
        1,
        ([one]) => one.query(insertMessage, [id, session, "user", "kept", 1, "0"]),
      );
      kept.push(id);
    }
  }));
  await until("no transaction of theirs is left", async () =>
    (await select(
      `select from pg_stat_activity where usename = 'authenticator' and state like 'idle in transaction%'`,
    )).length === 0);
  const rows = await select(
    "select id from public.conversation_messages where session_id = $1",
    [session],
  );
  assert.deepEqual(rows.map(({ id }) => String(id)).sort(), kept.sort());
  await assertGapFree(select, [session]);
  await assertExact(select);
  note({ fault: "a client drops in the middle of a transaction", times: drops, answers: {} });
});

test(
  "clients over HTTP that hang up find their turn whole or not at all, and once when they come again",
  {
    timeout,
  },
  async () => {
    const user = await server.makeUser();
    const session = await server.makeSession(user);
    const token = await site.tokenOf(user);
    const turns = Array.from({ length: 40 }, () => random.uuid());
    let stored = 0;
    for (const turn of turns) {
      await sendTurn("PostgREST", token, session, turn, AbortSignal.timeout(1 + random.int(12)));
      const halves = await select(
        "select from public.conversation_messages where session_id = $1 and id = $2",
        [session, turn],
      );
      stored += halves.length;
      assert.equal((await sendTurn("PostgREST", token, session, turn)).status, 200);
    }
    const [counted] = await select(
      `select count(*)::int as messages, count(distinct id) filter (where role = 'user')::int as turns
     from public.conversation_messages where session_id = $1`,
      [session],
    );
    assert.deepEqual(counted, { messages: 2 * turns.length, turns: turns.length });
    await assertGapFree(select, [session]);
    note({
      fault: "a client hangs up before the answer",
      times: turns.length,
      turns: turns.length,
      answers: { "stored all the same, or by then": stored },
    });
  },
);

/** What waits for a session that somebody else holds. */
async function holding(session: string, use: () => Promise<void>): Promise<void> {
  const holder = await connect(cluster.database.adminUrl);
  try {
    await holder.query("begin");
    await holder.query("select from public.conversation_sessions where id = $1 for update", [
      session,
    ]);
    await use();
    await holder.query("rollback");
  } finally {
    await holder.end();
  }
}

/** A turn whose answer nobody has seen yet. */
function sendTurn(
  way: Way,
  token: string,
  session: string,
  turn = random.uuid(),
  signal?: AbortSignal,
) {
  return way === "PostgREST"
    ? site.post("/rest/v1/rpc/log_turn?select=id", token, {
      p_session_id: session,
      p_turn_id: turn,
      p_user_message: "asks",
      p_assistant_message: "answers",
    }, signal)
    : site.post("/functions/v1/chat-log", token, {
      turnId: turn,
      sessionId: session,
      userMessage: "asks",
      aiResponse: "answers",
    }, signal);
}

for (
  const [what, code, setting] of [
    ["lock timeout", "55P03", "lock_timeout"],
    ["statement timeout", "57014", "statement_timeout"],
  ] as const
) {
  test(
    `${what}: the caller is told, nothing of the call is there, and it goes through afterwards`,
    {
      timeout,
    },
    async () => {
      const user = await server.makeUser();
      const session = await server.makeSession(user);
      const token = await site.tokenOf(user);
      const turn = random.uuid();
      const answers: Record<string, number> = {};
      // PostgREST reads it when it starts.
      await select(`alter role authenticated set ${setting} = '300ms'`);
      await site.restartPostgrest();
      await holding(session, async () => {
        for (const way of ["PostgREST", "chat-log"] as const) {
          const answer = await sendTurn(way, token, session, turn);
          assertClear(answer);
          assert.equal(answer.code, way === "PostgREST" ? code : "UNAVAILABLE", answer.message);
          answers[`${answer.status} ${answer.code}`] = 1;
        }
        const client = await connect(cluster.database.authenticatorUrl);
        await new UserConnection(client, user).begin();
        await client.query(`set local ${setting} = '300ms'`);
        await assert.rejects(
          client.query(insertMessage, [random.uuid(), session, "user", "late", 1, "0"]),
          (error) => refusal(error).code === code,
        );
        await client.end();
      });
      assert.deepEqual(
        await select("select from public.conversation_messages where session_id = $1", [session]),
        [],
      );
      for (const way of ["PostgREST", "PostgREST", "chat-log"] as const) {
        const again = await sendTurn(
          way,
          token,
          session,
          way === "PostgREST" ? turn : random.uuid(),
        );
        assert.equal(again.status, 200, `${again.code} ${again.message}`);
      }
      // In the middle of its work, not while it waits.
      if (code === "57014") {
        const client = await connect(cluster.database.authenticatorUrl);
        const one = new UserConnection(client, user);
        let cancelled = 0;
        for (let ms = 2; ms <= 40; ms += 2) {
          await one.begin();
          await client.query(`set local statement_timeout = ${ms}`);
          const batch = Array.from({ length: 400 }, () => ({ role: "user", content: "cut short" }));
          try {
            await client.query("select from public.append_messages($1, $2)", [
              session,
              JSON.stringify(batch),
            ]);
          } catch (error) {
            assert.equal(refusal(error).code, "57014");
            cancelled += 1;
          }
          await client.query("rollback");
        }
        await client.end();
        assert.ok(cancelled > 3, `${cancelled} were cancelled`);
        answers["57014 in the middle of 400 messages"] = cancelled;
      }
      await assertGapFree(select, [session]);
      await assertExact(select);
      // As the bootstrap left it.
      await select(`alter role authenticated reset lock_timeout`);
      await select(`alter role authenticated set statement_timeout = '8s'`);
      await site.restartPostgrest();
      note({ fault: what, times: Object.values(answers).reduce((a, b) => a + b, 1), answers });
    },
  );
}

test(
  "too many connections: 53300 and 503, and on it goes when there are fewer",
  { timeout },
  async () => {
    const others: pg.Client[] = [];
    const answers: Record<string, number> = {};
    const [before] = await select("select count(*)::int as n from public.conversation_messages");
    const user = await server.makeUser();
    const session = await server.makeSession(user);
    const token = await site.tokenOf(user);
    try {
      // A superuser still gets in.
      for (let refused: string | undefined; refused === undefined;) {
        try {
          others.push(await connect(cluster.database.authenticatorUrl));
          assert.ok(others.length < 1000, "no end of connections");
        } catch (error) {
          refused = refusal(error).code;
          assert.equal(refused, "53300");
          answers["53300"] = 1;
        }
      }
      // PostgREST loses what it has, until somebody else is quicker.
      for (let theirs: unknown = 1; theirs !== 0;) {
        await select(
          `select pg_terminate_backend(pid) from pg_stat_activity
         where usename = 'authenticator' and application_name like 'PostgREST%'`,
        );
        for (let isFull = false; !isFull;) {
          try {
            others.push(await connect(cluster.database.authenticatorUrl));
          } catch {
            isFull = true;
          }
        }
        const [found] = await select(
          `select count(*)::int as n from pg_stat_activity
         where usename = 'authenticator' and application_name like 'PostgREST%'`,
        );
        theirs = found?.["n"];
      }
      for (const way of ["PostgREST", "chat-log"] as const) {
        const answer = await sendTurn(way, token, session);
        assertClear(answer);
        assert.equal(answer.status, 503, `${way}: ${answer.code} ${answer.message}`);
        answers[`${answer.status} ${answer.code}`] = 1;
      }
    } finally {
      await Promise.all(others.map((client) => client.end()));
    }
    const [during] = await select("select count(*)::int as n from public.conversation_messages");
    assert.deepEqual(during, before);
    const { turns, answers: since } = await hammer.run("PostgREST", () => sleep(500));
    note({
      fault: "too many connections",
      times: others.length,
      turns,
      answers: { ...since, ...answers },
    });
  },
);

for (
  const [what, way, strike] of [
    ["PostgREST is killed and started again", "PostgREST", async () => {
      site.killPostgrest();
      await sleep(100 + random.int(300));
      await site.restartPostgrest();
    }],
    ["PostgREST is killed under the functions", "chat-log", async () => {
      site.killPostgrest();
      await sleep(100 + random.int(300));
      await site.restartPostgrest();
    }],
    ["the process of a function is killed", "chat-log", () => {
      assert.ok(site.killFunction("chat-log"));
      return Promise.resolve();
    }],
    ["the whole database is killed under PostgREST", "PostgREST", async () => {
      await cluster.kill();
      await cluster.restart();
    }],
  ] as [string, Way, () => Promise<void>][]
) {
  test(`${what}: 5xx with words, and every turn is there once`, { timeout }, async () => {
    const { turns, answers } = await hammer.run(way, async (seen) => {
      for (let k = 0; k < outages; k++) {
        const enough = (seen["200"] ?? 0) + 20;
        await until("turns go through", () => Promise.resolve((seen["200"] ?? 0) >= enough));
        await sleep(random.int(200));
        await strike();
      }
    });
    const failed = Object.entries(answers).filter(([name]) => name !== "200");
    assert.ok(failed.length > 0, "nobody noticed");
    assert.equal(answers["no answer"], undefined, "the gateway stands, and says so");
    note({ fault: what, times: outages, turns, answers });
  });
}

test(
  "no room for the table of messages: 53100, nothing half-written, and on it goes when there is room",
  {
    timeout,
  },
  async (t) => {
    const small = await Disk.make(200);
    if (typeof small === "string") return t.skip(small);
    try {
      await select(`create tablespace small location '${small.folder}'`);
      await select("alter table public.conversation_messages set tablespace small");
      const { turns, answers } = await hammer.run("PostgREST", async (seen) => {
        small.fill(2 ** 17);
        await until("clients are told that the disk is full", () => Promise.resolve(isTold(seen)));
        await sleep(500);
        small.makeRoom();
        await sleep(300);
      }, randomText(4000));
      note({ fault: "no room for the table of messages", times: 1, turns, answers });
      await select("alter table public.conversation_messages set tablespace pg_default");
      await select("checkpoint");
      await select("drop tablespace small");
    } finally {
      small[Symbol.dispose]();
    }
  },
);

test("no room on the server's disk, its log included: every turn that was acknowledged is there", {
  timeout,
}, async (t) => {
  if (typeof disk === "string") return t.skip(disk);
  const full = disk;
  let hasCrashed = false;
  const { turns, answers } = await hammer.run("PostgREST", async () => {
    await sleep(300);
    full.fill(2 ** 17);
    await sleep(2500);
    // The log asks for its next piece.
    for (let k = 0; k < 3; k++) await select("select pg_switch_wal()").catch(() => undefined);
    await sleep(1500);
    full.makeRoom();
    try {
      await (await connect(cluster.database.adminUrl)).end();
    } catch {
      hasCrashed = true;
      await cluster.restart();
    }
    await site.restartPostgrest();
  }, randomText(4000));
  const failed = Object.entries(answers).filter(([name]) => name !== "200");
  assert.ok(failed.length > 0, "nobody noticed");
  note({
    fault: hasCrashed
      ? "no room on the server's disk; the server went down"
      : "no room on the server's disk",
    times: 1,
    turns,
    answers,
  });
});

test("what was done is kept", async () => {
  assert.ok(faults.length >= 9, "some of it was not done");
  await record("outages", { faults });
});

function isTold(answers: Readonly<Record<string, number>>): boolean {
  return Object.keys(answers).some((name) => name.includes("53100"));
}

/** That no compression makes small. */
function randomText(length: number): string {
  let text = "";
  while (text.length < length) text += randomUUID();
  return text;
}
