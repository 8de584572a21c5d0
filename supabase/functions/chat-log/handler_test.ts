import { assertEquals } from "@std/assert";
import { HttpError } from "../_shared/errors.ts";
import { fakeDeps, post, service, user } from "../_shared/fakes.ts";
import { createHandler } from "./handler.ts";

const id = (digit: number) => `3f0e8a52-6f0b-4a2e-9a3c-00000000000${digit}`;
const turn = { turnId: id(1), sessionToken: "t", userMessage: "hello", aiResponse: "hi" };
const fine = (digit: number) => ({
  turn_id: id(digit),
  session_id: id(9),
  inserted: true,
  status: 200,
  code: null,
  message: null,
  hint: null,
});
const stored = { conversationId: id(1), sessionId: id(9), inserted: true };

Deno.test("a turn is one call, field by field", async () => {
  const deps = fakeDeps([fine(1)]);
  const embedding = Array.from({ length: 384 }, (_, at) => at / 384);
  const response = await createHandler(deps)(post("chat-log", {
    ...turn,
    sessionId: id(9),
    mood: "curious",
    responseTimeMs: 850,
    provider: "openai",
    model: "gpt-4o",
    costUsd: "0.000800000000000001",
    usage: {
      tokensUsed: 7,
      inputTokens: 1,
      outputTokens: 2,
      cachedInputTokens: 3,
      cacheWriteTokens: 4,
      cacheWrite1hTokens: 5,
      reasoningTokens: 6,
    },
    toolCalls: [{ name: "search" }],
    errorMessage: "late",
    finishReason: "stop",
    serviceTier: "default",
    similarQaMatches: [{ id: 1 }],
    similarityScores: [0.9],
    embedding,
    metadata: { a: 1 },
  }, service));
  assertEquals(await response.json(), { success: true, ...stored });
  assertEquals(deps.calls, [{
    caller: "service",
    name: "log_chat_turns",
    args: {
      p_turns: [{
        turn_id: id(1),
        session_id: id(9),
        session_token: "t",
        user_message: "hello",
        ai_response: "hi",
        mood: "curious",
        latency_ms: 850,
        provider: "openai",
        model: "gpt-4o",
        cost_usd: "0.000800000000000001",
        tokens_used: 7,
        input_tokens: 1,
        output_tokens: 2,
        cached_input_tokens: 3,
        cache_write_tokens: 4,
        cache_write_1h_tokens: 5,
        reasoning_tokens: 6,
        service_tier: "default",
        finish_reason: "stop",
        error_message: "late",
        tool_calls: [{ name: "search" }],
        similar_qa_matches: [{ id: 1 }],
        similarity_scores: [0.9],
        query_embedding: embedding,
        metadata: { a: 1 },
      }],
    },
  }]);
});

Deno.test("characters that cannot be stored: replaced for the service, refused for others", async () => {
  const deps = fakeDeps([fine(1)]);
  const handle = createHandler(deps);
  const bad = { ...turn, aiResponse: "a\0b\ud800", metadata: { k: 1 } };
  assertEquals((await handle(post("chat-log", bad, service))).status, 200);
  const [sent] = deps.calls[0]?.args["p_turns"] as Record<string, unknown>[];
  assertEquals([sent?.["ai_response"], sent?.["metadata"]], [
    "a\ufffdb\ufffd",
    { k: 1, replaced_characters: true },
  ]);
  assertEquals((await handle(post("chat-log", bad, user))).status, 400);
  assertEquals(deps.calls.length, 1);
});

Deno.test("a batch: bad turns stay behind, the others go in one call, answers in the order sent", async () => {
  const refused = { ...fine(2), inserted: null, status: 404, code: "SESSION_NOT_FOUND" };
  const deps = fakeDeps([fine(1), { ...refused, message: "m", hint: "h" }]);
  const response = await createHandler(deps)(post("chat-log", {
    turns: [
      { turnId: 7 },
      turn,
      { ...turn, turnId: id(3), userMessage: "\0" },
      { ...turn, turnId: id(2) },
      null,
    ],
  }, user));
  assertEquals(response.status, 207);
  const { success, results } = await response.json();
  assertEquals(success, false);
  assertEquals(results[1], { turnId: id(1), success: true, ...stored });
  assertEquals(results[3], {
    turnId: id(2),
    success: false,
    status: 404,
    error: { code: "SESSION_NOT_FOUND", message: "m", hint: "h" },
  });
  const bad = [0, 2, 4].map((at) => results[at]);
  assertEquals(bad.map(({ turnId, status }) => [turnId, status]), [
    [null, 400],
    [id(3), 400],
    [null, 400],
  ]);
  assertEquals(deps.calls.length, 1);
  assertEquals((deps.calls[0]?.args["p_turns"] as unknown[]).length, 2);
});

Deno.test("a batch of bad turns alone calls nothing", async () => {
  const deps = fakeDeps([]);
  const response = await createHandler(deps)(post("chat-log", { turns: [{}, 1] }, user));
  assertEquals([response.status, deps.calls.length], [207, 0]);
});

Deno.test("a batch of one is refused as a batch, but a refused call is one", async () => {
  const answer = async (error: Error) =>
    await createHandler(fakeDeps(error))(post("chat-log", { turns: [turn] }, user));
  const closed = await answer(new HttpError(409, "SESSION_CLOSED", "Session is closed"));
  assertEquals(closed.status, 207);
  assertEquals((await closed.json()).results, [{
    turnId: id(1),
    success: false,
    status: 409,
    error: { code: "SESSION_CLOSED", message: "Session is closed" },
  }]);
  assertEquals((await answer(new HttpError(429, "RATE_LIMITED", "Too many calls"))).status, 429);
  assertEquals((await answer(new HttpError(401, "UNAUTHENTICATED", "Sign in first"))).status, 401);
  assertEquals((await answer(new Error("secrets of the database"))).status, 500);
});
