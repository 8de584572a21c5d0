import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { type Api, type Client, good, newSession, openTestApi, problem } from "./support.ts";

let api: Api;
let service: Client;
let owner: { client: Client; id: string };
let stranger: { client: Client; id: string };

before(async () => {
  api = await openTestApi();
  service = api.service();
  owner = await api.user();
  stranger = await api.user();
});
after(() => api[Symbol.asyncDispose]());

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function file(session_id: string, bytes: string = randomUUID()) {
  return {
    id: randomUUID(),
    session_id,
    name: "notes.txt",
    size_bytes: bytes.length,
    mime_type: "text/plain",
    sha256: sha256(bytes),
  };
}

async function newMessage(client: Client, session_id: string): Promise<string> {
  return good(
    await client.from("conversation_messages").insert({ session_id, role: "user", content: "Hi" })
      .select("id").single(),
  ).id;
}

test("a file is registered by a plain insert, and sent again writes nothing", async () => {
  const session = await newSession(owner.client);
  const body = file(session);
  const stored = good(
    await owner.client.from("attachments").insert(body).select().maybeSingle(),
  );
  assert.deepEqual(
    [stored.user_id, stored.storage_path, stored.duplicate_of, stored.processing_status],
    [owner.id, `${owner.id}/${body.sha256}`, null, "pending"],
  );
  const again = await owner.client.from("attachments").insert(body).select().maybeSingle();
  assert.deepEqual([again.status, again.error, again.data], [201, null, null]);
  const other = await owner.client.from("attachments").insert({ ...body, name: "other.txt" });
  assert.deepEqual(problem(other), {
    status: 409,
    code: "PT409",
    details: "IDEMPOTENCY_MISMATCH",
    message: "Same key with another body",
  });
});

test("bytes that are stored already are named, and the message comes later", async () => {
  const session = await newSession(owner.client);
  const first = file(session, `${session} once`);
  await owner.client.from("attachments").insert(first).throwOnError();
  // As the Storage API does after an upload.
  await api.select(
    `insert into storage.objects (bucket_id, name)
     values ('attachments', '${owner.id}/${first.sha256}') returning id`,
  );
  const second = good(
    await owner.client.from("attachments").insert({ ...first, id: randomUUID() }).select()
      .maybeSingle(),
  );
  assert.equal(second.duplicate_of, first.id);
  const message = await newMessage(owner.client, session);
  const { message_id } = good(
    await owner.client.from("attachments").update({ message_id: message }).eq("id", second.id)
      .select("message_id").single(),
  );
  assert.equal(message_id, message);
  const missing = await owner.client.from("attachments").update({ message_id: randomUUID() })
    .eq("id", second.id);
  assert.equal(problem(missing).details, "MESSAGE_NOT_FOUND");
});

test("sessions of others, odd names and what the database gives are refused", async () => {
  const session = await newSession(owner.client);
  const attachments = stranger.client.from("attachments");
  assert.deepEqual(problem(await attachments.insert(file(session))), {
    status: 404,
    code: "PT404",
    details: "SESSION_NOT_FOUND",
    message: "Session not found",
  });
  const mine = owner.client.from("attachments");
  const answers = [
    await mine.insert({ ...file(session), name: "x".repeat(1025) }),
    await mine.insert({ ...file(session), name: "a\nb" }),
    await mine.insert({ ...file(session), sha256: "abc" }),
    await mine.insert({ ...file(session), storage_path: "elsewhere" }),
    await mine.update({ processing_status: "processed" }).eq("session_id", session),
  ];
  assert.deepEqual(answers.map((answer) => [answer.status, answer.error?.code]), [
    [413, "PT413"],
    [400, "23514"],
    [400, "23514"],
    [403, "42501"],
    [403, "42501"],
  ]);
  const visitor = await api.anonymous();
  const own = await newSession(visitor.client);
  const refused = await visitor.client.from("attachments").insert(file(own));
  assert.deepEqual([refused.status, refused.error?.code], [403, "42501"]);
});

test("what nothing refers to is handed to a worker until it is settled", async () => {
  const session = await newSession(owner.client);
  const body = file(session);
  await owner.client.from("attachments").insert(body).throwOnError();
  await api.select(
    `insert into storage.objects (bucket_id, name)
     values ('attachments', '${owner.id}/${body.sha256}') returning id`,
  );
  await owner.client.from("conversation_sessions").delete().eq("id", session).throwOnError();
  const items = good(await service.rpc("take_storage_deletions", { p_limit: 1000 }));
  const mine = items.find((item) => item.path === `${owner.id}/${body.sha256}`);
  assert.ok(mine);
  assert.deepEqual([mine.bucket_id, mine.attempts], ["attachments", 1]);
  const next = await newSession(owner.client);
  const busy = await owner.client.from("attachments").insert({ ...body, session_id: next });
  assert.deepEqual([busy.status, busy.error?.details], [409, "FILE_IN_DELETION"]);
  assert.equal(
    good(await service.rpc("settle_storage_deletions", { p_ids: items.map((item) => item.id) })),
    items.length,
  );
  await owner.client.from("attachments").insert({ ...body, session_id: next }).throwOnError();
  const refused = await owner.client.rpc("take_storage_deletions");
  assert.deepEqual([refused.status, refused.error?.code], [403, "42501"]);
});

test("a rating is upserted, read, changed and taken back", async () => {
  const session = await newSession(owner.client);
  const message_id = await newMessage(owner.client, session);
  const feedback = owner.client.from("message_feedback");
  const rate = (rating: "up" | "down") =>
    feedback.upsert({ message_id, rating, reason: "helpful", comment: "Thanks" }).select().single();
  const first = good(await rate("up"));
  assert.deepEqual([first.user_id, first.session_id, first.rating], [owner.id, session, "up"]);
  const second = good(await rate("down"));
  assert.deepEqual([second.rating, second.created_at], ["down", first.created_at]);
  assert.deepEqual([second.reason, second.comment], ["helpful", "Thanks"]);
  // What is not sent with another rating goes with the one before.
  await feedback.upsert({ message_id, rating: "up" }).throwOnError();
  const rows = good(await feedback.select("rating, reason, comment").eq("session_id", session));
  assert.deepEqual(rows, [{ rating: "up", reason: null, comment: null }]);
  const [day] = good(await owner.client.from("message_feedback_stats").select());
  assert.ok(day);
  assert.deepEqual([day.rating_count, day.up_count, day.down_count], [1, 1, 0]);

  const refused = await stranger.client.from("message_feedback").upsert({
    message_id,
    rating: "up",
  });
  assert.deepEqual(problem(refused), {
    status: 404,
    code: "PT404",
    details: "MESSAGE_NOT_FOUND",
    message: "Message not found",
  });
  assert.deepEqual(good(await stranger.client.from("message_feedback").select()), []);
  assert.deepEqual(good(await stranger.client.from("message_feedback_stats").select()), []);
  await feedback.delete().eq("message_id", message_id).throwOnError();
  assert.deepEqual(good(await feedback.select().eq("session_id", session)), []);
});

test("the server writes and reads logs and metrics, and nobody else", async () => {
  const session = await newSession(owner.client);
  await service.from("agent_logs").insert([
    { session_id: session, user_id: owner.id, log_type: "agent_request", details: { model: "m" } },
    {
      session_id: session,
      log_type: "error",
      level: "error",
      details: { message: "Out of order" },
    },
    // Rows of one call may name different columns.
  ], { defaultToNull: false }).throwOnError();
  const rows = good(
    await service.from("agent_logs").select("level, log_type, details").eq("session_id", session)
      .gte("created_at", new Date(Date.now() - 86_400_000).toISOString()).order("level"),
  );
  assert.deepEqual(rows.map((row) => [row.level, row.log_type]), [["info", "agent_request"], [
    "error",
    "error",
  ]]);
  const name = `ttft-${session}`;
  const metric = { id: randomUUID(), created_at: new Date().toISOString(), name, value: 12.5 };
  for (let i = 0; i < 2; i++) {
    await service.from("performance_metrics").upsert(
      { ...metric, type: "histogram", unit: "ms", tags: { model: "m" } },
      { onConflict: "id,created_at", ignoreDuplicates: true },
    ).throwOnError();
  }
  const metrics = good(await service.from("performance_metrics").select("value").eq("name", name));
  assert.deepEqual(metrics, [{ value: 12.5 }]);
  for (
    const answer of [
      await owner.client.from("agent_logs").select(),
      await owner.client.from("agent_logs").insert({ log_type: "trace" }),
      await owner.client.from("performance_metrics").select(),
      await owner.client.rpc("make_log_partitions"),
      await owner.client.rpc("cleanup_old_logs", { p_days: 1 }),
    ]
  ) {
    assert.deepEqual([answer.status, answer.error?.code], [403, "42501"]);
  }
  const unknown = await service.from("agent_logs").insert({
    session_id: randomUUID(),
    log_type: "trace",
  });
  assert.equal(unknown.error?.code, "23503");
});

test("months are made and cleaned up by the server", async () => {
  assert.equal(good(await service.rpc("make_log_partitions")), 0);
  await service.from("agent_logs").insert({ log_type: "trace", created_at: "1999-01-01T00:00:00Z" })
    .throwOnError();
  assert.deepEqual(good(await service.rpc("cleanup_old_logs", { p_days: 3650 })), {
    rows_deleted: 1,
    partitions_dropped: 0,
    is_complete: true,
  });
});

test("a partition cannot be reached by its name", async () => {
  const token = api.addresses.serviceRoleKey;
  const direct = await api.send("/agent_logs_default", token);
  assert.equal(direct.status, 404);
  const { code } = await direct.json() as { code: string };
  assert.ok(["42P01", "PGRST205"].includes(code), code);
  const profiled = await api.send("/agent_logs_default", token, {
    headers: { "accept-profile": "private" },
  });
  assert.deepEqual([profiled.status, (await profiled.json() as { code: string }).code], [
    406,
    "PGRST106",
  ]);
});
