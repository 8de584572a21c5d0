import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import OpenAI from "openai";
import { chat } from "../../examples/openai/chat.ts";
import { loadMessages, saveMessages } from "../../examples/openai/turnbase.ts";
import { type Api, type Client, newSession, openTestApi } from "../api/support.ts";
import { checkReadme, openAiExchange, rowsOf } from "./support.ts";

let api: Api;
let ada: Client;
const asked: OpenAI.ChatCompletionCreateParams[] = [];

// A stand-in for the provider: it keeps what it is asked and answers as the API does.
const provider = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
    const body: OpenAI.ChatCompletionCreateParams = JSON.parse(Buffer.concat(chunks).toString());
    asked.push(body);
    response.writeHead(200, { "content-type": "application/json", "x-stand-in": "turnbase" });
    response.end(JSON.stringify({
      id: `chatcmpl-${asked.length}`,
      object: "chat.completion",
      created: 0,
      model: "gpt-4o-mini-2024-07-18",
      service_tier: "default",
      choices: [{
        index: 0,
        finish_reason: "stop",
        message: { role: "assistant", content: "21 degrees.", refusal: null, annotations: [] },
      }],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 50 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    }));
  });
});

before(async () => {
  api = await openTestApi();
  ada = (await api.user()).client;
  provider.listen(0, "127.0.0.1");
  await once(provider, "listening");
});
after(async () => {
  provider.close();
  await api[Symbol.asyncDispose]();
});

test("the README prints the files that are tested here", () => checkReadme("openai", ["chat.ts"]));

test("a chat remembers what was said, and what it cost", async () => {
  const { port } = provider.address() as AddressInfo;
  const openai = new OpenAI({ apiKey: "stand-in", baseURL: `http://127.0.0.1:${port}/v1` });
  const session = await newSession(ada);
  assert.equal(await chat(openai, ada, session, "How warm is it in Rome?"), "21 degrees.");
  assert.equal(await chat(openai, ada, session, "And in Oslo?"), "21 degrees.");
  const answer = { role: "assistant", content: "21 degrees.", refusal: null, annotations: [] };
  assert.deepEqual(asked.at(-1)?.messages, [
    { role: "user", content: "How warm is it in Rome?" },
    answer,
    { role: "user", content: "And in Oslo?" },
  ]);
  assert.deepEqual((await loadMessages(ada, session)).at(-1), answer);
  const [, row] = await rowsOf(ada, session);
  assert.deepEqual(
    [row?.provider, row?.model_used, row?.finish_reason, row?.tokens_used, row?.cost_source],
    ["openai", "gpt-4o-mini-2024-07-18", "stop", 120, "price_book"],
  );
  assert.deepEqual([row?.cached_input_tokens, row?.reasoning_tokens], [50, 5]);
});

test("a turn that is tried again has the answer that was kept", async () => {
  const { port } = provider.address() as AddressInfo;
  const openai = new OpenAI({ apiKey: "stand-in", baseURL: `http://127.0.0.1:${port}/v1` });
  const session = await newSession(ada);
  const turn = crypto.randomUUID();
  await chat(openai, ada, session, "Hello?", turn);
  const times = asked.length;
  assert.equal(await chat(openai, ada, session, "Hello?", turn), "21 degrees.");
  assert.equal(asked.length, times);
  assert.deepEqual((await rowsOf(ada, session)).map(({ role }) => role), ["user", "assistant"]);
});

test("a turn that is sent twice at once shows one answer", async () => {
  const { port } = provider.address() as AddressInfo;
  const openai = new OpenAI({ apiKey: "stand-in", baseURL: `http://127.0.0.1:${port}/v1` });
  const session = await newSession(ada);
  const turn = crypto.randomUUID();
  await Promise.all([1, 2].map(() => chat(openai, ada, session, "Hello?", turn)));
  assert.deepEqual((await rowsOf(ada, session)).map(({ role }) => role), ["user", "assistant"]);
});

test("a conversation continues where a call was never answered", async () => {
  const { port } = provider.address() as AddressInfo;
  const openai = new OpenAI({ apiKey: "stand-in", baseURL: `http://127.0.0.1:${port}/v1` });
  const session = await newSession(ada);
  const user = { role: "user" as const, content: "How warm is it in Rome?" };
  const call = {
    id: "call_rome",
    type: "function" as const,
    function: { name: "weather", arguments: '{"at":"Rome"}' },
  };
  // The process ended in its tool.
  const asks = { role: "assistant" as const, content: null, tool_calls: [call] };
  await saveMessages(ada, session, [user, asks]);
  assert.deepEqual(await loadMessages(ada, session), [user, asks]);
  await chat(openai, ada, session, "Hello?");
  assert.deepEqual(asked.at(-1)?.messages, [user, { role: "user", content: "Hello?" }]);
});

test("a turn that is saved again is stored once", async () => {
  const session = await newSession(ada);
  for (let k = 0; k < 2; k++) {
    await saveMessages(ada, session, openAiExchange, { tokens_used: 5 }, "turn-1");
  }
  assert.deepEqual(await loadMessages(ada, session), openAiExchange);
  const rows = await rowsOf(ada, session);
  assert.deepEqual(rows.map((row) => row.tokens_used).filter((tokens) => tokens !== null), [5]);
  assert.equal(rows.at(-1)?.tokens_used, 5);
});

test("what Postgres cannot hold costs no answer", async () => {
  const session = await newSession(ada);
  const cut = { role: "assistant" as const, content: "Cut \ud83d, a\0b" };
  await saveMessages(ada, session, [cut]);
  assert.deepEqual(await loadMessages(ada, session), [
    { role: "assistant", content: "Cut \ufffd, a\ufffdb" },
  ]);
});

test("the old functions are refused", async () => {
  const session = await newSession(ada);
  const message = { role: "function" as const, name: "f", content: "1" };
  await assert.rejects(saveMessages(ada, session, [message]), TypeError);
});
