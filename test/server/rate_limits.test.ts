import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { openTestServer, refusal, type Server } from "./support.ts";

const timeout = 120_000;
const callers = 16;
let server: Server;
/** Superusers, who act as service_role and can look at the counts before they commit. */
let pool: pg.Pool;

before(async () => {
  server = await openTestServer();
  pool = new pg.Pool({ connectionString: server.urls.adminUrl, max: callers });
});
after(async () => {
  await pool.end();
  await server[Symbol.asyncDispose]();
});

/** A transaction on a connection of its own, as service_role. */
async function asService<T>(use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("set local role service_role");
    const result = await use(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}

/** Early enough in a minute that what follows ends in it. */
async function untilRoom(seconds: number): Promise<void> {
  const [row] = await server.select(
    "select 60 - extract(second from clock_timestamp())::float8 as left",
  );
  const left = Number(row?.["left"]);
  if (left < seconds) await sleep(left * 1000 + 50);
}

test("a clean-up waits for nobody who is being counted", { timeout }, async () => {
  const keys = [randomUUID(), randomUUID()];
  const ended = "now() - interval '1 minute'";
  await server.select(
    `insert into private.rate_limits (key_hash, window_start, window_end, calls)
     select sha256(convert_to(k, 'UTF8')), ${ended}, ${ended}, 1 from unnest($1::text[]) as k`,
    [keys],
  );
  const left = async () => {
    const [row] = await server.select(
      `select count(*)::int as n from private.rate_limits
       where key_hash in (select sha256(convert_to(k, 'UTF8')) from unnest($1::text[]) as k)`,
      [keys],
    );
    return row?.["n"];
  };
  await asService(async (caller) => {
    await caller.query("select public.take_rate_limit($1, 2)", [keys[0]]);
    await asService(async (cleaner) => {
      await cleaner.query("set local lock_timeout = '2s'");
      await cleaner.query("select public.cleanup_visitor_sessions()");
    });
    assert.equal(await left(), 1);
  });
  assert.equal(await left(), 1);
});

test(
  "take_rate_limit: 16 callers at once, and in each window exactly the limit gets through",
  { timeout },
  async () => {
    const limit = 37;
    const key = randomUUID();
    const allowed = new Map<string, number>();
    let refused = 0;
    const end = Date.now() + 5500;
    await Promise.all(Array.from({ length: callers }, async () => {
      while (Date.now() < end) {
        await asService(async (client) => {
          const { rows: [taken] } = await client.query<{ ok: boolean }>(
            "select public.take_rate_limit($1, $2, 1) as ok",
            [key, limit],
          );
          if (!taken?.ok) {
            refused += 1;
            return;
          }
          // Our own, not yet committed, and locked: the window that this call was counted in.
          await client.query("reset role");
          const { rows: [window] } = await client.query<{ start: string }>(
            `select window_start::text as start from private.rate_limits
             where key_hash = sha256(convert_to($1, 'UTF8'))`,
            [key],
          );
          const start = window?.start ?? "";
          allowed.set(start, (allowed.get(start) ?? 0) + 1);
        });
      }
    }));
    const windows = [...allowed].sort(([one], [other]) => one.localeCompare(other));
    console.log(`# ${windows.map(([, n]) => n).join(", ")} let through, ${refused} refused`);
    assert.ok(windows.length >= 5, `${windows.length} windows`);
    for (const [start, n] of windows) assert.ok(n <= limit, `${n} in ${start}`);
    // The first and the last may have been cut.
    for (const [start, n] of windows.slice(1, -1)) assert.equal(n, limit, start);
    assert.ok(refused > limit);
  },
);

test(
  "log_chat_turns: 16 callers of one address store exactly the limit, and failures take none",
  { timeout },
  async () => {
    const limit = 100;
    const secret = randomBytes(32).toString("base64url");
    const token = randomUUID();
    await asService((client) =>
      client.query("select public.start_visitor_session($1, $2)", [token, secret])
    );
    await untilRoom(25);
    const key = randomUUID();
    let stored = 0;
    let limited = 0;
    const write = async (turns: Record<string, unknown>[]): Promise<string> => {
      try {
        const { rows } = await asService((client) =>
          client.query<{ status: number }>(
            "select * from public.log_chat_turns($1, $2, $3, $4)",
            [JSON.stringify(turns), secret, key, limit],
          )
        );
        stored += rows.filter(({ status }) => status === 200).length;
        return "stored";
      } catch (error) {
        return refusal(error).detail ?? "";
      }
    };
    const turn = (session_token: string = token) => ({
      turn_id: randomUUID(),
      session_token,
      user_message: "hello",
      ai_response: "hi",
    });
    await Promise.all(Array.from({ length: callers }, async (_, caller) => {
      for (let at = 0; at < 25; at++) {
        // Of a call that fails, nothing is left, and no count either.
        if (at % 5 === 0) {
          const failed = await write([turn("nobody's")]);
          assert.ok(["SESSION_NOT_FOUND", "RATE_LIMITED"].includes(failed), failed);
        }
        const size = caller % 2 === 0 ? 1 : 3;
        const answer = await write(Array.from({ length: size }, () => turn()));
        assert.ok(["stored", "RATE_LIMITED"].includes(answer), answer);
        if (answer === "RATE_LIMITED") limited += 1;
      }
    }));
    const [rows] = await server.select(
      `select count(*)::int as n from public.conversation_messages as m
       join public.session_clients as c using (session_id)
       where c.session_token = $1 and m.role = 'user'`,
      [token],
    );
    assert.equal(stored, limit);
    assert.equal(rows?.["n"], limit);
    assert.ok(limited > 0);
  },
);

test(
  "users are counted by who they are: 16 connections with a key each share one limit",
  { timeout },
  async () => {
    const limit = 40;
    const [ada, eve] = [await server.makeUser(), await server.makeUser()];
    await untilRoom(25);
    for (const user of [ada, eve]) {
      const session = await server.makeSession(user);
      const outcomes = await server.as(
        user,
        callers,
        (users) =>
          Promise.all(users.map(async (connection) => {
            const own: string[] = [];
            for (let at = 0; at < 5; at++) {
              const turn = {
                turn_id: randomUUID(),
                session_id: session,
                user_message: "hello",
                ai_response: "hi",
              };
              const refused = await connection.refused(
                "select public.log_chat_turns(p_turns => $1, p_rate_key => $2, p_rate_limit => $3)",
                [JSON.stringify([turn]), randomUUID(), limit],
              );
              own.push(refused?.detail ?? "stored");
            }
            return own;
          })),
      );
      const all = outcomes.flat();
      assert.equal(all.filter((outcome) => outcome === "stored").length, limit);
      assert.equal(all.filter((outcome) => outcome === "RATE_LIMITED").length, all.length - limit);
    }
  },
);
