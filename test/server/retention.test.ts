import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import {
  insertMessage,
  openTestServer,
  refusal,
  type Rows,
  seeded,
  type Server,
} from "./support.ts";

const random = seeded("retention");
const sessions = 600;
const messages = 12;
// The database is shared with other tests: policies of one brand leave their sessions alone.
const brand = randomUUID();
let server: Server;

before(async () => {
  server = await openTestServer();
  await server.select("insert into public.brands (id, slug, name) values ($1, $2, 'Retention')", [
    brand,
    `retention-${brand}`,
  ]);
});

/** The one policy of the brand. */
async function keep(dataClass: string, days: number, action: string): Promise<void> {
  await server.select("delete from public.retention_policies where brand_id = $1", [brand]);
  await server.select(
    `insert into public.retention_policies (brand_id, data_class, keep_days, action)
     values ($1, $2, $3, $4)`,
    [brand, dataClass, days, action],
  );
}

async function makeSession(user: string): Promise<string> {
  const session = await server.makeSession(user);
  await server.select("update public.conversation_sessions set brand_id = $2 where id = $1", [
    session,
    brand,
  ]);
  return session;
}
after(() => server[Symbol.asyncDispose]());

// Sessions of 20 users without activity for 40 days. Every tenth is pinned, every tenth held.
const fill = `
  with users as (
    insert into auth.users (id, email)
    select id, id || '@example.com' from (select gen_random_uuid() as id from generate_series(1, 20)) as u
    returning id
  ), numbered as (
    select id, row_number() over () as n from users
  ), sessions as (
    insert into public.conversation_sessions (id, user_id, brand_id, title)
    select gen_random_uuid(), u.id, $3, 'title'
    from generate_series(1, $1::int) as i join numbered as u on u.n = 1 + i % 20
    returning id
  )
  insert into public.conversation_messages (session_id, role, content, provider, model_used, tokens_used, cost_usd)
  select s.id, 'user', 'text ' || i, 'openai', 'gpt-4o', 3, 0.001
  from sessions as s cross join generate_series(1, $2::int) as i`;
const age = `
  update public.conversation_sessions as s
  set last_activity_at = now() - interval '40 days',
    pinned_at = case when n.n % 10 = 1 then now() end
  from (
    select id, row_number() over (order by id) as n
    from public.conversation_sessions where brand_id = $1
  ) as n
  where n.id = s.id`;
const hold = `
  select public.set_legal_hold('court', p_session_id => n.id)
  from (
    select id, row_number() over (order by id) as n
    from public.conversation_sessions where brand_id = $1
  ) as n
  where n.n % 10 = 2`;
// By their texts, and what their sessions say.
const states = `
  select wiped, n, count(*)::int as sessions
  from (
    select s.wiped_at is not null as wiped, count(*) filter (where m.content <> '')::int as n
    from public.conversation_sessions as s
    join public.conversation_messages as m on m.session_id = s.id
    where s.brand_id = $1 and s.last_activity_at < now() - interval '30 days'
    group by s.id
  ) as s
  group by wiped, n
  order by wiped, n`;
const usage = "select to_jsonb(u) as u from public.usage_daily as u order by u::text";

test("killed at any moment, nothing is half done, and the next run goes on", async () => {
  await server.select(fill, [sessions, messages, brand]);
  await server.select(age, [brand]);
  await server.select(hold, [brand]);
  await keep("content", 30, "wipe");
  await server.select("select public.merge_usage()");
  const spent = await server.select(usage);
  let killed = 0;
  let finished = 0;
  for (let round = 0; killed < 8 && round < 60; round++) {
    const client = await server.admin.connect();
    try {
      const [{ pid } = {}] = (await client.query("select pg_backend_pid() as pid")).rows;
      const run = client.query("select items from public.run_retention(0.15)").then(
        () => undefined,
        refusal,
      );
      await wait(random.int(160));
      await server.select("select pg_terminate_backend($1)", [pid]);
      const met = await run;
      if (met) {
        assert.equal(met.code, "57P01");
        killed += 1;
      } else finished += 1;
    } finally {
      client.release(true);
    }
    for (const { wiped, n } of await server.select(states, [brand])) {
      assert.equal(n, wiped ? 0 : messages, "a session is wiped whole or not at all");
    }
  }
  console.log(`# ${killed} runs killed, ${finished} had ended`);
  assert.ok(killed >= 8);

  let runs: Rows;
  do {
    runs = await server.select(
      "select items::int, is_complete from public.run_retention(1) where brand_id = $1",
      [brand],
    );
    assert.equal(runs.length, 1);
  } while (!runs[0]?.["is_complete"]);
  const kept = sessions / 5;
  assert.deepEqual(await server.select(states, [brand]), [
    { wiped: false, n: messages, sessions: kept },
    { wiped: true, n: 0, sessions: sessions - kept },
  ]);
  assert.deepEqual(await server.select(usage), spent, "the ledger is unchanged");
  const [{ items } = {}] = await server.select(
    `select sum(items)::int as items from public.retention_runs
     where not is_dry_run and brand_id = $1 and action = 'wipe'`,
    [brand],
  );
  assert.equal(items, sessions - kept, "runs that ended have counted what was done, once");
});

test("two runs at once, and writers and deleters in old sessions: no error, and what is new stays", async () => {
  await keep("content", 30, "delete");
  const user = await server.makeUser();
  const olds: string[] = [];
  for (let n = 0; n < 60; n++) olds.push(await makeSession(user));
  await server.select(
    `update public.conversation_sessions set last_activity_at = now() - interval '40 days'
     where id = any ($1)`,
    [olds],
  );
  const written: string[] = [];
  const deleted = new Set<string>();
  await server.as(user, 8, async (users) => {
    const queue = random.shuffle(olds);
    await Promise.all([
      ...users.map(async (one, nth) => {
        for (let session = queue.pop(); session !== undefined; session = queue.pop()) {
          if (nth % 4 === 0) {
            await one.query("delete from public.conversation_sessions where id = $1", [session]);
            deleted.add(session);
            continue;
          }
          const refused = await one.refused(insertMessage, [
            randomUUID(),
            session,
            "user",
            "alive",
            1,
            0.1,
          ]);
          if (refused) assert.equal(refused.detail, "SESSION_NOT_FOUND");
          else written.push(session);
        }
      }),
      ...[1, 2].map(async () => {
        for (let n = 0; n < 5; n++) await server.select("select * from public.run_retention(0.2)");
      }),
    ]);
  });
  const left = await server.select(
    "select id from public.conversation_sessions where id = any ($1)",
    [olds],
  );
  assert.deepEqual(new Set(left.map(({ id }) => id)), new Set(written));
  await server.assertExact(written);
});

test("what is in use is left for the next run, and the others are done", async () => {
  const user = await server.makeUser();
  const olds: string[] = [];
  for (let n = 0; n < 4; n++) olds.push(await makeSession(user));
  await server.as(user, 1, async ([one]) => {
    for (const session of olds) {
      await one.query(insertMessage, [randomUUID(), session, "user", "old", 1, 0.1]);
    }
  });
  await server.select(
    `update public.conversation_sessions set last_activity_at = now() - interval '40 days'
     where id = any ($1)`,
    [olds],
  );
  await keep("content", 30, "wipe");
  await server.as(user, 1, async ([one]) => {
    await one.begin();
    await one.client.query(
      "update public.conversation_sessions set title = 'busy' where id = $1",
      [olds[0]],
    );
    await one.client.query(
      "update public.conversation_messages set mood = 'busy' where session_id = $1",
      [olds[1]],
    );
    const [run] = await server.select(
      "select is_complete from public.run_retention(30) where brand_id = $1",
      [brand],
    );
    assert.equal(run?.["is_complete"], false);
    await one.client.query("commit");
  });
  const wiped =
    "select id from public.conversation_sessions where id = any ($1) and wiped_at is not null";
  assert.ok((await server.select(wiped, [olds])).length >= 1, "some were done");
  await server.select("select from public.run_retention(30)");
  assert.equal((await server.select(wiped, [olds])).length, 4);
});

test("a session that begins while its brand becomes stricter is as strict", async () => {
  const user = await server.makeUser();
  await server.select(
    "insert into public.brands (slug, name, created_by) values ('strict', 'Strict', $1)",
    [user],
  );
  const admin = await server.admin.connect();
  try {
    await admin.query("begin");
    await admin.query("update public.brands set content_mode = 'none' where slug = 'strict'");
    const begun = server.select(
      `insert into public.conversation_sessions (user_id, brand_id)
       select $1, b.id from public.brands as b where b.slug = 'strict' returning content_mode`,
      [user],
    );
    await wait(200);
    await admin.query("commit");
    assert.deepEqual(await begun, [{ content_mode: "none" }]);
  } finally {
    admin.release();
  }
});

test("a restored or claimed session is not deleted by a run that saw it before", async () => {
  const user = await server.makeUser();
  const session = await makeSession(user);
  await server.select(
    "update public.conversation_sessions set deleted_at = now() - interval '40 days' where id = $1",
    [session],
  );
  await keep("trash", 7, "delete");
  await server.as(user, 1, async ([one]) => {
    await one.begin();
    await one.client.query("select public.restore_session($1)", [session]);
    const run = server.select(
      "select items::int, is_complete from public.run_retention(1) where brand_id = $1",
      [brand],
    );
    await wait(200);
    await one.client.query("commit");
    assert.deepEqual(await run, [{ items: 0, is_complete: false }]);
  });
  assert.equal(
    (await server.select("select 1 from public.conversation_sessions where id = $1", [session]))
      .length,
    1,
  );
});

test("a hold waits for a run of retention, and a run leaves the field to a hold", async () => {
  const session = await makeSession(await server.makeUser());
  const set = "select * from public.set_legal_hold('court', p_session_id => $1)";
  await keep("content", 30, "wipe");
  const [hold] = await server.afterOpen(
    (other) => other.query("select from public.run_retention(1)"),
    () => server.select(set, [session]),
  );
  assert.equal(hold?.["released_at"], null);

  const [again] = await server.afterOpen(
    (other) => other.query("select public.release_legal_hold($1, 'over')", [hold?.["id"]]),
    () => server.select(set, [session]),
  );
  assert.notEqual(again?.["id"], hold?.["id"], "one that is being released does not last");
  assert.equal(again?.["released_at"], null);

  const other = await server.admin.connect();
  try {
    await other.query("begin");
    await other.query("select public.release_legal_hold($1, 'over')", [again?.["id"]]);
    await other.query(set, [await makeSession(await server.makeUser())]);
    assert.deepEqual(await server.select("select from public.run_retention(1)"), []);
    const [logs] = await server.select("select is_complete from public.cleanup_old_logs(3650)");
    assert.equal(logs?.["is_complete"], false);
    await other.query("rollback");
  } finally {
    other.release();
  }
  await server.select("select public.release_legal_hold($1, 'over')", [again?.["id"]]);
});

test("a wipe waits for logs and feedback under way", async () => {
  const user = await server.makeUser();
  const session = await makeSession(user);
  const message = randomUUID();
  await server.select(
    `insert into public.conversation_messages (id, session_id, role, content)
     values ($1, $2, 'assistant', 'said')`,
    [message, session],
  );
  await server.afterOpen(
    async (other) => {
      await other.query(
        `insert into public.agent_logs (session_id, log_type, details)
         values ($1, 'trace', '{"a": "secret"}')`,
        [session],
      );
      await other.query(
        `insert into public.message_feedback (message_id, user_id, rating, comment)
         values ($1, $2, 'up', 'secret')`,
        [message, user],
      );
    },
    async () => {
      await server.select(
        "update public.conversation_sessions set content_mode = 'none' where id = $1",
        [session],
      );
      return await server.select("select public.wipe_session_content($1)", [session]);
    },
  );
  const left = await server.select(
    `select 'log' as what from public.agent_logs as l
     where l.session_id = $1 and row(l.*)::text like '%secret%'
     union all
     select 'feedback' from public.message_feedback as f
     where f.session_id = $1 and row(f.*)::text like '%secret%'`,
    [session],
  );
  assert.deepEqual(left, []);
});

test("who waited for a wipe is found by the next one", async () => {
  const session = await makeSession(await server.makeUser());
  const later =
    "select last_activity_at > wiped_at as is_later from public.conversation_sessions where id = $1";
  for (
    const [what, write] of [
      [
        "an insert",
        "insert into public.conversation_messages (session_id, role, content) values ($1, 'user', 'b')",
      ],
      [
        "append_messages",
        `select from public.append_messages($1, '[{"role": "user", "content": "b"}]')`,
      ],
      ["log_turn", "select from public.log_turn($1, gen_random_uuid(), 'a', 'b')"],
    ] as const
  ) {
    const other = await server.admin.connect();
    try {
      await other.query("begin");
      await other.query(
        "select from public.conversation_sessions where id = $1 for no key update",
        [session],
      );
      const written = server.select(write, [session]);
      await wait(200);
      await other.query("select public.wipe_session_content($1)", [session]);
      await other.query("commit");
      await written;
    } finally {
      other.release();
    }
    assert.deepEqual(await server.select(later, [session]), [{ is_later: true }], what);
  }
});

test("an import beside a writer counts what that one wrote", async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  const turn =
    "select from public.log_turn($1, gen_random_uuid(), 'a', 'b', 'openai', 'gpt-4o', 5)";
  await server.select(turn, [session]);
  const lines = (await server.select("select line from public.export_user_data($1)", [user]))
    .map(({ line }) => String(line));
  await server.afterOpen(
    (other) => other.query(turn, [session]),
    () => server.select("select public.import_user_data($1, $2)", [user, lines]),
  );
  await server.assertExact([session]);
});

test("an import into an account that is erased meanwhile finds nobody", async () => {
  const user = await server.makeUser();
  await server.select(
    "select public.record_usage(gen_random_uuid(), $1, p_provider => 'acme', p_cost_usd => 1)",
    [user],
  );
  const lines = (await server.select(
    `select line from public.export_user_data($1) where line like '%"private.removed_usage"%'`,
    [user],
  )).map(({ line }) => String(line));
  assert.equal(lines.length, 1);
  const met = await server.afterOpen(
    (other) => other.query("select public.erase_user_data($1)", [user]),
    () => server.select("select public.import_user_data($1, $2)", [user, lines]).catch(refusal),
  );
  const left = await server.select("select from private.removed_usage where user_id = $1", [user]);
  assert.deepEqual(left, []);
  assert.equal("detail" in met ? met.detail : undefined, "USER_NOT_FOUND");
});

test("a wipe and a piece of a stream that is redacted do not wait for each other", async () => {
  const session = await makeSession(await server.makeUser());
  await server.select(
    "update public.conversation_sessions set content_mode = 'redacted' where id = $1",
    [session],
  );
  const message = randomUUID();
  await server.select("select public.begin_message($1, $2)", [session, message]);
  await server.select("select public.append_message_delta($1, 1, 'a')", [message]);
  // A piece holds its stream first, and then changes its message.
  const wiped = server.afterOpen(
    (other) =>
      other.query("select from private.message_streams where message_id = $1 for no key update", [
        message,
      ]).then(() => {
        setTimeout(
          () => void other.query("select public.append_message_delta($1, 2, 'b')", [message]),
          100,
        );
      }),
    () => server.select("select public.wipe_session_content($1)", [session]),
  );
  assert.equal((await wiped).length, 1);
  const left = await server.select(
    "select content from public.conversation_messages where id = $1",
    [message],
  );
  assert.deepEqual(left, [{ content: "" }]);
});

test("logs of a month that somebody reads are left, and not counted as gone", async () => {
  const owner = new pg.Client({ connectionString: server.urls.dbUrl });
  await owner.connect();
  await owner.query("select private.make_log_partition('agent_logs', '2019-01-01')");
  await owner.end();
  await server.select(
    "insert into public.agent_logs (log_type, created_at) values ('trace', '2019-01-05')",
  );
  await server.select(
    `insert into public.retention_policies (data_class, keep_days, action) values ('logs', 2000, 'delete')`,
  );
  const run = () =>
    server.select(
      "select items::int, is_complete from public.run_retention(30) where data_class = 'logs'",
    );
  const reader = await server.admin.connect();
  try {
    await reader.query("begin");
    await reader.query("select from public.agent_logs where created_at < '2020-01-01'");
    assert.deepEqual(await run(), [{ items: 0, is_complete: false }]);
    await reader.query("commit");
    assert.deepEqual(await run(), [{ items: 1, is_complete: true }]);
  } finally {
    reader.release(true);
    await server.select("delete from public.retention_policies where data_class = 'logs'");
  }
});
