import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { openTestServer, refusal, type Server } from "./support.ts";

const timeout = 120_000;
let server: Server;

before(async () => {
  server = await openTestServer();
}, { timeout });
after(() => server[Symbol.asyncDispose]());

/** Gives `use` a connection that acts as the app's server, a transaction a statement unless it begins one. */
async function asService<T>(use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await server.pool.connect();
  try {
    await client.query("set role service_role");
    return await use(client);
  } finally {
    await client.query("rollback; reset role").catch(() => undefined);
    client.release();
  }
}

const insertLog = `
  insert into public.agent_logs (session_id, log_type, details, created_at)
  values ($1, 'trace', jsonb_build_object('run', $2::text), $3)`;

async function countLogs(run: string): Promise<Record<string, unknown>> {
  const [row] = await server.select(
    `select count(*)::int as rows,
       count(*) filter (where tableoid::regclass::text like '%default')::int as waiting
     from public.agent_logs where details ->> 'run' = $1`,
    [run],
  );
  return row ?? {};
}

test("partitions made under writers refuse and lose no row", { timeout }, async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  // Months that have no partition yet, so that every row is at first on its way to the default one.
  const [ahead] = await server.select(
    "select date_trunc('month', now()) + interval '10 months' as at",
  );
  let made = false;
  let written = 0;
  const writers = Array.from({ length: 6 }, () =>
    asService(async (client) => {
      for (let i = 0; !made || i < 50; i++) {
        await client.query(insertLog, [session, "race", ahead?.["at"]]);
        written++;
      }
    }));
  // Sessions come and go meanwhile, and take their logs along.
  const deleter = asService(async (client) => {
    while (!made) {
      const gone = await server.makeSession(user);
      await client.query(insertLog, [gone, "gone", ahead?.["at"]]);
      await client.query("delete from public.conversation_sessions where id = $1", [gone]);
    }
  });
  const makers = [8, 9, 10, 11].map((months) =>
    asService(async (client) => {
      const { rows } = await client.query<{ n: number }>(
        "select public.make_log_partitions($1) as n",
        [months],
      );
      return rows[0]?.n ?? 0;
    })
  );
  const counts = await Promise.all(makers).finally(() => {
    made = true;
  });
  await Promise.all([...writers, deleter]);
  // Months 4 to 11 of two tables, each made by one of the four.
  assert.equal(counts.reduce((sum, n) => sum + n), 16);
  assert.deepEqual(await countLogs("race"), { rows: written, waiting: 0 });
  assert.deepEqual(await countLogs("gone"), { rows: 0, waiting: 0 });
});

test(
  "a cleanup leaves a month that is being read for later, and holds writers up no longer than that",
  { timeout },
  async () => {
    await server.select(
      `select private.make_log_partition(t.name, '2001-01-01')
     from (values ('agent_logs'), ('performance_metrics')) as t (name)`,
    );
    const clean = (client: pg.PoolClient) =>
      client.query<Record<string, unknown>>("select * from public.cleanup_old_logs(7000)");
    await asService(async (reader) => {
      await reader.query("begin");
      await reader.query("select count(*) from public.agent_logs");
      const started = performance.now();
      const cleanup = asService(clean);
      const writes: number[] = [];
      const writer = asService(async (client) => {
        for (let i = 0; i < 20; i++) {
          const began = performance.now();
          await client.query(insertLog, [null, "behind", new Date()]);
          writes.push(performance.now() - began);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      });
      const { rows } = await cleanup;
      const took = performance.now() - started;
      assert.deepEqual(rows, [{ rows_deleted: "0", partitions_dropped: 1, is_complete: false }]);
      assert.ok(took < 8000, `${took} ms`);
      await writer;
      assert.ok(Math.max(...writes) < 4500, `${Math.max(...writes)} ms`);
      await reader.query("commit");
    });
    const { rows } = await asService(clean);
    assert.deepEqual(rows, [{ rows_deleted: "0", partitions_dropped: 1, is_complete: true }]);
  },
);

test("two cleanups at once: one works, the other says so", { timeout }, async () => {
  await asService(async (first) => {
    await first.query("begin");
    await first.query("select public.cleanup_old_logs(7000)");
    const { rows } = await asService((second) =>
      second.query("select * from public.cleanup_old_logs(7000)")
    );
    assert.deepEqual(rows, [{ rows_deleted: "0", partitions_dropped: 0, is_complete: false }]);
    await first.query("rollback");
  });
});

test(
  "whoever makes a partition gives up after a while behind a long transaction",
  { timeout },
  async () => {
    await asService(async (writer) => {
      await writer.query("begin");
      await writer.query(insertLog, [null, "long", new Date()]);
      const error = await asService((maker) => maker.query("select public.make_log_partitions(12)"))
        .then(() => undefined, refusal);
      assert.equal(error?.code, "55P03");
      await writer.query("commit");
    });
    const { rows } = await asService((maker) =>
      maker.query("select public.make_log_partitions(12) as n")
    );
    assert.deepEqual(rows, [{ n: 2 }]);
  },
);
