import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openTestServer, type Server } from "./support.ts";

const timeout = 120_000;
const half = 100_000;
let server: Server;
let user = "";
let long = "";

before(async () => {
  server = await openTestServer();
  user = await server.makeUser();
  long = await server.makeSession(user);
  const client = await server.admin.connect();
  try {
    // As an import would: the rows as the triggers would have left them, without 200,000 calls of them.
    await client.query("begin");
    await client.query("set local session_replication_role = replica");
    await client.query(fill, [long, user, half]);
    await client.query(
      `with made as (
         insert into public.conversation_sessions (user_id)
         select $1 from generate_series(1, 1000) returning id
       )
       insert into public.conversation_messages
         (session_id, user_id, role, content, sequence_order, provider, cost_usd, tokens_used)
       select made.id, $1, 'user', repeat('x', 100), k, 'openai', 0.0001, 10
       from made, generate_series(1, $2::int / 1000) as k`,
      [user, half],
    );
    await client.query(recount, [user]);
    await client.query("commit");
    await client.query("analyze public.conversation_messages, public.conversation_sessions");
  } finally {
    client.release();
  }
}, { timeout });
after(() => server[Symbol.asyncDispose]());

const fill = `
  insert into public.conversation_messages
    (id, session_id, user_id, role, content, sequence_order, provider, cost_usd, tokens_used, parent_message_id)
  select md5($1 || ' ' || k)::uuid, $1::uuid, $2, 'user', repeat('x', 100), k, 'openai', 0.0001, 10,
    case when k > 1 then md5($1 || ' ' || k - 1)::uuid end
  from generate_series(1, $3::int) as k`;

const recount = `
  update public.conversation_sessions as s
  set message_count = c.n, last_sequence = c.n, total_tokens = c.tokens, total_cost_usd = c.cost
  from (
    select session_id, count(*) as n, sum(tokens_used) as tokens, sum(cost_usd) as cost
    from public.conversation_messages where user_id = $1 group by session_id
  ) as c
  where s.id = c.session_id`;

interface Plan {
  "Node Type": string;
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  Plans?: Plan[];
}

/** Rows of messages that a plan took from the table, those it threw away included. */
function rowsRead(plan: Plan): number {
  const own = plan["Relation Name"] === "conversation_messages"
    ? (plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0) +
      (plan["Rows Removed by Index Recheck"] ?? 0)) * plan["Actual Loops"]
    : 0;
  return (plan.Plans ?? []).reduce((sum, part) => sum + rowsRead(part), own);
}

async function explain(sql: string, values: unknown[]): Promise<Plan> {
  return await server.as(user, 1, async ([connection]) => {
    const [row] = await connection.query(`explain (analyze, format json) ${sql}`, values);
    return planOf(row);
  });
}

/** The plan of a statement about the long session, made for it or for any. */
async function explainPrepared(sql: string, mode: "custom" | "generic"): Promise<Plan> {
  return await server.as(user, 1, async ([connection]) => {
    const { client } = connection;
    await connection.begin();
    await client.query(
      `set local plan_cache_mode = force_${mode}_plan; prepare way (uuid) as ${sql}`,
    );
    const { rows: [row] } = await client.query<Record<string, unknown>>(
      `explain (analyze, format json) execute way ('${long}')`,
    );
    await client.query("rollback; deallocate way");
    return planOf(row);
  });
}

function planOf(row: Record<string, unknown> | undefined): Plan {
  const plan: unknown = row?.["QUERY PLAN"];
  // What EXPLAIN (FORMAT JSON) answers.
  return (plan as { Plan: Plan }[])[0]?.Plan ?? assert.fail("no plan");
}

/** Rows as their triggers would have left them, known to the planner. */
async function write(sql: string): Promise<void> {
  await server.admin.query(
    `begin; set local session_replication_role = replica; ${sql}; commit;
     analyze public.conversation_messages`,
  );
}

/** What a statement touched: what functions do inside is not in its plan, but it is in the table's statistics. */
async function touched(sql: string, values: unknown[]): Promise<{ rows: number; read: number }> {
  return await server.as(user, 1, async ([connection]) => {
    const count = async () => {
      const { rows } = await connection.client.query<{ n: string }>(
        `select coalesce(sum(pg_stat_get_xact_tuples_returned(c.oid)
           + pg_stat_get_xact_tuples_fetched(c.oid)), 0) as n
         from pg_catalog.pg_class as c
         left join pg_catalog.pg_index as i on i.indexrelid = c.oid
         where coalesce(i.indrelid, c.oid) = 'public.conversation_messages'::regclass`,
      );
      return Number(rows[0]?.n);
    };
    await connection.begin();
    const before = await count();
    const { rows } = await connection.client.query<Record<string, unknown>>(sql, values);
    const read = (await count()) - before;
    await connection.client.query("rollback");
    return { rows: rows.length, read };
  });
}

// An index scan counts each row once as an index entry returned and once as a row fetched.
const countedTwice = 2;

const lastFifty = `select * from public.conversation_messages where session_id = $1
  order by sequence_order desc limit 50`;

test("one session holds half of 200,000 messages", { timeout }, async () => {
  const [found] = await server.select(
    `select count(*)::int as n, (count(*) filter (where session_id = $1))::int as long
     from public.conversation_messages where user_id = $2`,
    [long, user],
  );
  assert.deepEqual(found, { n: 2 * half, long: half });
});

test(
  "the last 50 by plain select as authenticated: the plan reads at most 51 rows",
  { timeout },
  async () => {
    const plan = await explain(lastFifty, [long]);
    assert.ok(rowsRead(plan) <= 51, JSON.stringify(plan));
    assert.equal(plan["Actual Rows"], 50);
    const { rows, read } = await touched(lastFifty, [long]);
    assert.equal(rows, 50);
    assert.ok(read <= 51 * countedTwice, `${read} touched`);
  },
);

test("the last 50 by get_conversation_history: at most 51 rows", { timeout }, async () => {
  const call = "select * from public.get_conversation_history($1)";
  const { rows, read } = await touched(call, [long]);
  assert.equal(rows, 50);
  assert.ok(read > 0 && read <= 51 * countedTwice, `${read} touched`);
});

test(
  "a page from the middle by RPC and by plain select: at most 51 rows",
  { timeout },
  async () => {
    const call = "select * from public.get_conversation_history($1, 50, $2)";
    const byRpc = await touched(call, [long, half / 2]);
    assert.equal(byRpc.rows, 50);
    assert.ok(byRpc.read <= 51 * countedTwice, `${byRpc.read} touched`);
    const plan = await explain(
      `select * from public.conversation_messages where session_id = $1 and sequence_order < $2
     order by sequence_order desc limit 50`,
      [long, half / 2],
    );
    assert.ok(rowsRead(plan) <= 51, JSON.stringify(plan));
  },
);

test(
  "the same count is far over the limit where the index does not help",
  { timeout },
  async () => {
    const { read } = await touched(
      "select * from public.conversation_messages where session_id = $1 order by content limit 50",
      [long],
    );
    assert.ok(read > 50_000, `${read} touched: the measure measures nothing`);
  },
);

test("cost of the long session reads no message", { timeout }, async () => {
  const { read } = await touched("select public.get_session_cost($1)", [long]);
  assert.equal(read, 0);
});

test(
  "beside more and more other users: history and answers, whatever plan is taken",
  { timeout },
  async () => {
    const ways: [way: string, rows: number][] = [
      ["select * from public.get_conversation_history($1)", 50],
      ["select * from public.get_conversation_history($1, 50, 90000)", 50],
      ["select * from public.get_conversation_history($1, 200)", 200],
      [
        `select a.id from public.conversation_messages as a
         where a.session_id = $1 and a.parent_message_id = '6f0e2c52-2a47-4e0b-9d3c-3c1f7a5d9a11'
         order by a.sequence_order limit 1`,
        1,
      ],
    ];
    // A user seems to be in fewer rows each time, and so does a session of the user: at some number, reading
    // all of it looks cheap.
    for (let more = 0; more < 6; more++) {
      await write(`
        insert into public.conversation_messages
          (session_id, user_id, role, content, sequence_order, parent_message_id)
        select o.session_id, o.user_id, 'user', 'x', k, gen_random_uuid()
        from (
          select gen_random_uuid() as session_id, gen_random_uuid() as user_id from generate_series(1, 330)
        ) as o, generate_series(1, 30) as k`);
      for (const [way, rows] of ways) {
        for (const mode of ["custom", "generic"] as const) {
          const plan = await explainPrepared(way, mode);
          assert.ok(rowsRead(plan) <= rows + 1, `${mode}: ${way}: ${JSON.stringify(plan)}`);
        }
      }
    }
    // Nor is it read once for each message of a page, which one look at all of it finds.
    await write(`
      update public.conversation_messages set tool_calls = '[{"id": "a"}]'
      where session_id = '${long}' and sequence_order > ${half - 100};
      insert into public.conversation_messages (session_id, user_id, role, content, sequence_order)
      select gen_random_uuid(), gen_random_uuid(), 'user', 'x', 1 from generate_series(1, 250000)`);
    const tools = await touched("select * from public.get_messages_with_tools($1)", [long]);
    assert.equal(tools.rows, 50);
    assert.ok(tools.read <= (half + 200) * countedTwice, `${tools.read} touched`);
  },
);
