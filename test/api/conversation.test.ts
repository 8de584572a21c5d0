import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { type Api, good, newSession, openTestApi, problem } from "./support.ts";

let api: Api;

before(async () => {
  api = await openTestApi();
});
after(() => api[Symbol.asyncDispose]());

test("sign up, sign in again, user, refresh, sign out", async () => {
  const { email, id } = await api.user();
  const client = api.client();
  const signedIn = await client.auth.signInWithPassword({ email, password: "correct horse" });
  assert.equal(signedIn.data.user?.id, id);
  assert.equal((await client.auth.getUser()).data.user?.email, email);
  const refreshed = await client.auth.refreshSession();
  assert.equal(refreshed.data.user?.id, id);
  await newSession(client);
  assert.equal((await client.auth.signOut()).error, null);
  const wrong = await client.auth.signInWithPassword({ email, password: "wrong horse" });
  assert.equal(wrong.error?.code, "invalid_credentials");
});

test("a demo user of the seed signs in and sees the brand", async () => {
  const client = api.client();
  const { data } = await client.auth.signInWithPassword({
    email: "ada@example.com",
    password: "turnbase-demo",
  });
  const brands = good(await client.from("brands").select("slug, brand_members(user_id, role)"));
  assert.equal(brands[0]?.slug, "acme");
  const mine = brands[0]?.brand_members.find((member) => member.user_id === data.user?.id);
  assert.equal(mine?.role, "owner");
});

test("a conversation: inserts, history, cost, statistics, latest", async () => {
  const { client, id: userId } = await api.user();
  const session = good(
    await client.rpc("create_conversation_session", {
      p_title: "Trip to Rome",
      p_agent_type: "planner",
      p_metadata: { source: "web" },
    }),
  );
  assert.deepEqual(
    [session.user_id, session.state, session.status, session.message_count, session.metadata],
    [userId, "initial", "active", 0, { source: "web" }],
  );

  const first = good(
    await client.from("conversation_messages")
      .insert({ session_id: session.id, role: "user", content: "Where to?" })
      .select().single(),
  );
  assert.deepEqual(
    [first.sequence_order, first.user_id, first.parent_message_id, first.cost_source],
    [1, userId, null, "none"],
  );
  const appended = good(
    await client.rpc("append_messages", {
      p_session_id: session.id,
      p_messages: [
        {
          role: "assistant",
          content: "Rome.",
          tokens_used: 150,
          cost_usd: 0.0008,
          latency_ms: 850,
        },
        { role: "user", content: "Thanks!" },
      ],
    }),
  );
  assert.deepEqual(appended.map((row) => [row.sequence_order, row.inserted]), [[2, true], [
    3,
    true,
  ]]);
  assert.equal(appended[0]?.parent_message_id, first.id);

  const history = good(await client.rpc("get_conversation_history", { p_session_id: session.id }));
  assert.deepEqual(history.map((row) => row.content), ["Where to?", "Rome.", "Thanks!"]);
  const page = good(
    await client.rpc("get_conversation_history", {
      p_session_id: session.id,
      p_limit: 1,
      p_before_sequence: 3,
    }),
  );
  assert.deepEqual(page.map((row) => row.sequence_order), [2]);
  const latest = good(
    await client.rpc("get_latest_message", { p_session_id: session.id }).single(),
  );
  assert.equal(latest.content, "Thanks!");
  assert.equal(good(await client.rpc("get_session_cost", { p_session_id: session.id })), 0.0008);
  assert.deepEqual(
    good(await client.rpc("get_session_message_stats", { p_session_id: session.id })),
    [
      { role: "user", message_count: 2, total_tokens: 0, total_cost_usd: 0, avg_latency_ms: null },
      {
        role: "assistant",
        message_count: 1,
        total_tokens: 150,
        total_cost_usd: 0.0008,
        avg_latency_ms: 850,
      },
    ],
  );
  const whole = good(await client.rpc("get_session", { p_session_id: session.id }));
  assert.deepEqual(
    [whole.message_count, whole.last_sequence, whole.total_tokens, whole.total_cost_usd],
    [3, 3, 150, 0.0008],
  );
});

test("an anonymous user holds a conversation and nothing else", async () => {
  const { client } = await api.anonymous();
  const session = await newSession(client);
  good(
    await client.rpc("append_messages", {
      p_session_id: session,
      p_messages: [{ role: "user", content: "Hello" }],
    }),
  );
  assert.equal(good(await client.rpc("count_sessions", {})), 1);
  const brand = await client.from("brands").insert({ slug: `b-${randomUUID()}`, name: "Mine" });
  assert.deepEqual([brand.status, brand.error?.code], [403, "42501"]);
  assert.deepEqual(good(await client.from("profiles").select()), []);
});

test("lists: newest first, pages by cursor without gap or double, filters and counts", async () => {
  const { client } = await api.user();
  const made: string[] = [];
  for (let k = 0; k < 7; k++) {
    const agent = k % 2 ? "writer" : "planner";
    made.push(
      good(await client.rpc("create_conversation_session", { p_agent_type: agent })).id,
    );
  }
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = good(
      await client.rpc("list_sessions", { p_limit: 3, ...(cursor ? { p_cursor: cursor } : {}) }),
    );
    seen.push(...page.map((row) => row.id));
    cursor = page.length === 3 ? page.at(-1)?.cursor : undefined;
  } while (cursor);
  assert.deepEqual(seen, made.toReversed());
  const writers = good(await client.rpc("list_sessions", { p_agent_type: "writer" }));
  assert.equal(writers.length, 3);
  assert.equal(good(await client.rpc("count_sessions", { p_agent_type: "writer" })), 3);
  assert.equal(good(await client.rpc("count_sessions", { p_status: "archived" })), 0);
  assert.equal(good(await client.rpc("count_sessions", { p_pinned: false })), 7);

  const oldest = made[0] ?? "";
  good(
    await client.rpc("append_messages", {
      p_session_id: oldest,
      p_messages: [{ role: "user", content: "back again" }],
    }),
  );
  assert.equal(good(await client.rpc("list_sessions", { p_limit: 1 }))[0]?.id, oldest);
  const renamed = good(
    await client.rpc("rename_session", { p_session_id: made[3] ?? "", p_title: "Later" }),
  );
  assert.equal(renamed.title, "Later");
  assert.equal(good(await client.rpc("list_sessions", { p_limit: 1 }))[0]?.id, oldest);
});

test("states: moves, events, completing twice, reopening", async () => {
  const { client, id } = await api.user();
  const session = await newSession(client);
  const argument = { p_session_id: session };
  good(await client.rpc("set_session_state", { ...argument, p_state: "gathering" }));
  const planned = good(
    await client.from("conversation_sessions").update({ state: "planning" }).eq("id", session)
      .select("state").single(),
  );
  assert.equal(planned.state, "planning");
  const done = good(await client.rpc("complete_conversation_session", argument));
  assert.equal(done.state, "delivered");
  assert.ok(done.completed_at);
  const again = good(await client.rpc("complete_conversation_session", argument));
  assert.equal(again.completed_at, done.completed_at);
  const open = good(await client.rpc("reopen_conversation_session", argument));
  assert.deepEqual([open.state, open.completed_at], ["gathering", null]);
  const cancelled = good(await client.rpc("cancel_conversation_session", argument));
  assert.equal(cancelled.state, "cancelled");
  const events = good(
    await client.from("session_events").select("from_state, to_state, actor")
      .eq("session_id", session).order("id"),
  );
  assert.deepEqual(events.map((event) => event.to_state), [
    "gathering",
    "planning",
    "delivered",
    "gathering",
    "cancelled",
  ]);
  assert.ok(events.every((event) => event.actor === id));
});

test("messages embedded in their sessions, and numbers embedded by count", async () => {
  const { client } = await api.user();
  const session = await newSession(client);
  good(
    await client.rpc("append_messages", {
      p_session_id: session,
      p_messages: ["one", "two", "three"].map((content) => ({ role: "user" as const, content })),
    }),
  );
  const whole = good(
    await client.from("conversation_sessions")
      .select("*, conversation_messages(*)")
      .eq("id", session)
      .order("sequence_order", { referencedTable: "conversation_messages" })
      .single(),
  );
  assert.deepEqual(
    whole.conversation_messages.map((row) => [row.sequence_order, row.content]),
    [[1, "one"], [2, "two"], [3, "three"]],
  );
  const counted = good(
    await client.from("conversation_sessions").select("id, conversation_messages(count)")
      .eq("id", session).single(),
  );
  assert.deepEqual(counted.conversation_messages, [{ count: 3 }]);
  const parent = good(
    await client.from("conversation_messages")
      .select("content, conversation_sessions!inner(state)")
      .eq("conversation_sessions.id", session),
  );
  assert.equal(parent.length, 3);
});

test("retries: append, plain insert, upsert and create write once", async () => {
  const { client } = await api.user();
  const key = { p_title: "Trip", p_idempotency_key: "first" };
  const made = good(await client.rpc("create_conversation_session", key));
  assert.equal(good(await client.rpc("create_conversation_session", key)).id, made.id);

  const batch = {
    p_session_id: made.id,
    p_messages: [
      { id: randomUUID(), role: "user" as const, content: "Hello" },
      { id: randomUUID(), role: "assistant" as const, content: "Hi", cost_usd: 0.0008 },
    ],
  };
  const stored = good(await client.rpc("append_messages", batch));
  const repeated = good(await client.rpc("append_messages", batch));
  assert.deepEqual(repeated, stored.map((row) => ({ ...row, inserted: false })));

  const row = { id: randomUUID(), session_id: made.id, role: "user" as const, content: "Plain" };
  const first = await client.from("conversation_messages").insert(row).select();
  assert.deepEqual([first.status, good(first).length], [201, 1]);
  const second = await client.from("conversation_messages").insert(row).select();
  assert.deepEqual([second.status, second.data], [201, []]);
  const third = await client.from("conversation_messages").insert(row);
  assert.deepEqual([third.status, third.error], [201, null]);
  const upserted = await client.from("conversation_messages")
    .upsert(row, { onConflict: "id", ignoreDuplicates: true }).select();
  assert.deepEqual([upserted.status, upserted.data], [201, []]);
  assert.equal(good(await client.rpc("get_session", { p_session_id: made.id })).message_count, 3);

  const changed = await client.from("conversation_messages").insert({ ...row, content: "Other" });
  assert.equal(problem(changed).details, "IDEMPOTENCY_MISMATCH");
});

test("every digit of a cost comes back as text, and the sum is exact", async () => {
  const { client, token } = await api.user();
  const session = await newSession(client);
  const costs = ["0.000000000001", "123456789.123456789012", "0.1", "0.2"];
  // As text in the body: JavaScript could not hold it.
  for (const cost of costs) {
    const sent = await api.send("/conversation_messages", token, {
      method: "POST",
      body:
        `{"session_id": "${session}", "role": "assistant", "content": "x", "cost_usd": ${cost}}`,
    });
    assert.equal(sent.status, 201, await sent.text());
  }
  const rows = good(
    await client.from("conversation_messages").select("cost:cost_usd::text")
      .eq("session_id", session).order("sequence_order"),
  );
  assert.deepEqual(rows.map((row) => row.cost), costs);
  const sum = good(
    await client.from("conversation_sessions").select("total:total_cost_usd::text")
      .eq("id", session).single(),
  );
  assert.equal(sum.total, "123456789.423456789013");
});

test("annotations change, what was said and what it cost do not", async () => {
  const { client } = await api.user();
  const session = await newSession(client);
  const messages = client.from("conversation_messages");
  const { id } = good(
    await messages.insert({ session_id: session, role: "user", content: "x" }).select("id")
      .single(),
  );
  assert.equal((await messages.update({ mood: "glad" }).eq("id", id)).error, null);
  for (const change of [{ content: "y" }, { cost_usd: 1 }, { sequence_order: 9 }]) {
    const answer = await messages.update(change).eq("id", id);
    assert.deepEqual([answer.status, answer.error?.code], [403, "42501"], JSON.stringify(change));
  }
});

test("usage views show one's own numbers", async () => {
  const { client, id } = await api.user();
  const session = await newSession(client);
  good(
    await client.rpc("append_messages", {
      p_session_id: session,
      p_messages: [
        { role: "user", content: "q" },
        {
          role: "assistant",
          content: "a",
          provider: "openai",
          model_used: "gpt-4o",
          tokens_used: 9,
        },
      ],
    }),
  );
  const [usage] = good(await client.from("provider_usage_stats").select());
  assert.deepEqual([usage?.provider, usage?.request_count, usage?.total_tokens], ["openai", 1, 9]);
  const days = good(await client.from("daily_message_volume").select());
  assert.deepEqual(days.map((day) => [day.user_id, day.message_count]), [[id, 2]]);
});

test("the server writes for a user and corrects a cost; the counters follow", async () => {
  const { client, id } = await api.user();
  const service = api.service();
  const session = good(
    await service.from("conversation_sessions").insert({ user_id: id }).select("id").single(),
  ).id;
  const [message] = good(
    await service.rpc("append_messages", {
      p_session_id: session,
      p_messages: [{ role: "assistant", content: "a", cost_usd: 0.01 }],
    }),
  );
  assert.equal(message?.reported_by, "service_role");
  const { error } = await service.from("conversation_messages").update({ cost_usd: 0.02 })
    .eq("id", message?.id ?? "");
  assert.equal(error, null);
  assert.equal(good(await client.rpc("get_session_cost", { p_session_id: session })), 0.02);
});

test("every call that only reads answers a GET as it answers a POST; one that writes refuses it", async () => {
  const { client } = await api.user();
  const session = await newSession(client);
  const [message] = good(
    await client.rpc("append_messages", {
      p_session_id: session,
      p_messages: [{ role: "user", content: "Where to? \u00fc & %41" }],
    }),
  );
  const needed: Record<string, unknown> = {
    p_session_id: session,
    p_message_id: message?.id,
    p_query: "where -%41",
    p_embedding: [1, 0.5],
    p_brand_id: session,
    p_from: "2026-01-01",
    p_to: "2026-02-01",
  };
  const calls = await api.select(`
    select p.proname::text as name, p.proargnames[1:p.pronargs - p.pronargdefaults] as needs
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_language as l on l.oid = p.prolang and l.lanname in ('sql', 'plpgsql')
    where p.pronamespace = 'public'::regnamespace and p.provolatile <> 'v'
      and pg_catalog.has_function_privilege('authenticated', p.oid, 'execute')`);
  assert.ok(calls.length >= 20, `${calls.length} calls`);
  const untyped = client as unknown as {
    rpc(
      name: string,
      args: object,
      how: { get: boolean },
    ): PromiseLike<Parameters<typeof problem>[0]>;
  };
  for (const { name, needs } of calls) {
    const args = Object.fromEntries(
      ((needs ?? []) as string[]).map((arg) => {
        assert.ok(arg in needed, `${String(name)} needs ${arg}`);
        return [arg, needed[arg]];
      }),
    );
    const [posted, got] = [
      await untyped.rpc(String(name), args, { get: false }),
      await untyped.rpc(String(name), args, { get: true }),
    ];
    assert.deepEqual([got.data, problem(got)], [posted.data, problem(posted)], String(name));
    assert.notEqual(got.status, 405, String(name));
  }
  for (
    const call of [
      await client.rpc("create_conversation_session", {}, { get: true }),
      await client.rpc("rename_session", { p_session_id: session, p_title: "x" }, { get: true }),
    ]
  ) {
    assert.deepEqual([call.status, call.error?.code], [405, "25006"]);
  }
});
