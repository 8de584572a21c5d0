import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  AIMessage,
  type BaseMessage,
  ChatMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";
import { RunnableWithMessageHistory } from "@langchain/core/runnables";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { chat } from "../../examples/langchain/chat.ts";
import { TurnbaseChatMessageHistory } from "../../examples/langchain/turnbase.ts";
import { loadMessages } from "../../examples/openai/turnbase.ts";
import { type Api, type Client, good, newSession, openTestApi } from "../api/support.ts";
import { checkReadme, rowsOf } from "./support.ts";

let api: Api;
let ada: Client;

before(async () => {
  api = await openTestApi();
  ada = (await api.user()).client;
});
after(() => api[Symbol.asyncDispose]());

async function newHistory() {
  const sessionId = await newSession(ada);
  return { sessionId, history: new TurnbaseChatMessageHistory({ supabase: ada, sessionId }) };
}

/** What a model is sent. */
function shape(messages: BaseMessage[]) {
  return messages.map((message) => ({
    type: message.type,
    content: message.content,
    name: message.name,
    ...(AIMessage.isInstance(message) ? { calls: message.tool_calls } : {}),
    ...(ToolMessage.isInstance(message) ? { answers: message.tool_call_id } : {}),
  }));
}

test("the README prints the files that are tested here", () =>
  checkReadme("langchain", ["chat.ts"]));

test("a chat remembers what was said", async () => {
  const sessionId = await newSession(ada);
  const model = new FakeListChatModel({ responses: ["21 degrees.", "4 degrees."] });
  assert.equal(await chat(model, ada, sessionId, "Rome?"), "21 degrees.");
  assert.equal(await chat(model, ada, sessionId, "Oslo?"), "4 degrees.");
  const rows = await rowsOf(ada, sessionId);
  assert.deepEqual(rows.map(({ role, content }) => [role, content]), [
    ["user", "Rome?"],
    ["assistant", "21 degrees."],
    ["user", "Oslo?"],
    ["assistant", "4 degrees."],
  ]);
});

test("messages of every kind come back, with their calls, blocks and names", async () => {
  const { sessionId, history } = await newHistory();
  assert.deepEqual(await history.getMessages(), []);
  const messages = [
    new SystemMessage("Be brief."),
    new HumanMessage({
      content: [
        { type: "text", text: "What is this?" },
        { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
      ],
      name: "ada",
    }),
    new AIMessage({
      content: "",
      tool_calls: [
        { id: "a", name: "weather", args: { at: "Rome" }, type: "tool_call" },
        { id: "b", name: "weather", args: { at: "Oslo" }, type: "tool_call" },
      ],
    }),
    new ToolMessage({ content: "21", tool_call_id: "a" }),
    new ToolMessage({ content: "no such place", tool_call_id: "b", status: "error" }),
    // Its type depends on tools that are not known here.
    Object.assign(
      new AIMessage({ content: "A map.", response_metadata: { model_name: "gpt-4o" } }),
      { usage_metadata: { input_tokens: 10, output_tokens: 5, total_tokens: 15 } },
    ),
  ];
  await history.addMessages(messages);
  assert.deepEqual(shape(await history.getMessages()), shape(messages));
  const rows = await rowsOf(ada, sessionId);
  assert.deepEqual(
    [rows[5]?.input_tokens, rows[5]?.output_tokens, rows[5]?.tokens_used, rows[5]?.model_used],
    [10, 5, 15, "gpt-4o"],
  );
  assert.equal(rows[4]?.error_message, "no such place");
  assert.equal((await loadMessages(ada, sessionId)).length, 6);
});

test("calls whose arguments are no JSON are kept apart", async () => {
  const { sessionId, history } = await newHistory();
  good(
    await ada.rpc("append_messages", {
      p_session_id: sessionId,
      p_messages: [{
        role: "assistant",
        tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{at" } }],
      }],
    }),
  );
  const [answer] = await history.getMessages();
  assert.ok(AIMessage.isInstance(answer));
  assert.deepEqual([answer.tool_calls, answer.invalid_tool_calls?.[0]?.args], [[], "{at"]);
});

test("columns of an answer are the app's to give", async () => {
  const sessionId = await newSession(ada);
  const columns = () => ({ provider: "openai", model_used: "gpt-4o", cost_usd: "0.0008" });
  const history = new TurnbaseChatMessageHistory({ supabase: ada, sessionId, columns });
  await history.addUserMessage("Rome?");
  await history.addAIMessage("21 degrees.");
  const rows = await rowsOf(ada, sessionId);
  assert.deepEqual(rows.map((row) => row.cost_usd), [null, 0.0008]);
});

test("RunnableWithMessageHistory reads and writes it", async () => {
  const sessionId = await newSession(ada);
  const chain = new RunnableWithMessageHistory({
    runnable: new FakeListChatModel({ responses: ["21 degrees.", "4 degrees."] }),
    getMessageHistory: (id: string) =>
      new TurnbaseChatMessageHistory({ supabase: ada, sessionId: id }),
  });
  const config = { configurable: { sessionId } };
  await chain.invoke([new HumanMessage("Rome?")], config);
  await chain.invoke([new HumanMessage("Oslo?")], config);
  assert.deepEqual((await rowsOf(ada, sessionId)).map(({ content }) => content), [
    "Rome?",
    "21 degrees.",
    "Oslo?",
    "4 degrees.",
  ]);
});

test("clear empties the session and leaves the others", async () => {
  const { sessionId, history } = await newHistory();
  const other = await newHistory();
  await history.addUserMessage("Rome?");
  await other.history.addUserMessage("Oslo?");
  await history.clear();
  assert.deepEqual(await history.getMessages(), []);
  assert.equal((await other.history.getMessages()).length, 1);
  await history.addUserMessage("Oslo?");
  assert.equal((await rowsOf(ada, sessionId)).length, 1);
});

test("what Postgres cannot hold costs no answer", async () => {
  const { history } = await newHistory();
  await history.addMessage(new AIMessage("Cut \ud83d, a\0b"));
  assert.deepEqual((await history.getMessages()).map(({ text }) => text), ["Cut \ufffd, a\ufffdb"]);
});

test("a message that has no role here is refused", async () => {
  const { history } = await newHistory();
  await assert.rejects(history.addMessage(new ChatMessage("Hi", "narrator")), TypeError);
});
