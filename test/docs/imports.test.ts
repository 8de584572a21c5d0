import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { startDatabase } from "../../local/database.ts";
import { root } from "../../local/paths.ts";
import { codeIn } from "../readme/blocks.ts";

const old = `
  create schema old;
  create table old.chats (id serial, user_id uuid, title text, created_at timestamp);
  create table old.messages (
    id serial, chat_id integer, role text, content text, provider text, model text, cost double precision,
    created_at timestamp
  );
  create table old.votes (message_id integer, is_upvoted boolean);
  insert into auth.users (id, email) values ('00000000-0000-4000-8000-00000000000a', 'old@example.com');
  insert into old.chats (user_id, title, created_at) values
    ('00000000-0000-4000-8000-00000000000a', repeat('x', 300), '2025-01-31 23:59:50'),
    ('00000000-0000-4000-8000-00000000000a', null, '2025-03-01'),
    ('00000000-0000-4000-8000-00000000000b', '', '2025-02-01');
  -- More than a page, and each question at the time of its answer.
  insert into old.messages (chat_id, role, content, provider, cost, created_at)
  select 1, r.role, r.role || n, p.provider, p.cost, timestamp '2025-01-31 23:59:50' + n * interval '1 second'
  from generate_series(1, 600) as n
  cross join (values (1, 'human', null, null), (2, 'ai', 'acme', 0.1::float8 + 0.2)) as r (k, role, provider, cost)
  cross join lateral (select r.provider, r.cost) as p
  order by n, r.k;
  insert into old.messages (chat_id, role, content, created_at) values (3, 'user', '', '2025-02-01 10:00');
  insert into old.votes values (2, true), (4, false);
  set timezone = 'Europe/Rome';
`;

test("old tables are moved as docs/branches-and-streams.md says, and moved again", async () => {
  const [move = ""] = codeIn(
    readFileSync(join(root, "docs", "branches-and-streams.md"), "utf8"),
    "sql",
  );
  await using database = await startDatabase({ engine: "pglite", dataDir: "memory", port: 0 });
  const client = new pg.Client({ connectionString: database.dbUrl });
  await client.connect();
  const one = async (sql: string) => (await client.query<Record<string, unknown>>(sql)).rows[0];
  // What it counts, and what the doctor finds after it.
  const run = async () => {
    const results = await client.query(move) as unknown as pg.QueryResult[];
    return [
      results.find(({ fields }) => fields.some(({ name }) => name === "inserted"))?.rows[0],
      results.at(-1)?.rows,
    ];
  };
  try {
    await client.query(old);
    assert.deepEqual(await run(), [{ messages: "1201", inserted: "1201" }, []]);
    assert.deepEqual(await run(), [{ messages: "1201", inserted: "0" }, []]);
    await client.query(
      `insert into old.messages (chat_id, role, content, created_at)
       values (1, 'human', 'late', '2025-03-05 12:00')`,
    );
    assert.deepEqual(await run(), [{ messages: "1202", inserted: "1" }, []]);

    assert.deepEqual(
      (await client.query(
        `select
           length(s.title) as title, s.message_count as messages, s.total_cost_usd::float8 as cost,
           s.user_id is not null as is_owned, s.created_at = c.created_at at time zone 'utc' as is_as_old,
           (s.last_activity_at at time zone 'utc')::text as last
         from public.conversation_sessions as s
         join old.chats as c on md5('chat ' || c.id)::uuid = s.id
         order by c.id`,
      )).rows,
      [
        {
          title: 200,
          messages: 1201,
          cost: 180,
          is_owned: true,
          is_as_old: true,
          last: "2025-03-05 12:00:00",
        },
        {
          title: null,
          messages: 0,
          cost: 0,
          is_owned: true,
          is_as_old: true,
          last: "2025-03-01 00:00:00",
        },
        {
          title: 0,
          messages: 1,
          cost: 0,
          is_owned: false,
          is_as_old: true,
          last: "2025-02-01 10:00:00",
        },
      ],
    );
    assert.deepEqual(
      await one(
        `select count(*)::int as wrong
         from old.messages as o
         left join public.conversation_messages as m on m.id = md5('message ' || o.id)::uuid
         where (m.content, m.created_at) is distinct from (o.content, o.created_at at time zone 'utc')
           or m.sequence_order <> (
             select count(*) from old.messages as e where e.chat_id = o.chat_id and e.id <= o.id
           )`,
      ),
      { wrong: 0 },
    );
    assert.deepEqual(
      (await client.query(
        "select day::text, requests::int, cost_usd::text as cost from public.usage_daily where provider = 'acme' order by 1",
      )).rows,
      [{ day: "2025-01-31", requests: 9, cost: "2.7" }, {
        day: "2025-02-01",
        requests: 591,
        cost: "177.3",
      }],
    );
    assert.deepEqual(
      (await client.query(
        "select rating, created_at::date::text as day from public.message_feedback order by created_at",
      )).rows,
      [{ rating: "up", day: "2025-02-01" }, { rating: "down", day: "2025-02-01" }],
    );
  } finally {
    await client.end();
  }
});
