import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import * as ai from "ai";
import { MockLanguageModelV3 } from "ai/test";
import { chat } from "../../examples/vercel-ai-sdk/chat.ts";
import { loadMessages, saveMessages } from "../../examples/vercel-ai-sdk/turnbase.ts";
import { type Api, type Client, good, newSession, openTestApi, problem } from "../api/support.ts";
import { checkReadme, rowsOf, uiExchange } from "./support.ts";

let api: Api;
let ada: Client;

before(async () => {
  api = await openTestApi();
  ada = (await api.user()).client;
});
after(() => api[Symbol.asyncDispose]());

const used = {
  inputTokens: { total: 100, noCache: 60, cacheRead: 30, cacheWrite: 10 },
  outputTokens: { total: 20, text: 20, reasoning: 0 },
};

/** The SDK's own stand-in for a model: it says one line a call. */
function model(lines: string[], provider = "openai.chat") {
  return new MockLanguageModelV3({
    provider,
    modelId: "gpt-4o",
    doStream: () =>
      Promise.resolve({
        stream: ai.simulateReadableStream({
          chunks: [
            { type: "stream-start", warnings: [] },
            { type: "text-start", id: "t" },
            { type: "text-delta", id: "t", delta: lines.shift() ?? "Nothing more." },
            { type: "text-end", id: "t" },
            { type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage: used },
          ],
        }),
      }),
  });
}

async function ask(model: MockLanguageModelV3, session: string, message: ai.UIMessage) {
  const response = await chat(model, ada, session, message);
  // onFinish has run when the stream ends.
  return await response.text();
}

function says(id: string, text: string, role: "user" | "assistant" = "user"): ai.UIMessage {
  return { id, role, parts: [{ type: "text", text }] };
}

function textsOf(messages: ai.UIMessage[]): string[] {
  return messages.map(({ parts }) => parts.map((p) => p.type === "text" ? p.text : "").join(""));
}

test("the README prints the files that are tested here", () => {
  checkReadme("vercel-ai-sdk", ["chat.ts"]);
});

test("a chat streams an answer and keeps it with its tokens and its price", async () => {
  const session = await newSession(ada);
  const mock = model(["Hello Ada.", "Still here."]);
  assert.match(await ask(mock, session, says("u-1", "Hello")), /Hello Ada\./);
  assert.match(await ask(mock, session, says("u-2", "And now?")), /Still here\./);
  assert.equal(mock.doStreamCalls[1]?.prompt.length, 3);

  const messages = await loadMessages(ada, session);
  assert.deepEqual(textsOf(messages), ["Hello", "Hello Ada.", "And now?", "Still here."]);
  await ai.validateUIMessages({ messages });
  const rows = await rowsOf(ada, session);
  assert.deepEqual(rows.map((row) => [row.sequence_order, row.role, row.content]), [
    [1, "user", "Hello"],
    [2, "assistant", "Hello Ada."],
    [3, "user", "And now?"],
    [4, "assistant", "Still here."],
  ]);
  assert.deepEqual(
    [rows[3]?.provider, rows[3]?.model_used, rows[3]?.input_tokens, rows[3]?.tokens_used],
    ["openai", "gpt-4o", 100, 120],
  );
  assert.deepEqual(rows.map((row) => row.cost_source), [
    "none",
    "price_book",
    "none",
    "price_book",
  ]);
});

test("Anthropic's cache is no part of its input", async () => {
  const session = await newSession(ada);
  await ask(model(["Hi."], "anthropic.messages"), session, says("u-1", "Hi"));
  const answer = (await rowsOf(ada, session)).at(-1);
  assert.deepEqual(
    [answer?.input_tokens, answer?.cached_input_tokens, answer?.cache_write_tokens],
    [60, 30, 10],
  );
});

test("saved again, nothing is doubled", async () => {
  const session = await newSession(ada);
  for (let k = 0; k < 2; k++) {
    for (let length = 1; length <= uiExchange.length; length++) {
      await saveMessages(ada, session, uiExchange.slice(0, length), { tokens_used: length });
    }
  }
  await Promise.all([1, 2, 3].map(() => saveMessages(ada, session, uiExchange)));
  const [known] = await rowsOf(ada, session);
  assert.ok(known);
  const all = good(
    await ada.from("conversation_messages").select("tokens_used").eq("session_id", session)
      .order("sequence_order"),
  );
  assert.deepEqual(all.map((row) => row.tokens_used), [null, 2, null, 4]);
  assert.deepEqual(await loadMessages(ada, session), uiExchange);
});

test("two writers of the same new messages store them once", async () => {
  const session = await newSession(ada);
  await Promise.all([1, 2, 3].map(() => saveMessages(ada, session, uiExchange)));
  assert.equal((await ada.rpc("get_session", { p_session_id: session })).data?.message_count, 4);
  assert.deepEqual(await loadMessages(ada, session), uiExchange);
});

test("the result of a browser's tool comes under the same id, and the answer goes on", async () => {
  const session = await newSession(ada);
  const asked = says("u-1", "Where am I?");
  const call = { type: "tool-locate" as const, toolCallId: "c-1", input: {} };
  const waiting: ai.UIMessage = {
    id: "a-1",
    role: "assistant",
    parts: [{ type: "step-start" }, { ...call, state: "input-available" }],
  };
  await saveMessages(ada, session, [asked, waiting], { tokens_used: 7 });
  const located: ai.UIMessage = {
    ...waiting,
    parts: [{ type: "step-start" }, { ...call, state: "output-available", output: "Rome" }],
  };
  const mock = model(["You are in Rome."]);
  await ask(mock, session, located);
  assert.deepEqual(mock.doStreamCalls[0]?.prompt.map(({ role }) => role), [
    "user",
    "assistant",
    "tool",
  ]);
  const messages = await loadMessages(ada, session);
  assert.deepEqual(messages.map(({ id }) => id), ["u-1", "a-1"]);
  assert.deepEqual(messages[1]?.parts.slice(0, 2), located.parts);
  assert.equal(textsOf(messages)[1], "You are in Rome.");
  const all = await ada.from("conversation_messages").select("id", { count: "exact", head: true })
    .eq("session_id", session);
  assert.equal(all.count, 4, "every version stays");
});

test("an edited message is a version beside the old one, and both can be shown", async () => {
  const session = await newSession(ada);
  const old = [says("u-1", "Hi"), says("a-1", "Hello", "assistant"), says("u-2", "Rome?")];
  const edited = [old[0], old[1], says("u-2", "Oslo?"), says("a-2", "Cold.", "assistant")]
    .filter((message) => message !== undefined);
  await saveMessages(ada, session, old);
  await saveMessages(ada, session, edited);
  assert.deepEqual(await loadMessages(ada, session), edited);
  await saveMessages(ada, session, old);
  assert.deepEqual(await loadMessages(ada, session), old);
  await saveMessages(ada, session, edited, { tokens_used: 9 });
  assert.deepEqual(await loadMessages(ada, session), edited);
  const whole = good(await ada.rpc("get_session", { p_session_id: session }));
  assert.deepEqual([whole.message_count, whole.branch_count], [5, 1]);
});

test("the end of a long conversation is saved behind its beginning", async () => {
  const session = await newSession(ada);
  const long = Array.from(
    { length: 12 },
    (_, k) => says(`m-${k}`, `${k}`, k % 2 ? "assistant" : "user"),
  );
  await saveMessages(ada, session, long);
  const end = await loadMessages(ada, session, 4);
  await saveMessages(ada, session, [...end, says("m-12", "12")]);
  assert.equal((await loadMessages(ada, session)).length, 13);
});

test("a conversation longer than what is read goes on without a copy", async () => {
  const session = await newSession(ada);
  const p_messages = Array.from({ length: 201 }, (_, k) => ({
    role: k % 2 ? "assistant" as const : "user" as const,
    content: `${k}`,
  }));
  good(await ada.rpc("append_messages", { p_session_id: session, p_messages }));
  const mock = model(["One.", "Two."]);
  await ask(mock, session, says("u-1", "First?"));
  await ask(mock, session, says("u-2", "Second?"));
  assert.deepEqual(textsOf(await loadMessages(ada, session, 5)), [
    "200",
    "First?",
    "One.",
    "Second?",
    "Two.",
  ]);
  const whole = good(await ada.rpc("get_session", { p_session_id: session }));
  assert.deepEqual([whole.message_count, whole.branch_count], [205, 0]);
});

test("a page that begins within an answer is saved where it was read", async () => {
  const session = await newSession(ada);
  const tool_calls = [{ id: "c-1", type: "function", function: { name: "look", arguments: "{}" } }];
  const p_messages = [
    { role: "user" as const, content: "Look." },
    { role: "assistant" as const, tool_calls },
    { role: "tool" as const, content: "21", tool_call_id: "c-1" },
    { role: "assistant" as const, content: "21 degrees." },
    { role: "user" as const, content: "Thanks." },
  ];
  good(await ada.rpc("append_messages", { p_session_id: session, p_messages }));
  const end = await loadMessages(ada, session, 2);
  await saveMessages(ada, session, [...end, says("a-1", "At your service.", "assistant")]);
  const whole = good(await ada.rpc("get_session", { p_session_id: session }));
  assert.deepEqual([whole.message_count, whole.branch_count], [6, 0]);
});

test("a question that comes again gets another answer beside the first", async () => {
  const session = await newSession(ada);
  const mock = model(["Cold.", "Warm.", "Hot."]);
  await ask(mock, session, says("u-1", "Rome?"));
  await ask(mock, session, says("u-2", "Oslo?"));
  // As regenerate() of useChat sends it, and a request whose answer was lost.
  await ask(mock, session, says("u-2", "Oslo?"));
  assert.deepEqual(mock.doStreamCalls[2]?.prompt.map(({ role }) => role), [
    "user",
    "assistant",
    "user",
  ]);
  assert.deepEqual(textsOf(await loadMessages(ada, session)), ["Rome?", "Cold.", "Oslo?", "Hot."]);
  const whole = good(await ada.rpc("get_session", { p_session_id: session }));
  assert.deepEqual([whole.message_count, whole.branch_count], [5, 1]);
});

type Stream = Awaited<ReturnType<MockLanguageModelV3["doStream"]>>["stream"];
type Part = Stream extends ReadableStream<infer Part> ? Part : never;

/** A model whose first answer is this one, and which is whole from then on. */
function failing(first: Stream | Error) {
  let calls = 0;
  return new MockLanguageModelV3({
    provider: "openai.chat",
    modelId: "gpt-4o",
    doStream: (options) => {
      if (calls++ > 0) return model(["Whole."]).doStream(options);
      return first instanceof Error ? Promise.reject(first) : Promise.resolve({ stream: first });
    },
  });
}

for (
  const [how, first, stored] of [
    [
      "midway",
      ai.simulateReadableStream<Part>({
        chunks: [
          { type: "stream-start", warnings: [] },
          { type: "text-start", id: "t" },
          { type: "text-delta", id: "t", delta: "Half" },
          { type: "error", error: new Error("the model fell over") },
        ],
      }),
      ["Hello", "Half"],
    ],
    ["at once", new Error("the model fell over"), ["Hello", ""]],
  ] as const
) {
  test(`an answer that fails ${how} is kept as one that failed, and the chat goes on`, async () => {
    const session = await newSession(ada);
    const mock = failing(first);
    const told = await ask(mock, session, says("u-1", "Hello"));
    assert.match(told, /"type":"error","errorText":"An error occurred\."/);
    const rows = await rowsOf(ada, session);
    assert.deepEqual(rows.map(({ content }) => content), stored);
    assert.deepEqual(
      [rows[1]?.error_message, rows[1]?.model_used, rows[1]?.cost_source],
      ["Error: the model fell over", "gpt-4o", "unpriced"],
    );
    assert.match(await ask(mock, session, says("u-2", "And now?")), /Whole\./);
    assert.ok(mock.doStreamCalls[1]?.prompt.every(({ content }) => content.length > 0));
    assert.match(await ask(mock, session, says("u-1", "Hello")), /Nothing more\.|Whole\./);
    assert.deepEqual(textsOf(await loadMessages(ada, session)), ["Hello", "Whole."]);
  });
}

test("an answer is none that failed because a tool of it did", async () => {
  const session = await newSession(ada);
  const mock = failing(
    ai.simulateReadableStream<Part>({
      chunks: [
        { type: "stream-start", warnings: [] },
        { type: "tool-call", toolCallId: "c", toolName: "nonesuch", input: "{}" },
        { type: "text-start", id: "t" },
        { type: "text-delta", id: "t", delta: "Without it." },
        { type: "text-end", id: "t" },
        { type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage: used },
      ],
    }),
  );
  assert.match(await ask(mock, session, says("u-1", "Hello")), /"errorText"/);
  const answer = (await rowsOf(ada, session))[1];
  assert.deepEqual([answer?.content, answer?.error_message], ["Without it.", null]);
});

test("an answer whose reader has gone is kept to its end", async () => {
  const session = await newSession(ada);
  const mock = failing(
    ai.simulateReadableStream<Part>({
      chunkDelayInMs: 5,
      chunks: [
        { type: "stream-start", warnings: [] },
        { type: "text-start", id: "t" },
        ...["To ", "the ", "end."].map((delta) => ({
          type: "text-delta" as const,
          id: "t",
          delta,
        })),
        { type: "text-end", id: "t" },
        { type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage: used },
      ],
    }),
  );
  const { body } = await chat(mock, ada, session, says("u-1", "Hello"));
  const reader = body?.getReader();
  await reader?.read();
  await reader?.cancel();
  for (let left = 200; (await rowsOf(ada, session)).length < 2; left--) {
    assert.ok(left > 0, "nothing is stored");
    await sleep(20);
  }
  const answer = (await rowsOf(ada, session))[1];
  assert.deepEqual(
    [answer?.content, answer?.finish_reason, answer?.input_tokens],
    ["To the end.", "stop", 100],
  );
});

test("a conversation that other calls wrote goes on without a copy", async () => {
  const session = await newSession(ada);
  good(
    await ada.rpc("log_turn", {
      p_session_id: session,
      p_turn_id: crypto.randomUUID(),
      p_user_message: "Rome?",
      p_assistant_message: "21 degrees.",
    }),
  );
  await ask(model(["4 degrees."]), session, says("u-1", "Oslo?"));
  const rows = await rowsOf(ada, session);
  assert.deepEqual(rows.map(({ content }) => content), [
    "Rome?",
    "21 degrees.",
    "Oslo?",
    "4 degrees.",
  ]);
});

test("what Postgres cannot hold costs no answer", async () => {
  const session = await newSession(ada);
  const read: ai.UIMessage = {
    id: "a-1",
    role: "assistant",
    parts: [
      { type: "step-start" },
      {
        type: "dynamic-tool",
        toolName: "read",
        toolCallId: "c-1",
        state: "output-available",
        input: {},
        output: "a\0b",
      },
      { type: "text", text: "Cut \ud83d" },
    ],
  };
  for (let k = 0; k < 2; k++) await saveMessages(ada, session, [says("u-1", "Read it."), read]);
  const [, kept] = await loadMessages(ada, session);
  assert.deepEqual(kept, JSON.parse(JSON.stringify(read).replace(/\\u0000|\\ud83d/g, "\ufffd")));
  assert.equal((await rowsOf(ada, session)).length, 2);
});

test("parts of more than 256 KiB are refused, and nothing of the call is stored", async () => {
  const session = await newSession(ada);
  const url = `data:image/png;base64,${"A".repeat(270_000)}`;
  const picture: ai.UIMessage = {
    id: "u-1",
    role: "user",
    parts: [{ type: "file", mediaType: "image/png", url }],
  };
  await assert.rejects(saveMessages(ada, session, [picture]), (error: { details?: string }) => {
    assert.equal(error.details, "TOO_LARGE");
    return true;
  });
  assert.deepEqual(await loadMessages(ada, session), []);
});

test("somebody else's session is not found", async () => {
  const session = await newSession(ada);
  await saveMessages(ada, session, uiExchange);
  const eve = (await api.user()).client;
  const answer = await eve.rpc("get_ui_messages", { p_session_id: session });
  assert.deepEqual([answer.status, problem(answer).details], [404, "SESSION_NOT_FOUND"]);
  await assert.rejects(saveMessages(eve, session, uiExchange));
});
