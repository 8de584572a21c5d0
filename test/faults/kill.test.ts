import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { describeServer } from "../../bench/machine.ts";
import { refusal, seeded, Server, UserConnection } from "../server/support.ts";
import { assertBook, assertExact, assertGapFree, compare, isStored } from "./exact.ts";
import { makeHomes } from "./homes.ts";
import { type Killable, startKillable } from "./killable.ts";
import {
  Book,
  connectAgain,
  type Home,
  Load,
  type Select,
  type Unanswered,
  Writer,
} from "./load.ts";
import { killRounds } from "./options.ts";
import { record } from "./record.ts";

const writersWanted = 12;
const random = seeded("kill");
let cluster: Killable;
let server: Server;
let homes: Home[];
let writers: Writer[];
let sessions: string[];
const book = new Book();
const select: Select = (sql, values) => cluster.select(sql, values);

before(async () => {
  cluster = await startKillable();
  const { dbUrl, adminUrl, authenticatorUrl } = cluster.database;
  server = new Server(
    { dbUrl, adminUrl, authenticatorUrl, hasVector: false },
    () => Promise.resolve(),
  );
  homes = await makeHomes(server, { users: 4, writersEach: 3 });
  writers = homes.map((home) => new Writer(home, random, book));
  sessions = [...new Set(homes.flatMap((home) => [home.shared, home.branchy, home.streamed]))];
}, { timeout: 120_000 });
after(async () => {
  await server?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

interface Cut {
  /** Writers that were there when it was cut. */
  writers: number;
  afterMs: number;
  unanswered: Unanswered[];
  recoveryMs: number;
}

/** Load until a moment that nobody chose, then kill -9 of all processes, then a new start. */
async function cut(): Promise<Cut> {
  const load = new Load(cluster.database.authenticatorUrl, writers);
  await load.start();
  const afterMs = 100 + random.int(1900);
  let isOver = false;
  // As the schedule would, so that some are killed while the ledger is merged.
  const upkeep = (async () => {
    while (!isOver) {
      await select("select public.merge_usage()").catch(() => undefined);
      await sleep(20 + random.int(100));
    }
  })();
  await sleep(afterMs);
  const [row] = await select(
    `select count(*)::int as n from pg_stat_activity
     where usename = 'authenticator' and backend_type = 'client backend'`,
  );
  isOver = true;
  // In every other round the clients are gone first, and what is committed after that has no answer.
  if (random.int(2) === 0) load.cutOff();
  await cluster.kill();
  await upkeep;
  const unanswered = await load.ended();
  const killed = performance.now();
  await cluster.restart();
  return {
    writers: Number(row?.["n"]),
    afterMs,
    unanswered,
    recoveryMs: Math.round(performance.now() - killed),
  };
}

/** What a client does that got no answer: the same call with the same ids. */
async function sendAgain({ writer, call }: Unanswered, wasStored: boolean): Promise<void> {
  const client = await connectAgain(cluster.database.authenticatorUrl);
  try {
    await new UserConnection(client, writer.user, call.role).query(call.sql, call.values);
    assert.ok(!call.grows || !wasStored, "a delta was taken twice");
  } catch (error) {
    // A delta alone says so when it is there; begin_message tells which one comes next.
    assert.ok(call.grows && wasStored, `${call.what}: ${String(error)}`);
    assert.equal(refusal(error).detail, "DELTA_OUT_OF_SEQUENCE");
  } finally {
    await client.end();
  }
  writer.done(call);
}

/** Holds the store to what it acknowledged, sends again what it did not, and holds it to that; gives how many were stored. */
async function settle(unanswered: readonly Unanswered[]): Promise<number> {
  const again: [Unanswered, boolean][] = [];
  for (const one of unanswered) {
    const wasStored = await isStored(select, book, one.call);
    if (wasStored) book.enter(one.call);
    again.push([one, wasStored]);
  }
  // Before anybody tries again: all that was acknowledged, and of the rest what was found whole.
  await assertBook(select, book, sessions);
  await assertExact(select);
  for (const [one, wasStored] of random.shuffle(again)) await sendAgain(one, wasStored);
  await assertBook(select, book, sessions);
  await assertExact(select);
  await assertGapFree(select, homes.flatMap(({ shared, streamed }) => [shared, streamed]));
  return again.filter(([, wasStored]) => wasStored).length;
}

test(
  `kill -9 of the whole server under load, ${killRounds} rounds: nothing lost, nothing halved, nothing doubled`,
  {
    timeout: 120_000 + killRounds * 20_000,
  },
  async () => {
    const { version, settings } = await describeServer(cluster.database.adminUrl);
    assert.deepEqual([settings["fsync"], settings["synchronous_commit"]], ["on", "on"]);
    const cuts: (Omit<Cut, "unanswered"> & { unanswered: number; stored: number })[] = [];
    const kinds: Record<string, number> = {};
    let tries = 0;
    while (cuts.length < killRounds) {
      assert.ok(++tries <= 2 * killRounds + 3, "rounds without a request under way do not count");
      const { unanswered, ...found } = await cut();
      for (const { call } of unanswered) kinds[call.what] = (kinds[call.what] ?? 0) + 1;
      const stored = await settle(unanswered);
      if (found.writers >= 8 && unanswered.length > 0) {
        cuts.push({ ...found, unanswered: unanswered.length, stored });
      }
    }
    const sum = (of: (one: typeof cuts[number]) => number) =>
      cuts.reduce((n, one) => n + of(one), 0);
    const acknowledged = Object.values(book.acknowledged).reduce((a, b) => a + b, 0);
    console.log(
      `# ${cuts.length} rounds of ${writersWanted} writers (${
        tries - cuts.length
      } more did not count): ` +
        `${acknowledged} calls acknowledged, ${
          sum((one) => one.unanswered)
        } under way when it was cut, ` +
        `${sum((one) => one.stored)} of them stored; ${book.messages.size} messages`,
    );
    console.log(`# ${JSON.stringify(kinds)}`);
    await record(process.env["TURNBASE_KILL_SCRIPT"] ? "kill-other" : "kill", {
      server: version,
      settings,
      rounds: cuts.length,
      roundsNotCounted: tries - cuts.length,
      writers: writersWanted,
      acknowledged: book.acknowledged,
      messages: book.messages.size,
      unanswered: kinds,
      cuts,
      lost: 0,
      halved: 0,
      doubled: 0,
    });
  },
);

test(
  "the comparison sees a message that is lost, one too many, half a call and a text that is cut",
  {
    timeout: 60_000,
  },
  async () => {
    const home = homes[0];
    assert.ok(home);
    const [victim] = [...book.messages.values()].filter(({ session }) => session === home.shared);
    assert.ok(victim);
    const client = await connectAgain(cluster.database.adminUrl);
    const asked: Select = async (sql, values = []) =>
      (await client.query<Record<string, unknown>>(sql, [...values])).rows;
    const damages: [string, string, RegExp][] = [
      [
        "lost",
        `delete from public.conversation_messages where id = '${victim.id}'`,
        /missing|places/,
      ],
      [
        "one too many",
        `set local session_replication_role = origin;
       insert into public.conversation_messages (session_id, role, content)
       values ('${home.shared}', 'user', 'nobody sent it')`,
        /unknown/,
      ],
      [
        "cut",
        `update public.conversation_messages set content = left(content, 3) where id = '${victim.id}'`,
        /changed/,
      ],
      [
        "a counter",
        `update public.conversation_sessions set total_tokens = total_tokens + 1 where id = '${home.shared}'`,
        /counters/,
      ],
      [
        "a number",
        `update public.conversation_sessions set last_sequence = last_sequence + 1 where id = '${home.shared}'`,
        /sequence numbers/,
      ],
      [
        "the ledger",
        "select public.merge_usage(); update private.usage_rollups set requests = requests + 1",
        /usage/,
      ],
    ];
    try {
      for (const [name, damage, what] of damages) {
        await client.query("begin");
        await client.query("set local session_replication_role = replica");
        await client.query(damage);
        await assert.rejects(
          async () => {
            await assertBook(asked, book, sessions);
            await assertExact(asked);
            await assertGapFree(asked, homes.map(({ shared }) => shared));
          },
          (error) => what.test(String(error)) || what.test(JSON.stringify(error)),
          name,
        );
        await client.query("rollback");
      }
      const [first, second] = [...book.messages.values()];
      assert.ok(first && second);
      const half = {
        what: "log_turn",
        role: "authenticated" as const,
        sql: "",
        values: [],
        adds: [first, { ...second, id: random.uuid() }],
      };
      await assert.rejects(isStored(asked, book, half), /by half/);
    } finally {
      await client.end();
    }
  },
);

// The last one: it takes from the server what it owes.
test("without synchronous_commit the same rounds lose what was acknowledged, whole calls of it", {
  timeout: 120_000,
}, async () => {
  await cluster.select("alter role authenticator set synchronous_commit = off");
  let lost = 0;
  for (let tries = 0; lost === 0 && tries < 6; tries++) {
    const { unanswered } = await cut();
    lost = (await compare(select, book, sessions)).missing.length;
    if (lost === 0) await settle(unanswered);
  }
  console.log(`# ${lost} acknowledged messages lost`);
  assert.ok(lost > 0, "nothing was lost: the rounds would not see it");
  await assertExact(select);
});
