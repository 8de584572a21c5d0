import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as ai from "ai";
import type OpenAI from "openai";
import { saveMessages as saveOpenAi } from "../../examples/openai/turnbase.ts";
import {
  loadMessages as loadUi,
  saveMessages as saveUi,
} from "../../examples/vercel-ai-sdk/turnbase.ts";
import { loadMessages as loadOpenAi } from "../../examples/openai/turnbase.ts";
import { type Api, type Client, newSession, openTestApi } from "../api/support.ts";
import { blankMetadata, openAiExchange, uiExchange } from "./support.ts";

let api: Api;
let ada: Client;

before(async () => {
  api = await openTestApi();
  ada = (await api.user()).client;
});
after(() => api[Symbol.asyncDispose]());

/** What the API checks: each call has its answer right behind it, each answer its call; the last calls may wait. */
function assertValid(messages: OpenAI.ChatCompletionMessageParam[]): void {
  const open = new Set<string>();
  for (const message of messages) {
    if (message.role === "tool") {
      assert.ok(open.delete(message.tool_call_id), `an answer without its call`);
      assert.equal(typeof message.content === "string" || Array.isArray(message.content), true);
      continue;
    }
    assert.equal(open.size, 0, "a call without its answer");
    if (message.role !== "assistant") {
      assert.notEqual(message.content, null);
      continue;
    }
    for (const call of message.tool_calls ?? []) {
      open.add(call.id);
      if (call.type === "function") assert.equal(typeof call.function.arguments, "string");
    }
    const says = [message.content, message.tool_calls, message.refusal];
    assert.ok(says.some((part) => part !== null && part !== undefined), "an answer of nothing");
  }
}

test("an OpenAI exchange comes back as it was", async () => {
  const session = await newSession(ada);
  await saveOpenAi(ada, session, openAiExchange);
  await blankMetadata(ada, session);
  assert.deepEqual(await loadOpenAi(ada, session), openAiExchange);
  assertValid(await loadOpenAi(ada, session));
});

test("a conversation of the AI SDK comes back as it was", async () => {
  const session = await newSession(ada);
  await saveUi(ada, session, uiExchange);
  await blankMetadata(ada, session);
  assert.deepEqual(await loadUi(ada, session), uiExchange);
  await ai.validateUIMessages({ messages: await loadUi(ada, session) });
});

test("what the AI SDK saved is a valid array for OpenAI", async () => {
  const session = await newSession(ada);
  await saveUi(ada, session, uiExchange);
  const messages = await loadOpenAi(ada, session);
  assertValid(messages);
  assert.deepEqual(messages.map(({ role }) => role), [
    "user",
    "assistant",
    "tool",
    "tool",
    "assistant",
    "user",
    "assistant",
  ]);
  assert.deepEqual(messages.slice(1, 5), [
    {
      role: "assistant",
      content: "Let me look.",
      tool_calls: [
        {
          id: "call-1",
          type: "function",
          function: { name: "weather", arguments: '{"at": "Rome"}' },
        },
        { id: "call-2", type: "function", function: { name: "news", arguments: "{}" } },
      ],
    },
    { role: "tool", tool_call_id: "call-1", content: '{"degrees": 21}' },
    { role: "tool", tool_call_id: "call-2", content: "no news today" },
    { role: "assistant", content: "21 degrees." },
  ]);
});

test("what came from OpenAI is a valid conversation for the AI SDK", async () => {
  const session = await newSession(ada);
  await saveOpenAi(ada, session, openAiExchange);
  const messages = await loadUi(ada, session);
  await ai.validateUIMessages({ messages });
  assert.deepEqual(messages.map(({ role }) => role), [
    "system",
    "system",
    "user",
    "assistant",
    "user",
    "assistant",
    "user",
    "assistant",
  ]);
  const model = await ai.convertToModelMessages(messages);
  assert.deepEqual(model.slice(3, 6), [
    {
      role: "assistant",
      content: [
        toolCall("call_rome", { at: "Rome", unit: "C" }),
        toolCall("call_oslo", { at: "Oslo" }),
      ],
    },
    { role: "tool", content: [toolResult("call_rome", "21"), toolResult("call_oslo", "4")] },
    { role: "assistant", content: [{ type: "text", text: "21 and 4 degrees." }] },
  ]);
});

function toolCall(toolCallId: string, input: unknown) {
  return { type: "tool-call", toolCallId, toolName: "weather", input, providerExecuted: undefined };
}

function toolResult(toolCallId: string, value: string) {
  return { type: "tool-result", toolCallId, toolName: "weather", output: { type: "text", value } };
}

test("wherever the limit cuts, both arrays stay valid", async () => {
  const openAi = await newSession(ada);
  await saveOpenAi(ada, openAi, openAiExchange);
  const ui = await newSession(ada);
  await saveUi(ada, ui, uiExchange);
  for (const session of [openAi, ui]) {
    for (let limit = 1; limit <= openAiExchange.length; limit++) {
      assertValid(await loadOpenAi(ada, session, limit));
      const messages = await loadUi(ada, session, limit);
      if (messages.length > 0) await ai.validateUIMessages({ messages });
      const results = (await ai.convertToModelMessages(messages)).filter(({ role }) =>
        role === "tool"
      );
      assert.ok(results.length <= 4);
    }
  }
});
