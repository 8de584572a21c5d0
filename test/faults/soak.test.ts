import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import {
  describeCheckout,
  describeMachine,
  describeServer,
  loadOfMachine,
  machineName,
} from "../../bench/machine.ts";
import { soakPicture } from "../../bench/report/soak.ts";
import { growthOf, type Sample, type Soak } from "../../bench/soak.ts";
import { percentile } from "../../bench/stats.ts";
import { root } from "../../local/paths.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { poolOf } from "../server/cluster.ts";
import { seeded } from "../server/support.ts";
import { assertExact } from "./exact.ts";
import type { Select } from "./load.ts";
import { soakSeconds } from "./options.ts";
import { folderOf } from "./record.ts";
import { memoryNow } from "./sampler.ts";
import { Chatter, type Outcome } from "./traffic.ts";

const users = 50;
const everySeconds = Math.max(2, soakSeconds / 60);
const random = seeded("soak");
const loadBefore = loadOfMachine();
let folder: string;
let stack: Stack;
let admin: pg.Pool;
const select: Select = async (sql, values = []) =>
  (await admin.query<Record<string, unknown>>(sql, [...values])).rows;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "turnbase-soak-"));
  await chmod(folder, 0o755);
  stack = await startStack({
    engine: "native",
    dataDir: join(folder, "data"),
    apiPort: 0,
    dbPort: 0,
  });
  admin = poolOf(stack.database.adminUrl, 2);
}, { timeout: 120_000 });
after(async () => {
  await admin?.end();
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

const inMs = (value: number) => Number(value.toFixed(1));

function describe(times: readonly number[]) {
  return {
    p50: inMs(percentile(times, 0.5)),
    p95: inMs(percentile(times, 0.95)),
    p99: inMs(percentile(times, 0.99)),
  };
}

test(
  `${users} users over HTTP for ${soakSeconds} seconds: no error but those that are provoked, memory levels out, all is counted`,
  {
    timeout: 180_000 + soakSeconds * 1500,
  },
  async () => {
    const outcomes: Outcome[] = [];
    const errors: string[] = [];
    const report = (outcome: Outcome) => {
      outcomes.push(outcome);
      if (outcome.refused) errors.push(`${outcome.what}: ${outcome.refused}`);
    };
    const chatters = Array.from({ length: users }, () => new Chatter(stack, random, report));
    for (let at = 0; at < users; at += 5) {
      await Promise.all(chatters.slice(at, at + 5).map((one) => one.signUp()));
    }
    await select(
      `insert into public.budgets (user_id, period, hard_limit_usd)
     select distinct user_id, 'day'::public.budget_period, 1000
     from public.conversation_sessions where user_id is not null`,
    );

    const samples: Sample[] = [];
    const began = performance.now();
    const elapsed = () => (performance.now() - began) / 1000;
    let isOver = false;
    const chatting = Promise.all(chatters.map((one) => one.chat(() => isOver)));
    // Whoever fails ends it.
    const failed = chatting.then(() => undefined, (error: unknown) => error);
    // As the schedule would.
    const upkeep = (async () => {
      for (let second = 1; !isOver; second++) {
        await sleep(1000);
        if (second % 30 === 0) {
          await select(
            "select public.merge_usage(), public.index_messages(), public.interrupt_stale_messages()",
          );
        }
      }
    })();
    for (let seen = outcomes.length, last = 0; elapsed() < soakSeconds;) {
      const cause = await Promise.race([sleep(everySeconds * 1000), failed]);
      if (cause !== undefined) throw cause;
      const [size] = await select("select pg_database_size(current_database()) / 1048576 as mb");
      const now = elapsed();
      const stretch = outcomes.slice(seen);
      const times = stretch.map(({ ms }) => ms);
      samples.push({
        at: Math.round(now),
        requests: stretch.length,
        perSecond: inMs(stretch.length / (now - last)),
        errors: stretch.filter(({ refused }) => refused).length,
        provoked: stretch.filter(({ what }) => what.startsWith("refused: ")).length,
        ...describe(times.length > 0 ? times : [0]),
        databaseMb: Number(size?.["mb"]),
        memory: memoryNow(),
      });
      seen += stretch.length;
      last = now;
    }
    isOver = true;
    await Promise.all([chatting, upkeep]);

    const calls: Soak["calls"] = {};
    const provoked: Soak["provoked"] = {};
    for (const what of [...new Set(outcomes.map((one) => one.what))].sort()) {
      const times = outcomes.filter((one) => one.what === what).map(({ ms }) => ms);
      if (what.startsWith("refused: ")) provoked[what.slice(9)] = times.length;
      else {calls[what] = {
          calls: times.length,
          ...describe(times),
          most: inMs(Math.max(...times)),
        };}
    }
    const [count] = await select("select count(*)::int as n from public.conversation_messages");
    const machine = describeMachine();
    const found: Soak = {
      at: new Date().toISOString(),
      checkout: await describeCheckout(root),
      machine,
      load: { before: loadBefore, after: loadOfMachine() },
      server: await describeServer(stack.database.adminUrl),
      seconds: soakSeconds,
      users,
      samples,
      calls,
      provoked,
      errors: errors.slice(0, 20),
      messages: Number(count?.["n"]),
      growth: growthOf(samples),
    };
    const out = folderOf("soak");
    await mkdir(out, { recursive: true });
    await writeFile(
      join(out, `${found.at.slice(0, 10)}-${machineName(machine)}.json`),
      `${JSON.stringify(found, null, 1)}\n`,
    );
    await writeFile(join(out, "soak.svg"), soakPicture(found));
    const all = describe(outcomes.map(({ ms }) => ms));
    console.log(
      `# ${outcomes.length} requests by ${users} users, ${
        Object.values(provoked).reduce((a, b) => a + b, 0)
      } ` +
        `refused on purpose, ${errors.length} errors; p50 ${all.p50} ms, p95 ${all.p95} ms, p99 ${all.p99} ms`,
    );
    console.log(`# ${JSON.stringify(found.growth)}`);

    assert.deepEqual(found.errors, []);
    assert.ok(outcomes.length > users * soakSeconds / 4, "that was no load");
    assert.ok(Object.keys(provoked).length >= 3, "nothing was provoked");
    await assertExact(select);
    // A minute is too short to tell growth from a start.
    for (const { program, growthMb, allowedMb } of soakSeconds >= 300 ? found.growth : []) {
      assert.ok(growthMb <= allowedMb, `${program} grew by ${growthMb} MB in the second half`);
    }
  },
);
