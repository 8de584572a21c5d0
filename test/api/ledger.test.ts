import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { type Api, type Client, good, newSession, openTestApi, problem } from "./support.ts";

interface Person {
  client: Client;
  id: string;
}

let api: Api;
let service: Client;
let owner: Person;
let analyst: Person;
let member: Person;
let stranger: Person;
let brand: string;

before(async () => {
  api = await openTestApi();
  service = api.service();
  [owner, analyst, member, stranger] = [
    await api.user(),
    await api.user(),
    await api.user(),
    await api.user(),
  ];
  brand = good(
    await owner.client.from("brands").insert({ slug: `b-${randomUUID()}`, name: "Ours" })
      .select("id").single(),
  ).id;
  const { error } = await owner.client.from("brand_members").insert([
    { brand_id: brand, user_id: analyst.id, role: "analyst" },
    { brand_id: brand, user_id: member.id, role: "member" },
  ]);
  assert.equal(error, null);
});
after(() => api[Symbol.asyncDispose]());

const today = new Date().toISOString().slice(0, 10);
const month = { p_from: `${today.slice(0, 7)}-01`, p_to: today };

function question(p_session_id: string) {
  return { p_session_id, p_turn_id: randomUUID(), p_user_message: "Why?" };
}

async function brandSession(): Promise<string> {
  return good(
    await member.client.rpc("create_conversation_session", { p_brand_id: brand }),
  ).id;
}

/** The text of a numeric, which a JavaScript number may not hold. */
async function digits(client: Client, id: string): Promise<string> {
  return good(
    await client.from("usage_daily").select("cost:cost_usd::text")
      .eq("user_id", id).single(),
  ).cost;
}

test("a turn is written once, with its hold settled, and answered when it is sent again", async () => {
  const { client } = await api.user();
  const session = await newSession(client);
  const hold = good(
    await client.rpc("reserve_budget", { p_session_id: session, p_amount_usd: 0.5 }),
  );
  assert.deepEqual([hold.status, hold.reserved_by, hold.amount_usd], [
    "held",
    "authenticated",
    0.5,
  ]);
  const turn = {
    ...question(session),
    p_assistant_message: "Because.",
    p_provider: "openai",
    p_model_used: "gpt-4o",
    p_tokens_used: 150,
    p_cost_usd: 0.0008,
    p_latency_ms: 850,
    p_mood: "curious",
    p_reservation_id: hold.id,
  };
  const rows = good(await client.rpc("log_turn", turn));
  assert.deepEqual(
    rows.map((row) => [row.sequence_order, row.role, row.content, row.cost_usd, row.inserted]),
    [[1, "user", "Why?", null, true], [2, "assistant", "Because.", 0.0008, true]],
  );
  assert.deepEqual([rows[0]?.id, rows[0]?.mood, rows[1]?.parent_message_id], [
    turn.p_turn_id,
    "curious",
    turn.p_turn_id,
  ]);
  const again = good(await client.rpc("log_turn", turn));
  assert.deepEqual(again.map((row) => [row.id, row.inserted]), rows.map((row) => [row.id, false]));
  const settled = good(
    await client.from("budget_reservations").select("status").eq("id", hold.id).single(),
  );
  assert.equal(settled.status, "settled");
  const { session_id, started_at, last_activity_at, ...stats } = good(
    await client.rpc("get_session_stats", { p_session_id: session }),
  );
  assert.equal(session_id, session);
  assert.ok(started_at < last_activity_at);
  assert.deepEqual(stats, {
    message_count: 2,
    conversation_count: 1,
    avg_latency_ms: 850,
    total_tokens: 150,
    total_cost_usd: 0.0008,
  });
});

test("a turn is written whatever became of its hold", async () => {
  const { client } = await api.user();
  const session = await newSession(client);
  const answer = { p_assistant_message: "a", p_cost_usd: 1 };
  const gone = good(
    await client.rpc("log_turn", {
      ...question(session),
      ...answer,
      p_reservation_id: randomUUID(),
    }),
  );
  assert.equal(gone.length, 2);
  const { id: p_reservation_id } = good(
    await client.rpc("reserve_budget", { p_session_id: session, p_amount_usd: 1 }),
  );
  good(await client.rpc("release_budget", { p_reservation_id }));
  good(await client.rpc("log_turn", { ...question(session), ...answer, p_reservation_id }));
  assert.equal(good(await client.rpc("get_session_cost", { p_session_id: session })), 2);
});

test("an answer without a cost is priced by the book, or is unpriced until the book knows", async () => {
  const { client, id } = await api.user();
  const session = await newSession(client);
  const tokens = { p_input_tokens: 1000, p_output_tokens: 1000 };
  const model = `model-${randomUUID()}`;
  const known = good(
    await client.rpc("log_turn", {
      ...question(session),
      p_assistant_message: "a",
      p_provider: "openai",
      p_model_used: "gpt-4o",
      ...tokens,
    }),
  );
  assert.deepEqual([known[1]?.cost_usd, known[1]?.cost_source], [0.0125, "price_book"]);
  const unknown = good(
    await client.rpc("log_turn", {
      ...question(session),
      p_assistant_message: "a",
      p_provider: "openai",
      p_model_used: model,
      ...tokens,
    }),
  );
  assert.deepEqual([unknown[1]?.cost_usd, unknown[1]?.cost_source], [null, "unpriced"]);
  const unpriced = good(await client.from("unpriced_usage").select("model_used, request_count"));
  assert.deepEqual(unpriced, [{ model_used: model, request_count: 1 }]);

  const price = {
    provider: "openai",
    model,
    validity: "[2026-01-01,)",
    input_usd_per_mtok: 1,
    output_usd_per_mtok: 2,
    source: "test",
    source_date: "2026-01-01",
  };
  assert.equal((await service.from("model_prices").insert(price)).error, null);
  const twice = problem(await service.from("model_prices").insert(price));
  assert.deepEqual([twice.status, twice.code], [400, "23P01"]);
  const day = { p_from: `${today}T00:00:00Z`, p_to: "2100-01-01", p_model: model };
  const repriced = good(await service.rpc("reprice_messages", day));
  assert.deepEqual(
    [repriced.messages_changed, repriced.cost_usd_after, repriced.is_complete, repriced.actor],
    [1, 0.003, true, "service_role"],
  );
  assert.equal(good(await service.rpc("reprice_messages", day)).messages_changed, 0);
  assert.equal(good(await client.rpc("get_session_cost", { p_session_id: session })), 0.0155);
  assert.deepEqual(good(await client.from("unpriced_usage").select()), []);
  const spent = good(
    await client.from("usage_daily").select("model, cost_usd, price_book_cost_usd")
      .eq("user_id", id).neq("model", "").order("model"),
  );
  assert.deepEqual(spent, [
    { model: "gpt-4o", cost_usd: 0.0125, price_book_cost_usd: 0.0125 },
    { model, cost_usd: 0.003, price_book_cost_usd: 0.003 },
  ]);
});

test("the server records usage without a message, once and to the last digit", async () => {
  const { client, id } = await api.user();
  const usage = {
    p_usage_id: randomUUID(),
    p_user_id: id,
    p_provider: "openai",
    p_cost_usd: "0.12345678901234567891",
  };
  const stored = good(await service.rpc("record_usage", usage));
  assert.deepEqual([stored.id, stored.cost_source, stored.inserted], [
    usage.p_usage_id,
    "reported",
    true,
  ]);
  assert.equal(good(await service.rpc("record_usage", usage)).inserted, false);
  assert.equal(await digits(client, id), "0.12345678901234567891");
  const gone = good(
    await service.rpc("record_usage", {
      p_usage_id: randomUUID(),
      p_user_id: randomUUID(),
      p_cost_usd: 1,
    }),
  );
  assert.equal(gone.inserted, true);
});

test("a user's budget: flagged, refused, alerted; nobody ends what the server holds", async () => {
  const { client, id } = await api.user();
  const session = await newSession(client);
  const set = await service.from("budgets")
    .insert({ user_id: id, period: "day", soft_limit_usd: 1, hard_limit_usd: 2 });
  assert.equal(set.error, null);
  const own = await client.from("budgets").update({ hard_limit_usd: 100 }).eq("user_id", id)
    .select();
  assert.deepEqual(own.data, []);

  const reserve = (p_amount_usd: number, by = client) =>
    by.rpc("reserve_budget", { p_session_id: session, p_amount_usd });
  const first = good(await reserve(0.75));
  const second = good(await reserve(0.75, service));
  assert.deepEqual([first.soft_limit_reached, second.soft_limit_reached], [false, true]);
  const refused = problem(await reserve(0.75));
  assert.deepEqual([refused.status, refused.details], [402, "BUDGET_EXCEEDED"]);

  const foreign = await client.rpc("release_budget", { p_reservation_id: second.id });
  const absent = await client.rpc("release_budget", { p_reservation_id: randomUUID() });
  assert.deepEqual(problem(foreign), problem(absent));
  assert.equal(problem(foreign).details, "RESERVATION_NOT_FOUND");
  const released = good(await service.rpc("release_budget", { p_reservation_id: second.id }));
  assert.equal(released.status, "released");

  good(
    await service.rpc("log_turn", {
      ...question(session),
      p_assistant_message: "a",
      p_cost_usd: 1.25,
      p_reservation_id: first.id,
    }),
  );
  const [budget] = good(await client.rpc("get_budget_status", {}));
  assert.deepEqual(
    [budget?.user_id, budget?.spent_usd, budget?.held_usd, budget?.remaining_usd],
    [id, 1.25, 0, 0.75],
  );
  const alerts = good(await client.from("budget_alerts").select("limit_kind, limit_usd"));
  assert.deepEqual(alerts, [{ limit_kind: "soft", limit_usd: 1 }]);
});

test("a brand's numbers are for its owners, admins and analysts; claims of members count apart", async () => {
  const session = await brandSession();
  const limit = { brand_id: brand, period: "month" as const, hard_limit_usd: 100 };
  for (const { client } of [analyst, member, stranger]) {
    const { status, code } = problem(await client.from("budgets").insert(limit));
    assert.deepEqual([status, code], [403, "42501"]);
  }
  assert.equal((await owner.client.from("budgets").insert(limit)).error, null);

  const answer = { p_assistant_message: "a", p_provider: "openai", p_model_used: "m" };
  const claim = { ...question(session), ...answer, p_cost_usd: 5, p_latency_ms: 100 };
  good(await member.client.rpc("log_turn", claim));
  good(await service.rpc("log_turn", { ...question(session), ...answer, p_cost_usd: 2 }));
  for (const { client } of [owner, analyst]) {
    const usage = good(await client.rpc("get_brand_usage", { p_brand_id: brand, ...month }));
    assert.deepEqual(
      usage.filter((row) => row.model === "m")
        .map((row) => [row.day, row.request_count, row.total_cost_usd, row.claimed_cost_usd]),
      [[today, 2, 7, 5]],
    );
    const [budget] = good(await client.rpc("get_budget_status", { p_brand_id: brand }));
    assert.deepEqual([budget?.spent_usd, budget?.remaining_usd], [2, 98]);
    assert.deepEqual(good(await client.from("usage_daily").select()), []);
  }
  for (const { client } of [member, stranger]) {
    for (const p_brand_id of [brand, randomUUID()]) {
      const usage = problem(await client.rpc("get_brand_usage", { p_brand_id, ...month }));
      const status = problem(await client.rpc("get_budget_status", { p_brand_id }));
      assert.deepEqual([usage.status, usage.details], [404, "BRAND_NOT_FOUND"]);
      assert.deepEqual(status, usage);
    }
    assert.deepEqual(good(await client.from("budgets").select()), []);
  }
});

test("a year of a brand is more than one answer, and whole in pages", async () => {
  const models = ["a", "b", "c"];
  const { id } = good(
    await owner.client.from("brands").insert({ slug: `b-${randomUUID()}`, name: "Long" })
      .select("id").single(),
  );
  const session = good(
    await owner.client.rpc("create_conversation_session", { p_brand_id: id }),
  ).id;
  const days = Array.from({ length: 340 }, (_, n) => new Date(Date.UTC(2025, 0, 1 + n)));
  for (const model_used of models) {
    good(
      await service.rpc("import_messages", {
        p_session_id: session,
        p_messages: days.map((day) => ({
          role: "assistant",
          content: "a",
          provider: "openai",
          model_used,
          cost_usd: 1,
          created_at: day.toISOString(),
        })),
      }),
    );
  }
  const year = { p_brand_id: id, p_from: "2025-01-01", p_to: "2025-12-31" };
  const first = good(await owner.client.rpc("get_brand_usage", year));
  assert.equal(first.length, 1000);
  const rest = good(await owner.client.rpc("get_brand_usage", year).range(1000, 1999));
  assert.deepEqual(
    [...first, ...rest].map(({ day, model, total_cost_usd }) => [day, model, total_cost_usd]),
    days.flatMap((day) => models.map((model) => [day.toISOString().slice(0, 10), model, 1])),
  );
});

test("the views give users their own numbers, the server everybody's, before and after a merge", async () => {
  const { client, id } = await api.user();
  const session = await newSession(client);
  const provider = `provider-${randomUUID()}`;
  good(
    await client.rpc("log_turn", {
      ...question(session),
      p_assistant_message: "Because.",
      p_provider: provider,
      p_tokens_used: 7,
      p_cost_usd: 0.5,
      p_latency_ms: 100,
    }),
  );
  const read = async (by: Client) => ({
    daily: good(await by.from("usage_daily").select().eq("provider", provider)),
    providers: good(await by.from("provider_usage_stats").select().eq("provider", provider)),
    latencies: good(await by.from("response_time_stats").select().eq("provider", provider)),
    volume: good(await by.from("daily_message_volume").select().eq("user_id", id)),
    activity: good(await by.from("user_activity_summary").select().eq("user_id", id)),
    sessions: good(await by.from("active_sessions_summary").select().eq("session_id", session)),
  });
  const mine = await read(client);
  assert.deepEqual(
    mine.daily.map((row) => [row.day, row.user_id, row.requests, row.total_tokens, row.cost_usd]),
    [[today, id, 1, 7, 0.5]],
  );
  assert.deepEqual(
    mine.providers.map((row) => [row.request_count, row.total_cost_usd, row.avg_latency_ms]),
    [[1, 0.5, 100]],
  );
  assert.deepEqual(mine.latencies.map((row) => row.response_count), [1]);
  assert.deepEqual(mine.volume.map((row) => [row.message_count, row.total_tokens]), [[2, 7]]);
  assert.deepEqual(mine.activity.map((row) => [row.active_days, row.request_count]), [[1, 1]]);
  assert.deepEqual(mine.sessions.map((row) => row.last_message), ["Because."]);
  assert.deepEqual(await read(service), mine);
  for (const rows of Object.values(await read(stranger.client))) assert.deepEqual(rows, []);

  const totals = async (by: Client) =>
    good(await by.from("usage_totals").select("requests, cost_usd").eq("provider", provider));
  assert.deepEqual(await totals(service), [{ requests: 1, cost_usd: 0.5 }]);
  assert.deepEqual(await totals(client), []);

  good(await service.rpc("merge_usage"));
  assert.deepEqual(await read(client), mine);
  assert.deepEqual(await read(service), mine);
  assert.deepEqual(await totals(service), [{ requests: 1, cost_usd: 0.5 }]);
  assert.deepEqual(await totals(client), []);
});

test("users reach none of the server's functions", async () => {
  const { client } = stranger;
  const day = { p_from: "2026-01-01", p_to: "2026-01-02" };
  const answers = [
    await client.rpc("merge_usage"),
    await client.rpc("record_usage", { p_usage_id: randomUUID(), p_cost_usd: 1 }),
    await client.rpc("reprice_messages", day),
  ];
  for (const answer of answers) {
    assert.deepEqual([answer.status, answer.error?.code], [403, "42501"]);
  }
});
