import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { type Api, type Client, good, newSession, openTestApi, problem } from "./support.ts";

let api: Api;
let service: Client;

before(async () => {
  api = await openTestApi();
  service = api.service();
});
after(() => api[Symbol.asyncDispose]());

async function tokens(client: Client, p_session_id: string): Promise<number> {
  return good(await client.rpc("get_session", { p_session_id })).total_tokens;
}

test("a tool runs from pending to completed, once, and its tokens count in the session", async () => {
  const { client } = await api.user();
  const session = await newSession(client);
  const run = { id: randomUUID(), session_id: session, tool_name: "search", input: { q: "gold" } };
  const runs = client.from("tool_executions");
  assert.equal((await runs.insert(run)).error, null);
  assert.equal((await runs.insert(run)).error, null);
  const other = problem(await runs.insert({ ...run, input: { q: "silver" } }));
  assert.deepEqual([other.status, other.details], [409, "IDEMPOTENCY_MISMATCH"]);

  good(await runs.update({ status: "running" }).eq("id", run.id).select());
  const done = { status: "completed" as const, output: ["a"], tokens_used: 12 };
  const over = good(await runs.update(done).eq("id", run.id).select().single());
  assert.ok(over.started_at && over.completed_at && over.started_at <= over.completed_at);
  assert.deepEqual([over.output, over.tokens_used], [["a"], 12]);
  assert.ok((over.execution_time_ms ?? -1) >= 0);
  good(await runs.update(done).eq("id", run.id).select().single());
  const back = await runs.update({ status: "running" }).eq("id", run.id);
  assert.deepEqual([problem(back).status, problem(back).details], [409, "ILLEGAL_TRANSITION"]);
  assert.match(String(back.error?.hint), /pending to running/);
  assert.equal(await tokens(client, session), 12);

  const [stats] = good(await client.from("tool_execution_stats").select());
  assert.deepEqual(
    [stats?.tool_name, stats?.execution_count, stats?.success_rate, stats?.total_tokens],
    ["search", 1, 1, 12],
  );
});

test("log_turn stores the runs of a turn once, and get_messages_with_tools reads them", async () => {
  const { client } = await api.user();
  const session = await newSession(client);
  const turn = {
    p_session_id: session,
    p_turn_id: randomUUID(),
    p_user_message: "How much is gold?",
    p_tokens_used: 100,
    p_tool_calls: [{ id: "call_1", type: "function", function: { name: "search" } }],
    p_tool_executions: [{
      tool_call_id: "call_1",
      tool_name: "search",
      input: { q: "gold" },
      status: "completed" as const,
      execution_time_ms: 40,
      tokens_used: 7,
    }],
  };
  good(await client.rpc("log_turn", turn));
  good(await client.rpc("log_turn", turn));
  const other = problem(await client.rpc("log_turn", { ...turn, p_tool_executions: [] }));
  assert.deepEqual([other.status, other.details], [409, "IDEMPOTENCY_MISMATCH"]);
  assert.equal(await tokens(client, session), 107);
  const answer = { role: "tool" as const, content: "4000 dollars", tool_call_id: "call_1" };
  good(await client.rpc("append_messages", { p_session_id: session, p_messages: [answer] }));

  const messages = good(await client.rpc("get_messages_with_tools", { p_session_id: session }));
  assert.equal(messages.length, 1);
  const [message] = messages;
  assert.ok(message);
  assert.deepEqual([message.role, message.sequence_order], ["assistant", 2]);
  assert.deepEqual(
    message.tool_executions.map((run) => [run.tool_name, run.input, run.execution_time_ms]),
    [["search", { q: "gold" }, 40]],
  );
  assert.deepEqual(message.tool_results.map((result) => result.content), ["4000 dollars"]);

  const wrong = { ...turn, p_turn_id: randomUUID() };
  const key = problem(
    await client.rpc("log_turn", {
      ...wrong,
      p_tool_executions: [{ tool_name: "search", started_at: "2026-01-01" }],
    }),
  );
  assert.deepEqual([key.status, key.details], [400, "INVALID_ARGUMENT"]);
  assert.equal(await tokens(client, session), 107);
});

test("an anonymous user's runs are written by the server", async () => {
  const { client } = await api.anonymous();
  const session = await newSession(client);
  const run = { session_id: session, tool_name: "search" };
  const refused = problem(await client.from("tool_executions").insert(run));
  assert.deepEqual([refused.status, refused.code], [403, "42501"]);
  const turn = {
    p_session_id: session,
    p_turn_id: randomUUID(),
    p_user_message: "q",
    p_assistant_message: "a",
    p_tool_executions: [{ tool_name: "search" }],
  };
  const forbidden = problem(await client.rpc("log_turn", turn));
  assert.deepEqual([forbidden.status, forbidden.details], [403, "FORBIDDEN"]);
  good(await service.rpc("log_turn", turn));
  assert.equal((await service.from("tool_executions").insert(run)).error, null);
  assert.equal(good(await client.from("tool_executions").select()).length, 2);
  const changed = await client.from("tool_executions").update({ status: "failed" })
    .eq("session_id", session).select();
  assert.deepEqual(good(changed), []);
});

test("runs go with their message, and their tokens too", async () => {
  const { client } = await api.user();
  const session = await newSession(client);
  const [message] = good(
    await client.rpc("append_messages", {
      p_session_id: session,
      p_messages: [{ role: "assistant", content: "a", tokens_used: 100 }],
    }),
  );
  assert.ok(message);
  const run = { session_id: session, message_id: message.id, tool_name: "a", tokens_used: 5 };
  assert.equal((await client.from("tool_executions").insert([run, run])).error, null);
  assert.equal(await tokens(client, session), 110);
  const lost = problem(
    await client.from("tool_executions").insert({ ...run, message_id: randomUUID() }),
  );
  assert.deepEqual([lost.status, lost.details], [404, "MESSAGE_NOT_FOUND"]);
  await client.from("conversation_messages").delete().eq("id", message.id).throwOnError();
  assert.deepEqual(good(await client.from("tool_executions").select()), []);
  assert.equal(await tokens(client, session), 0);
});
