import type { SupabaseClient } from "@supabase/supabase-js";
import type { LanguageModelUsage, UIMessage } from "ai";
import type { AppendMessageInput, Database, Json } from "../../types/index.ts";

type Client = SupabaseClient<Database>;
/** Columns of the answer beside its text: provider, model, tokens, cost, latency. */
export type AnswerColumns = Omit<
  AppendMessageInput,
  "id" | "role" | "content" | "parts" | "parent" | "parent_message_id"
>;

/** The last messages of the branch that is shown, oldest first, as they were saved. */
export async function loadMessages<Message extends UIMessage = UIMessage>(
  supabase: Client,
  sessionId: string,
  limit = 50,
): Promise<Message[]> {
  const { data } = await supabase
    .rpc("get_ui_messages", { p_session_id: sessionId, p_limit: limit })
    .throwOnError();
  // The RPC gives what the SDK's validator takes; data parts and tools are the app's.
  return data as unknown as Message[];
}

/**
 * Saves a whole conversation, as onFinish gives it; `answer` goes with its last message. What is stored is not stored
 * again, and a message that changed under its id becomes a version beside the old one.
 */
export async function saveMessages(
  supabase: Client,
  sessionId: string,
  unsaved: UIMessage[],
  answer: AnswerColumns = {},
): Promise<void> {
  const messages = storable(unsaved);
  const [stored, { data: branch }] = await Promise.all([
    loadMessages(supabase, sessionId, 200),
    supabase.rpc("get_conversation_history", { p_session_id: sessionId, p_limit: 200 })
      .select("id, parent_message_id, parts")
      .throwOnError(),
  ]);
  const rowOf = (message: UIMessage) =>
    branch.find((row) => row.id === message.id || carriedId(row.parts) === message.id);

  // What was read of the branch may begin later than the messages, or within an answer: all before is stored.
  const read = messages.findIndex(({ id }) => stored.some((message) => message.id === id));
  const isCut = branch[0]?.parent_message_id || messages[0] && rowOf(messages[0]);
  const begin = isCut ? Math.max(read, 0) : 0;

  // Up to the first message that is not stored as it is; what stands in its place has the same parent.
  const first = stored.findIndex((message) => message.id === messages[begin]?.id);
  let same = 0;
  while (
    first >= 0 && begin + same < messages.length &&
    canonical(messages[begin + same]) === canonical(stored[first + same])
  ) same += 1;
  const inPlace = first < 0 ? undefined : stored[first + same];
  let parent = first < 0
    ? "root"
    : inPlace
    ? rowOf(inPlace)?.parent_message_id ?? "root"
    : branch.at(-1)?.id ?? "root";

  const rows: AppendMessageInput[] = [];
  for (const message of messages.slice(begin + same)) {
    const id = await idOf([sessionId, parent, message]);
    const { role, parts, ...fields } = message;
    rows.push({
      id,
      parent,
      role,
      content: parts.map((part) => part.type === "text" ? part.text : "").join(""),
      // UI messages are JSON.
      parts: [...parts, { type: "data-ui-message", data: fields }] as unknown as Json,
      ...(message === messages.at(-1) && role === "assistant" ? storable(answer) : {}),
    });
    parent = id;
  }

  const { data: known } = await supabase.from("conversation_messages")
    .select("id").eq("session_id", sessionId).in("id", rows.map((row) => row.id ?? ""))
    .throwOnError();
  const missing = rows.filter((row) => !known.some(({ id }) => id === row.id));
  if (missing.length > 0) {
    await supabase
      .rpc("append_messages", { p_session_id: sessionId, p_messages: missing })
      .throwOnError();
  } else if (parent !== "root" && parent !== branch.at(-1)?.id) {
    await supabase.rpc("select_branch", { p_message_id: parent }).throwOnError();
  }
}

/** What a call used, in the provider's own way of counting: Anthropic leaves its cache out of the input. */
export function usageColumns(
  usage: LanguageModelUsage | undefined,
  model: { provider: string; modelId: string },
): AnswerColumns {
  const { inputTokenDetails: input, outputTokenDetails: output } = usage ?? {};
  const [provider = ""] = model.provider.split("."); // "openai.chat"
  const inputTokens = provider === "anthropic" ? input?.noCacheTokens : usage?.inputTokens;
  return {
    provider,
    model_used: model.modelId,
    input_tokens: inputTokens ?? null,
    output_tokens: usage?.outputTokens ?? null,
    cached_input_tokens: input?.cacheReadTokens ?? null,
    cache_write_tokens: input?.cacheWriteTokens ?? null,
    reasoning_tokens: output?.reasoningTokens ?? null,
    tokens_used: usage?.totalTokens ?? null,
  };
}

/** The id in the last part, where rows below have it. */
function carriedId(parts: Json): unknown {
  const carrier = Array.isArray(parts) ? parts.at(-1) : undefined;
  if (typeof carrier !== "object" || carrier === null || Array.isArray(carrier)) return undefined;
  const { type, data } = carrier;
  const carries = type === "data-ui-message" && typeof data === "object" && data !== null;
  return carries && !Array.isArray(data) ? data["id"] : undefined;
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

/** The same text for the same JSON, whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part: unknown) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1))
        : part,
  ) ?? "";
}

async function idOf(value: unknown): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(value)));
  const bytes = new Uint8Array(digest).slice(0, 16);
  bytes[6] = 0x80 | (bytes[6] ?? 0) & 0x0f; // UUID version 8: made from a hash of our own.
  bytes[8] = 0x80 | (bytes[8] ?? 0) & 0x3f;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
