import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type {
  Args,
  CreateBudgetInput,
  CreateMessageInput,
  UpdateBudgetInput,
  UpdateMessageInput,
  UpdateSessionInput,
} from "../../types/index.ts";
import { type Api, type Client, good, newSession, openTestApi, problem } from "./support.ts";

let api: Api;
let ada: Client;
let eve: Client;
/** Ada's session with two messages and an event. */
let session: string;

before(async () => {
  api = await openTestApi();
  ada = (await api.user()).client;
  eve = (await api.user()).client;
  session = await newSession(ada);
  good(
    await ada.rpc("append_messages", {
      p_session_id: session,
      p_messages: [{ role: "user", content: "mine" }, { role: "assistant", content: "yours" }],
    }),
  );
  good(await ada.rpc("set_session_state", { p_session_id: session, p_state: "gathering" }));
});
after(() => api[Symbol.asyncDispose]());

const id = "00000000-0000-4000-8000-00000000dead";

/** Every RPC that takes a session, with good arguments but for the session. */
const sessionCalls: { [Name in SessionFunction]: Omit<Args<Name>, "p_session_id"> } = {
  append_messages: { p_messages: [{ role: "user", content: "hers" }] },
  archive_session: {},
  begin_message: {},
  cancel_conversation_session: {},
  claim_visitor_session: { p_session_secret: "s".repeat(43) },
  complete_conversation_session: {},
  delete_session: {},
  end_visitor_session: {},
  erase_user_data: {},
  export_user_data: {},
  fork_session: {},
  get_chat_history: {},
  get_chat_stats: {},
  get_conversation_history: {},
  get_latest_message: {},
  get_messages_with_tools: {},
  get_openai_messages: {},
  get_session: {},
  get_session_cost: {},
  get_session_message_stats: {},
  get_session_stats: {},
  get_ui_messages: {},
  hybrid_search_messages: { p_query: "mine", p_embedding: Array<number>(384).fill(1) },
  import_messages: { p_messages: [{ role: "user", content: "hers" }] },
  log_turn: { p_turn_id: randomUUID(), p_user_message: "hers", p_assistant_message: "yours" },
  match_messages: { p_embedding: Array<number>(384).fill(1) },
  pin_session: {},
  read_session_as_admin: { p_reason: "because of a bug" },
  record_feedback: { p_user_satisfaction: 5 },
  record_outcome: { p_conversion_occurred: true },
  rename_session: { p_title: "hers" },
  reopen_conversation_session: {},
  reserve_budget: { p_amount_usd: 1 },
  restore_session: {},
  search_messages: { p_query: "hello" },
  set_legal_hold: { p_reason: "a lawsuit" },
  set_session_state: { p_state: "planning" },
  unarchive_session: {},
  wipe_session_content: {},
};
/** What is said of any session, where that is something else than that it is not there. */
const refusals = new Map<string, string | null>([
  // Users have all their data at once, and name no session.
  ["erase_user_data", "INVALID_ARGUMENT"],
  ["export_user_data", "INVALID_ARGUMENT"],
  // For service_role: 42501.
  ["set_legal_hold", null],
]);
type SessionFunction = {
  [Name in Functions]: string extends keyof Args<Name> ? never
    : "p_session_id" extends keyof Args<Name> ? Name
    : never;
}[Functions];
type Functions = Parameters<Client["rpc"]>[0];

async function snapshot() {
  return await Promise.all([
    ada.rpc("get_session", { p_session_id: session }),
    ada.rpc("get_conversation_history", { p_session_id: session }),
    ada.from("session_events").select(),
    ada.from("budget_reservations").select(),
    ada.from("tool_executions").select(),
  ]);
}

test("the list of RPCs is the catalog's", async () => {
  const found = await api.select(
    `select p.proname as name from pg_catalog.pg_proc as p
     where p.pronamespace = 'public'::regnamespace and 'p_session_id' = any (p.proargnames)
     order by 1`,
  );
  assert.deepEqual(found.map((row) => row["name"]), Object.keys(sessionCalls).sort());
});

for (const [name, rest] of Object.entries(sessionCalls)) {
  test(`${name}: another user's session is answered like one that does not exist`, async () => {
    const before = await snapshot();
    const call = (p_session_id: string) =>
      eve.rpc(name as "get_session", { p_session_id, ...rest });
    const [foreign, absent] = [await call(session), await call(id)];
    assert.deepEqual(problem(foreign), problem(absent));
    const details = refusals.has(name) ? refusals.get(name) : "SESSION_NOT_FOUND";
    assert.equal(problem(foreign).details, details);
    assert.equal(foreign.error?.hint, absent.error?.hint);
    assert.deepEqual(await snapshot(), before);
  });
}

test("another user sees, changes and deletes no row of any table", async () => {
  good(await ada.rpc("reserve_budget", { p_session_id: session, p_amount_usd: 1 }));
  const run = { session_id: session, tool_name: "search" };
  assert.equal((await ada.from("tool_executions").insert(run)).error, null);
  const before = await snapshot();
  const tables = [
    "conversation_sessions",
    "conversation_messages",
    "session_events",
    "budgets",
    "budget_alerts",
    "budget_reservations",
    "retention_policies",
    "tool_executions",
  ] as const;
  for (const table of tables) assert.deepEqual(good(await eve.from(table).select()), [], table);
  const views = [
    "active_sessions_summary",
    "daily_message_volume",
    "provider_usage_stats",
    "response_time_stats",
    "tool_execution_stats",
    "unpriced_usage",
    "usage_daily",
    "usage_totals",
    "user_activity_summary",
  ] as const;
  for (const view of views) assert.deepEqual(good(await eve.from(view).select()), [], view);
  const ofServer = [
    "audit_log",
    "erasure_receipts",
    "legal_holds",
    "model_prices",
    "redaction_patterns",
    "repricings",
    "retention_runs",
  ] as const;
  for (const table of ofServer) {
    assert.equal((await eve.from(table).select()).error?.code, "42501", table);
  }
  const touched = await Promise.all([
    eve.from("conversation_sessions").update({ title: "hers" }).eq("id", session).select(),
    eve.from("conversation_sessions").delete().eq("id", session).select(),
    eve.from("conversation_messages").update({ mood: "hers" }).eq("session_id", session).select(),
    eve.from("conversation_messages").delete().eq("session_id", session).select(),
    eve.from("tool_executions").update({ status: "failed" }).eq("session_id", session).select(),
    eve.from("tool_executions").delete().eq("session_id", session).select(),
  ]);
  for (const answer of touched) assert.deepEqual(good<unknown>(answer), []);
  const insert = { session_id: session, role: "user" as const, content: "hers" };
  const foreign = await eve.from("conversation_messages").insert(insert);
  const absent = await eve.from("conversation_messages").insert({ ...insert, session_id: id });
  assert.deepEqual(problem(foreign), problem(absent));
  const foreignRun = await eve.from("tool_executions").insert(run);
  const absentRun = await eve.from("tool_executions").insert({ ...run, session_id: id });
  assert.deepEqual(problem(foreignRun), problem(absentRun));
  assert.equal(problem(foreignRun).details, "SESSION_NOT_FOUND");
  assert.deepEqual(await snapshot(), before);
});

test("nobody makes a session or a brand for somebody else", async () => {
  const { id: other } = await api.user();
  const made = await eve.from("conversation_sessions").insert({ user_id: other });
  assert.deepEqual([made.status, made.error?.code], [403, "42501"]);
  const named = await eve.from("conversation_sessions").insert({ id: randomUUID() });
  assert.deepEqual([named.status, named.error?.code], [403, "42501"]);
});

test("brands: strangers see nothing, members see no chat, admins make no owner", async () => {
  const [owner, member] = [await api.user(), await api.user()];
  const brand = good(
    await owner.client.from("brands").insert({ slug: `b-${randomUUID()}`, name: "Ours" })
      .select().single(),
  );
  const add = await owner.client.from("brand_members")
    .insert({ brand_id: brand.id, user_id: member.id, role: "admin" });
  assert.equal(add.error, null);
  for (const table of ["brands", "brand_members"] as const) {
    assert.deepEqual(good(await eve.from(table).select()), [], table);
  }
  const chat = good(
    await owner.client.rpc("create_conversation_session", { p_brand_id: brand.id }),
  );
  assert.deepEqual(good(await member.client.from("conversation_sessions").select()), []);
  const hidden = await member.client.rpc("get_session", { p_session_id: chat.id });
  assert.equal(problem(hidden).details, "SESSION_NOT_FOUND");
  const promoted = await member.client.from("brand_members").update({ role: "owner" })
    .eq("user_id", member.id).select();
  assert.deepEqual(promoted.data, []);
  const kept = await owner.client.from("brands").delete().eq("id", brand.id);
  assert.deepEqual([kept.status, kept.error?.code], [409, "23503"]);
});

test("profiles: one's own, without the role", async () => {
  const { client, id: own } = await api.user();
  const [profile, ...others] = good(await client.from("profiles").select());
  assert.deepEqual([profile?.user_id, profile?.app_role, others], [own, "user", []]);
  assert.equal(
    (await client.from("profiles").update({ username: own }).eq("user_id", own)).error,
    null,
  );
  const promoted = await client.from("profiles").update({ app_role: "admin" }).eq("user_id", own);
  assert.deepEqual([promoted.status, promoted.error?.code], [403, "42501"]);
});

const verbs = ["GET", "POST", "PATCH", "DELETE"];

test("the anon key alone opens no table, view or function", async () => {
  const objects = await api.select(
    `select c.relname as name, c.relkind as kind from pg_catalog.pg_class as c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')`,
  );
  assert.ok(objects.length >= 8, `${objects.length}`);
  for (const { name, kind } of objects) {
    // Nobody writes into a view of sums: Postgres says so before it looks at rights.
    for (const method of ["r", "p"].includes(String(kind)) ? verbs : ["GET"]) {
      const body = method === "POST" || method === "PATCH" ? "{}" : null;
      const answer = await api.send(`/${String(name)}`, api.addresses.anonKey, { method, body });
      const text = await answer.text();
      assert.equal(answer.status, 401, `${method} ${String(name)}: ${text}`);
      assert.match(text, /"42501"/);
    }
  }
  const functions = await api.select(
    `select p.proname as name, (
       select coalesce(jsonb_object_agg(a.name, format_type(a.type, null)), '{}')
       from unnest(p.proargnames, p.proargtypes::oid[]) with ordinality as a (name, type, position)
       where a.position <= p.pronargs - p.pronargdefaults
     ) as needed
     from pg_catalog.pg_proc as p
     where p.pronamespace = 'public'::regnamespace and p.prorettype <> 'trigger'::regtype`,
  );
  assert.ok(functions.length >= 14, `${functions.length}`);
  const values: Record<string, unknown> = {
    uuid: session,
    text: "x",
    integer: 1,
    numeric: 1,
    "bigint[]": [1],
    "real[]": [1],
    "text[]": ["x"],
    jsonb: [],
    date: "2026-01-01",
    "timestamp with time zone": "2026-01-01",
    session_state: "gathering",
  };
  for (const { name, needed } of functions) {
    const args = Object.entries(needed as Record<string, string>).map(([arg, type]) => {
      const value = values[type.replace(/^public\./, "")];
      assert.ok(value !== undefined, `${String(name)}: no value of type ${type}`);
      return [arg, value];
    });
    const answer = await api.send(`/rpc/${String(name)}`, api.addresses.anonKey, {
      method: "POST",
      body: JSON.stringify(Object.fromEntries(args)),
    });
    const text = await answer.text();
    assert.equal(answer.status, 401, `${String(name)}: ${text}`);
    assert.match(text, /"42501"/);
  }
});

test("a forged, an expired and a foreign token are refused", async () => {
  const { token } = await api.user();
  const [head = "", body = "", signature = ""] = token.split(".");
  const claims: unknown = JSON.parse(Buffer.from(body, "base64url").toString());
  assert.ok(typeof claims === "object" && claims !== null);
  const other = Buffer.from(JSON.stringify({ ...claims, role: "service_role" })).toString(
    "base64url",
  );
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
  for (
    const forged of [`${head}.${other}.${signature}`, `${none}.${other}.`, `${head}.${body}.AAAA`]
  ) {
    const answer = await api.send("/conversation_sessions", forged);
    assert.equal(answer.status, 401, await answer.text());
  }
});

test("schema private cannot be reached", async () => {
  const { token } = await api.user();
  for (const headers of [{ "accept-profile": "private" }, { "content-profile": "private" }]) {
    const method = "accept-profile" in headers ? "GET" : "POST";
    const body = method === "POST" ? "{}" : null;
    const answer = await api.send("/rpc/error_codes", token, { method, headers, body });
    assert.equal(answer.status, 406, await answer.text());
  }
});

// The types of what a user may send, against the grants that the server really has.
const granted: [
  grant: string,
  columns: Record<string, true>,
][] = [
  [
    "insert on conversation_messages",
    {
      id: true,
      session_id: true,
      brand_id: true,
      user_id: true,
      role: true,
      content: true,
      tokens_used: true,
      model_used: true,
      provider: true,
      cost_usd: true,
      latency_ms: true,
      action_taken: true,
      questions_asked: true,
      delegation_plan: true,
      parent_message_id: true,
      content_type: true,
      parts: true,
      tool_calls: true,
      tool_call_id: true,
      input_tokens: true,
      output_tokens: true,
      cached_input_tokens: true,
      cache_write_tokens: true,
      cache_write_1h_tokens: true,
      reasoning_tokens: true,
      service_tier: true,
      time_to_first_token_ms: true,
      finish_reason: true,
      error_message: true,
      mood: true,
      metadata: true,
    } satisfies Record<keyof CreateMessageInput, true>,
  ],
  [
    "update on conversation_messages",
    {
      mood: true,
      metadata: true,
      action_taken: true,
      questions_asked: true,
      delegation_plan: true,
    } satisfies Record<keyof UpdateMessageInput, true>,
  ],
  [
    "update on conversation_sessions",
    {
      state: true,
      parsed_intent: true,
      answered_questions: true,
      pending_questions: true,
      selected_kb_ids: true,
      active_task_plan_id: true,
      title: true,
      description: true,
      agent_type: true,
      context: true,
      settings: true,
      metadata: true,
      language: true,
    } satisfies Record<keyof UpdateSessionInput, true>,
  ],
  [
    "insert on budgets",
    {
      user_id: true,
      brand_id: true,
      period: true,
      soft_limit_usd: true,
      hard_limit_usd: true,
    } satisfies Record<keyof CreateBudgetInput, true>,
  ],
  [
    "update on budgets",
    { soft_limit_usd: true, hard_limit_usd: true } satisfies Record<keyof UpdateBudgetInput, true>,
  ],
];
for (const [grant, columns] of granted) {
  test(`the type of ${grant} names the granted columns`, async () => {
    const [verb, , table] = grant.split(" ");
    const found = await api.select(
      `select column_name as name from information_schema.column_privileges
       where grantee = 'authenticated' and table_schema = 'public' and table_name = '${table}'
         and privilege_type = upper('${verb}')`,
    );
    assert.deepEqual(found.map((row) => row["name"]).sort(), Object.keys(columns).sort());
  });
}
