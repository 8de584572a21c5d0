import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { UIMessage } from "ai";
import type OpenAI from "openai";
import { root } from "../../local/paths.ts";
import type { Message } from "../../types/index.ts";
import { type Client, good } from "../api/support.ts";
import { readBlocks } from "../readme/blocks.ts";

/** The files that the README of an example prints are the files that the tests import. */
export function checkReadme(example: string, files: string[]): void {
  const folder = join(root, "examples", example);
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const blocks = readBlocks(readme).filter(({ language }) => language === "ts");
  assert.deepEqual(
    blocks.map(({ code }) => `${code}\n`),
    files.map((file) => readFileSync(join(folder, file), "utf8")),
  );
}

/** The stored rows of the branch that is shown. */
export async function rowsOf(client: Client, sessionId: string): Promise<Message[]> {
  return good(
    await client.rpc("get_conversation_history", { p_session_id: sessionId, p_limit: 200 }),
  );
}

/** Makes sure that nothing of a conversation rests in the app's own metadata. */
export async function blankMetadata(client: Client, sessionId: string): Promise<void> {
  const { error } = await client.from("conversation_messages").update({ metadata: {} })
    .eq("session_id", sessionId);
  assert.equal(error, null);
}

export const openAiExchange: OpenAI.ChatCompletionMessageParam[] = [
  { role: "system", content: "Be brief." },
  { role: "developer", content: "Answer in French.", name: "chief" },
  {
    role: "user",
    content: [
      { type: "text", text: "What is this, and how warm is it in Rome and in Oslo?" },
      {
        type: "image_url",
        image_url: { url: "data:image/png;base64,iVBORw0KGgo=", detail: "low" },
      },
    ],
  },
  {
    role: "assistant",
    content: null,
    tool_calls: [
      {
        id: "call_rome",
        type: "function",
        function: { name: "weather", arguments: '{"at":"Rome",  "unit":"C"}' },
      },
      {
        id: "call_oslo",
        type: "function",
        function: { name: "weather", arguments: '{"at":"Oslo"}' },
      },
    ],
  },
  { role: "tool", tool_call_id: "call_rome", content: "21" },
  { role: "tool", tool_call_id: "call_oslo", content: [{ type: "text", text: "4" }] },
  { role: "assistant", content: "21 and 4 degrees.", refusal: null },
  { role: "user", content: "Thanks", name: "ada" },
  { role: "assistant", content: "", refusal: null },
  { role: "user", content: "" },
  { role: "assistant", tool_calls: [call("a")] },
  { role: "tool", tool_call_id: "a", content: "" },
  { role: "assistant", content: "", tool_calls: [call("b")] },
  { role: "tool", tool_call_id: "b", content: "b" },
  { role: "assistant", content: null, refusal: "I cannot do that." },
];

function call(id: string): OpenAI.ChatCompletionMessageToolCall {
  return { id, type: "function", function: { name: "look", arguments: "{}" } };
}

export const uiExchange: UIMessage[] = [
  {
    id: "u-1",
    role: "user",
    metadata: { sentAt: 5, deep: { none: null } },
    parts: [
      { type: "text", text: "How warm is it in Rome?" },
      { type: "file", mediaType: "image/png", url: "data:image/png;base64,iVBORw0KGgo=" },
      { type: "data-place", id: "d-1", data: { at: [41.9, 12.5] } },
    ],
  },
  {
    id: "msg_abc",
    role: "assistant",
    parts: [
      { type: "step-start" },
      {
        type: "reasoning",
        text: "I should look.",
        state: "done",
        providerMetadata: { openai: { itemId: "rs_1" } },
      },
      { type: "text", text: "Let me look.", state: "done" },
      {
        type: "tool-weather",
        toolCallId: "call-1",
        state: "output-available",
        input: { at: "Rome" },
        output: { degrees: 21 },
      },
      {
        type: "dynamic-tool",
        toolName: "news",
        toolCallId: "call-2",
        state: "output-error",
        input: {},
        errorText: "no news today",
      },
      { type: "step-start" },
      { type: "source-url", sourceId: "s-1", url: "https://example.com", title: "Example" },
      { type: "source-document", sourceId: "s-2", mediaType: "text/plain", title: "Notes" },
      { type: "text", text: "21 degrees.", state: "done" },
      { type: "data-chart", data: [1, 2, 3] },
    ],
  },
  { id: "u-2", role: "user", parts: [{ type: "text", text: "Delete my notes." }] },
  {
    id: "msg_def",
    role: "assistant",
    parts: [
      { type: "step-start" },
      {
        type: "tool-delete",
        toolCallId: "call-3",
        state: "approval-requested",
        input: { what: "notes" },
        approval: { id: "approve-1" },
      },
    ],
  },
];
