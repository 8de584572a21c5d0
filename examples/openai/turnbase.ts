import type { SupabaseClient } from "@supabase/supabase-js";
import type OpenAI from "openai";
import type { AppendedMessage, AppendMessageInput, Database, Json } from "../../types/index.ts";

type Client = SupabaseClient<Database>;
type Message = OpenAI.ChatCompletionMessageParam;
/** Columns of the answer beside its text: provider, model, tokens, cost, latency. */
export type AnswerColumns = Omit<
  AppendMessageInput,
  "role" | "content" | "parts" | "tool_calls" | "tool_call_id"
>;

/**
 * The last messages of the branch that is shown, oldest first, ready for `messages`. Calls at the end wait for their
 * answers: a question that is asked instead is saved before.
 */
export async function loadMessages(
  supabase: Client,
  sessionId: string,
  limit = 50,
): Promise<Message[]> {
  const { data } = await supabase
    .rpc("get_openai_messages", { p_session_id: sessionId, p_limit: limit })
    .throwOnError();
  // What the RPC promises.
  return data as unknown as Message[];
}

/**
 * Appends new messages; `answer` goes with the last one of the assistant. With the same `turnId` a repeated call writes
 * nothing twice. Returns them as they are stored.
 */
export async function saveMessages(
  supabase: Client,
  sessionId: string,
  messages: Message[],
  answer: AnswerColumns = {},
  turnId: string = crypto.randomUUID(),
): Promise<AppendedMessage[]> {
  const answered = messages.findLast(({ role }) => role === "assistant");
  const rows = await Promise.all(messages.map(async (message, position) => ({
    ...rowOf(message),
    ...(message === answered ? answer : {}),
    id: await idOf(turnId, position),
  })));
  const { data } = await supabase
    .rpc("append_messages", { p_session_id: sessionId, p_messages: storable(rows) })
    .throwOnError();
  return data;
}

/** A message as a row: what has no column travels in one part beside the others. */
function rowOf(message: Message): AppendMessageInput {
  if (message.role === "function") throw new TypeError("functions are gone: use tools");
  const { role, content, ...rest } = message;
  const { tool_calls, tool_call_id, ...fields } = rest as {
    tool_calls?: OpenAI.ChatCompletionMessageToolCall[];
    tool_call_id?: string;
  };
  const parts: unknown[] = Array.isArray(content) ? [...content] : [];
  const hasCalls = tool_calls !== undefined && tool_calls.length > 0;
  const says = Array.isArray(content) || Boolean(content);
  const carried = { ...fields, ...(role === "developer" ? { role } : {}) };
  // null beside calls is what a row without parts reads as; all else that is empty has to be said.
  const isPlain = says || content === "" || (content === null && hasCalls);
  if (Object.keys(carried).length > 0 || !isPlain) {
    const spoken = says || content === undefined ? {} : { content };
    parts.push({ type: "data-openai-message", data: { ...spoken, ...carried } });
  }
  return {
    role: role === "developer" ? "system" : role,
    content: Array.isArray(content)
      ? content.map((part) => part.type === "text" ? part.text : "").join("")
      : content ?? "",
    // Content parts and tool calls are JSON.
    ...(parts.length > 0 || content === "" ? { parts: parts as Json } : {}),
    ...(hasCalls ? { tool_calls: tool_calls as unknown as Json } : {}),
    ...(tool_call_id === undefined ? {} : { tool_call_id }),
  };
}

/** Half of a cut emoji, and NUL, can't be stored: they become U+FFFD. */
function storable<T>(value: T): T {
  const text = JSON.stringify(value);
  return JSON.parse(
    text,
    (_, part: unknown) =>
      typeof part === "string"
        ? part.replaceAll("\0", "\ufffd").replace(/\p{Surrogate}/gu, "\ufffd")
        : part,
  ) as T;
}

/** What a completion used and where, as the price book counts it. */
export function usageColumns(completion: OpenAI.ChatCompletion): AnswerColumns {
  const { usage, model, service_tier, choices } = completion;
  return {
    provider: "openai",
    model_used: model,
    service_tier: service_tier ?? null,
    finish_reason: choices[0]?.finish_reason ?? null,
    input_tokens: usage?.prompt_tokens ?? null,
    output_tokens: usage?.completion_tokens ?? null,
    cached_input_tokens: usage?.prompt_tokens_details?.cached_tokens ?? null,
    reasoning_tokens: usage?.completion_tokens_details?.reasoning_tokens ?? null,
    tokens_used: usage?.total_tokens ?? null,
  };
}

async function idOf(turnId: string, position: number): Promise<string> {
  const text = new TextEncoder().encode(`${turnId} ${position}`);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", text)).slice(0, 16);
  bytes[6] = 0x80 | (bytes[6] ?? 0) & 0x0f; // UUID version 8: made from a hash of our own.
  bytes[8] = 0x80 | (bytes[8] ?? 0) & 0x3f;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
