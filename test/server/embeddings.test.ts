import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import pg from "pg";
import { insertMessage, openTestServer, type Rows, seeded, type Server } from "./support.ts";

const timeout = 120_000;
const random = seeded("embeddings");
let server: Server;
/** The workers' connections: they wait for nobody, so one each is enough. */
let workers: pg.Pool;

before(async () => {
  server = await openTestServer();
  workers = new pg.Pool({ connectionString: server.urls.adminUrl, max: 8 });
  if (server.urls.hasVector) await server.select("select public.set_embedding_model('test')");
});
after(async () => {
  if (server.urls.hasVector) {
    await server.select("select public.set_embedding_model('test', false)");
  }
  await workers.end();
  await server[Symbol.asyncDispose]();
});

function skipped(t: TestContext): boolean {
  if (server.urls.hasVector) return false;
  t.skip("this server has no pgvector");
  return true;
}

async function call(sql: string, values: unknown[]): Promise<Rows> {
  return (await workers.query<Record<string, unknown>>(sql, values)).rows;
}

const claim = "select * from public.claim_embedding_jobs($1, $2)";
const complete = "select * from public.complete_embedding_jobs($1)";
const fail = "select * from public.fail_embedding_jobs($1)";
const vector = [...Array<number>(383).fill(0.5), 1];

function results(jobs: Rows): string {
  return JSON.stringify(jobs.map((job) => ({
    message_id: job["message_id"],
    content_hash: job["content_hash"],
    model: job["model"],
    embedding: vector,
  })));
}

/** What became of the messages of these sessions that are to have a vector. */
async function states(sessions: string[]): Promise<Record<string, number>> {
  const rows = await server.select(
    `select state, count(*)::int as n
     from (
       select case
         when e.message_id is null and q.message_id is null then 'lost'
         when e.message_id is null then case when q.dead_at is null then 'queued' else 'dead' end
         when q.message_id is not null then 'both'
         when e.content_hash <> sha256(convert_to(m.content, 'UTF8')) then 'stale'
         else 'embedded'
       end as state
       from public.conversation_messages as m
       left join public.message_embeddings as e on e.message_id = m.id
       left join private.embedding_queue as q on q.message_id = m.id
       where m.session_id = any ($1)
     ) as s group by 1`,
    [sessions],
  );
  return Object.fromEntries(rows.map((row) => [String(row["state"]), Number(row["n"])]));
}

test("workers that die, fail and come late beside writers: none lost, none twice, no deadlock", {
  timeout,
}, async (t) => {
  if (skipped(t)) return;
  const user = await server.makeUser();
  const sessions = await Promise.all(Array.from({ length: 4 }, () => server.makeSession(user)));
  let writing = true;

  const work = async () => {
    while (writing) {
      const jobs = await call(claim, [1 + random.int(20), 1]);
      const luck = random.int(10);
      if (luck === 0) continue; // It is never heard of again.
      if (luck === 1) {
        await call(fail, [
          JSON.stringify(jobs.map(({ message_id }) => ({ message_id, error: "x" }))),
        ]);
        continue;
      }
      await call(complete, [results(jobs)]);
      if (luck === 2) await call(complete, [results(jobs)]);
    }
  };
  const write = (session: string) =>
    server.as(user, 1, async ([connection]) => {
      const some = (count: number) =>
        `select id from public.conversation_messages where session_id = '${session}'
         order by ${random.pick(["id", "sequence_order desc", "content"])} limit ${count}`;
      for (let k = 0; k < 60; k++) {
        const luck = random.int(6);
        if (luck <= 2) {
          await connection.query(insertMessage, [
            random.uuid(),
            session,
            "user",
            `text ${k}`,
            1,
            null,
          ]);
        } else if (luck === 3) {
          const batch = [{ role: "user", content: "a" }, { role: "assistant", content: "b" }];
          await connection.query("select from public.append_messages($1, $2)", [
            session,
            JSON.stringify(batch),
          ]);
        } else if (luck === 4) {
          await connection.query(
            `delete from public.conversation_messages where id in (${some(1)})`,
          );
        } else {
          // As a wipe or a correction would: many texts at once, in any order.
          await server.select(
            `update public.conversation_messages set content = content || '.' where id in (${
              some(5)
            })`,
          );
        }
      }
    });
  const all = Promise.all(Array.from({ length: 6 }, work));
  try {
    await Promise.all(sessions.map(write));
  } finally {
    writing = false;
  }
  await all;

  const before = await states(sessions);
  assert.deepEqual([before["lost"], before["both"], before["stale"]], [
    undefined,
    undefined,
    undefined,
  ]);
  for (let round = 0; round < 200; round++) {
    await server.select("select public.retry_dead_embeddings()");
    await server.select(
      "update private.embedding_queue set due_at = '-infinity', leased_until = null",
    );
    const jobs = await call(claim, [500, 60]);
    if (jobs.length === 0) break;
    await call(complete, [results(jobs)]);
  }
  const after = await states(sessions);
  assert.deepEqual(Object.keys(after), ["embedded"]);
  await server.assertExact(sessions, { gapFree: false });
});

test(
  "a chat that is claimed while it is embedded belongs to who claimed it",
  { timeout },
  async (t) => {
    if (skipped(t)) return;
    const [user, other] = [await server.makeUser(), await server.makeUser()];
    const session = await server.makeSession(user);
    await server.as(user, 1, async ([connection]) => {
      for (let k = 0; k < 40; k++) {
        await connection.query(insertMessage, [
          random.uuid(),
          session,
          "user",
          `text ${k}`,
          1,
          null,
        ]);
      }
    });
    const jobs = await call(claim, [1000, 60]);
    const halves = [results(jobs.slice(0, 20)), results(jobs.slice(20))];
    await Promise.all([
      ...halves.map((half) => call(complete, [half])),
      server.select("update public.conversation_sessions set user_id = $1 where id = $2", [
        other,
        session,
      ]),
    ]);
    const [found] = await server.select(
      "select count(*)::int as n from public.message_embeddings where session_id = $1 and user_id <> $2",
      [session, other],
    );
    assert.equal(found?.["n"], 0);
  },
);
