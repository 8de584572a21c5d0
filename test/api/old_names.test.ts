import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import pg from "pg";
import { type Api, type Client, good, openTestApi } from "./support.ts";

// Queries as chat apps with other schemas have them, character for character, against the views of
// 0920_old_names. Other tests share the database, so what counts over everybody runs as one user, who
// claimed these chats.

let api: Api;
let sql: pg.Client;
let user: Client;
let claims = "";
const secret = "s".repeat(43);
const identifier = randomUUID().replaceAll("-", "");
const token = (n: number) => `old-${n}-${identifier}`;
/** Ids of the three chats, oldest first. */
const sessions: string[] = [];
const turns = [randomUUID(), randomUUID()] as const;

before(async () => {
  api = await openTestApi();
  const server = api.service();
  for (const [n, device] of (["desktop", "mobile", "desktop"] as const).entries()) {
    const started = good(
      await server.rpc("start_visitor_session", {
        p_session_token: token(n),
        p_session_secret: secret,
        p_user_identifier: n < 2 ? identifier : randomUUID(),
        p_user_agent: "Mozilla/5.0 (test)",
        p_referrer: "https://example.com",
        p_device_type: device,
      }),
    );
    sessions.push(started.session_id);
  }
  const asked = [
    {
      turn_id: turns[0],
      user_message: "Where is my order?",
      ai_response: "On its way.",
      mood: "curious",
      latency_ms: 100,
      cost_usd: "0.25",
      metadata: { page: "/orders" },
      similar_qa_matches: [{ question: "Where is it?" }],
      similarity_scores: [0.5],
    },
    {
      turn_id: turns[1],
      user_message: "Thanks",
      ai_response: "You are welcome.",
      latency_ms: 200,
    },
  ];
  for (const turn of asked) {
    const p_turns = [{ ...turn, session_token: token(0) }];
    good(await server.rpc("log_chat_turns", { p_turns, p_session_secret: secret }));
  }
  good(
    await server.rpc("record_outcome", {
      p_session_token: token(0),
      p_session_secret: secret,
      p_products_viewed: ["shoes"],
      p_query_type: "order",
      p_conversion_occurred: true,
    }),
  );
  good(await server.rpc("end_visitor_session", { p_session_id: sessions[2] ?? "" }));

  const { client, id } = await api.user();
  user = client;
  for (const p_session_id of sessions) {
    good(await user.rpc("claim_visitor_session", { p_session_id, p_session_secret: secret }));
  }
  claims = JSON.stringify({ sub: id, role: "authenticated" });
  sql = new pg.Client({ connectionString: api.addresses.dbUrl });
  await sql.connect();
});
after(async () => {
  await sql?.end();
  await api[Symbol.asyncDispose]();
});

/** As the user. A transaction a query: the embedded server has one session for everybody. */
async function rows(text: string, values: unknown[] = []): Promise<unknown[]> {
  await sql.query("begin");
  try {
    await sql.query("select set_config('request.jwt.claims', $1, true)", [claims]);
    await sql.query("set local role authenticated");
    return (await sql.query(text, values)).rows;
  } finally {
    await sql.query("rollback");
  }
}

test("the tables are found by their names", async () => {
  assert.deepEqual(
    (await rows(`SELECT table_name FROM information_schema.tables 
WHERE table_schema = 'public' 
AND table_name IN ('chat_sessions', 'chat_messages');`)).map((row) => JSON.stringify(row)).sort(),
    ['{"table_name":"chat_messages"}', '{"table_name":"chat_sessions"}'],
  );
  assert.deepEqual(
    (await rows(`SELECT table_name FROM information_schema.tables 
WHERE table_schema = 'public' 
AND table_name LIKE 'chat%';`)).map((row) => JSON.stringify(row)).sort(),
    ["chat_analytics", "chat_conversations", "chat_messages", "chat_sessions"].map(
      (table_name) => JSON.stringify({ table_name }),
    ),
  );
});

test("a view has no index: those of earlier schemas are on the tables behind it", async () => {
  assert.deepEqual(
    await rows(`SELECT indexname FROM pg_indexes 
WHERE tablename IN ('chat_sessions', 'chat_messages');`),
    [],
  );
  // By start and by visitor; by session, time and kind of message.
  assert.deepEqual(
    await rows(`select indexname from pg_indexes where indexname in (
      'session_clients_started_at_idx', 'session_clients_user_identifier_idx',
      'idx_messages_session_id', 'idx_messages_user_id') order by indexname`),
    [
      { indexname: "idx_messages_session_id" },
      { indexname: "idx_messages_user_id" },
      { indexname: "session_clients_started_at_idx" },
      { indexname: "session_clients_user_identifier_idx" },
    ],
  );
});

test("sessions are counted and listed", async () => {
  assert.deepEqual(await rows(`SELECT COUNT(*) as session_count FROM chat_sessions;`), [
    { session_count: "3" },
  ]);
  const newest = await rows(
    `SELECT session_token, device_type, created_at FROM chat_sessions ORDER BY created_at DESC LIMIT 5;`,
  ) as { session_token: string; device_type: string; created_at: Date }[];
  assert.deepEqual(
    newest.map(({ session_token, device_type }) => [session_token, device_type]),
    [[token(2), "desktop"], [token(1), "mobile"], [token(0), "desktop"]],
  );
  assert.ok(newest.every((row) => Date.now() - row.created_at.getTime() < 600_000));
});

test("the same visitor has the same identifier", async () => {
  assert.deepEqual(
    await rows(`SELECT user_identifier, COUNT(*) as sessions 
FROM chat_sessions 
GROUP BY user_identifier 
HAVING COUNT(*) > 1;`),
    [{ user_identifier: identifier, sessions: "2" }],
  );
});

test("devices are counted", async () => {
  const counted = await rows(`SELECT device_type, COUNT(*) as count 
FROM chat_sessions 
GROUP BY device_type;`) as { device_type: string }[];
  assert.deepEqual(counted.sort((a, b) => a.device_type < b.device_type ? -1 : 1), [
    { device_type: "desktop", count: "2" },
    { device_type: "mobile", count: "1" },
  ]);
});

test("a conversation is read in order", async () => {
  const found = await rows(
    `
      SELECT id, session_id, user_message, ai_response, mood, 
             timestamp, response_time_ms, metadata
      FROM chat_conversations
      WHERE session_id = $1
      ORDER BY timestamp ASC
      LIMIT $2
    `,
    [sessions[0], 50],
  ) as { timestamp: Date }[];
  assert.ok(found.every((row) => row.timestamp instanceof Date));
  assert.deepEqual(found.map(({ timestamp: _, ...rest }) => rest), [
    {
      id: turns[0],
      session_id: sessions[0],
      user_message: "Where is my order?",
      ai_response: "On its way.",
      mood: "curious",
      response_time_ms: 100,
      metadata: { page: "/orders" },
    },
    {
      id: turns[1],
      session_id: sessions[0],
      user_message: "Thanks",
      ai_response: "You are welcome.",
      mood: null,
      response_time_ms: 200,
      metadata: {},
    },
  ]);
});

test("a session's numbers come from both tables", async () => {
  const [stats] = await rows(
    `
      SELECT 
        s.total_messages,
        s.started_at,
        s.last_activity,
        COUNT(c.id) as conversation_count,
        AVG(c.response_time_ms) as avg_response_time
      FROM chat_sessions s
      LEFT JOIN chat_conversations c ON s.id = c.session_id
      WHERE s.id = $1
      GROUP BY s.id, s.total_messages, s.started_at, s.last_activity
    `,
    [sessions[0]],
  ) as [{ started_at: Date; last_activity: Date; avg_response_time: string }];
  assert.ok(stats.last_activity >= stats.started_at);
  assert.deepEqual({ ...stats, started_at: 0, last_activity: 0 }, {
    total_messages: 4,
    started_at: 0,
    last_activity: 0,
    conversation_count: "2",
    avg_response_time: "150.0000000000000000",
  });
});

test("checks of a database that has the names of the tables count what they expect", async () => {
  // As the owner: information_schema shows a caller the functions that it may call.
  const ask = async (text: string) => (await sql.query<Record<string, unknown>>(text)).rows;
  assert.deepEqual(
    (await ask(`SELECT table_name 
FROM information_schema.tables
WHERE table_schema = 'public'
AND table_name IN ('conversation_sessions', 'conversation_messages');`)).map((row) =>
      JSON.stringify(row)
    ).sort(),
    ['{"table_name":"conversation_messages"}', '{"table_name":"conversation_sessions"}'],
  );
  assert.deepEqual(
    await ask(`SELECT COUNT(*) FROM information_schema.tables
WHERE table_name IN ('conversation_sessions', 'conversation_messages');`),
    [{ count: "2" }],
  );
  assert.deepEqual(
    await ask(`SELECT COUNT(*) FROM pg_tables
WHERE tablename IN ('conversation_sessions', 'conversation_messages')
AND rowsecurity = true;`),
    [{ count: "2" }],
  );
  assert.deepEqual(
    await ask(`SELECT COUNT(*) FROM pg_policies
WHERE tablename IN ('conversation_sessions', 'conversation_messages');`),
    [{ count: "8" }],
  );
  assert.deepEqual(
    await ask(`SELECT COUNT(*) FROM information_schema.routines
WHERE routine_name IN (
    'update_session_activity',
    'complete_conversation_session',
    'cancel_conversation_session',
    'update_session_on_message',
    'get_conversation_history',
    'get_session_cost',
    'get_session_message_stats'
);`),
    [{ count: "7" }],
  );
  assert.deepEqual(
    await ask(`SELECT COUNT(*) FROM pg_indexes
WHERE tablename IN ('conversation_sessions', 'conversation_messages');`),
    [{ count: "14" }],
  );
  assert.deepEqual(
    await ask(`SELECT COUNT(*) FROM information_schema.views
WHERE table_name IN ('provider_usage_stats', 'daily_message_volume');`),
    [{ count: "2" }],
  );
});

test("the time of the server answers a test of the connection", async () => {
  const [row] = await rows("SELECT NOW()") as { now: Date }[];
  assert.ok(row?.now instanceof Date);
});

test("analytics and messages have the older columns", async () => {
  assert.deepEqual(
    await rows(
      `SELECT session_id, products_viewed, products_added_to_cart, query_type, user_satisfaction,
              conversion_occurred, total_cost_usd
       FROM chat_analytics`,
    ),
    [{
      session_id: sessions[0],
      products_viewed: '["shoes"]',
      products_added_to_cart: "[]",
      query_type: "order",
      user_satisfaction: null,
      conversion_occurred: 1,
      total_cost_usd: "0.25",
    }],
  );
  const [question, answer] = await rows(
    `SELECT message_type, content, similar_qa_matches, similarity_scores, processing_time_ms, sequence_order
     FROM chat_messages ORDER BY sequence_order LIMIT 2`,
  );
  assert.deepEqual(question, {
    message_type: "user",
    content: "Where is my order?",
    similar_qa_matches: [{ question: "Where is it?" }],
    similarity_scores: [0.5],
    processing_time_ms: null,
    sequence_order: 1,
  });
  assert.deepEqual(answer, {
    message_type: "assistant",
    content: "On its way.",
    similar_qa_matches: null,
    similarity_scores: null,
    processing_time_ms: 100,
    sequence_order: 2,
  });
});

test("the views are read over the API, and nothing is written through them", async () => {
  const read = good(await user.from("messages").select("role, content, model").order("created_at"));
  assert.equal(read.length, 4);
  for (
    const view of [
      "chat_sessions",
      "chat_messages",
      "chat_conversations",
      "chat_analytics",
      "messages",
    ] as const
  ) {
    const { error } = await user.from(view).delete().neq("id", "");
    // A join cannot be written through at all.
    assert.match(error?.code ?? "", /^(42501|55000)$/, view);
    assert.equal((await api.client().from(view).select("id")).error?.code, "42501", view);
  }
});
