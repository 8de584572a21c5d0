import { BaseListChatMessageHistory } from "@langchain/core/chat_history";
import {
  AIMessage,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type UsageMetadata,
} from "@langchain/core/messages";
import {
  convertLangChainToolCallToOpenAI,
  makeInvalidToolCall,
  parseToolCall,
} from "@langchain/core/output_parsers/openai_tools";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { AppendMessageInput, Database, Json } from "../../types/index.ts";

/** Columns of an answer beside its text: provider, model, tokens, cost, latency. */
export type AnswerColumns = Omit<
  AppendMessageInput,
  "id" | "role" | "content" | "parts" | "tool_calls" | "tool_call_id"
>;

interface Fields {
  supabase: SupabaseClient<Database>;
  sessionId: string;
  /** How many stored messages getMessages reads; 50 if left out. */
  limit?: number;
  /** What else an answer has; by default its model and the tokens that LangChain counted. */
  columns?: (answer: AIMessage) => AnswerColumns;
}

/** A LangChain chat history in a session of Turnbase. */
export class TurnbaseChatMessageHistory extends BaseListChatMessageHistory {
  lc_namespace = ["turnbase"];
  readonly #fields: Fields;

  constructor(fields: Fields) {
    super();
    this.#fields = fields;
  }

  async getMessages(): Promise<BaseMessage[]> {
    const { supabase, sessionId, limit = 50 } = this.#fields;
    const { data } = await supabase
      .rpc("get_openai_messages", { p_session_id: sessionId, p_limit: limit })
      .throwOnError();
    // What the RPC promises.
    return (data as unknown as Stored[]).map(toLangChain);
  }

  async addMessage(message: BaseMessage): Promise<void> {
    await this.addMessages([message]);
  }

  override async addMessages(messages: BaseMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const { supabase, sessionId, columns = tokensOf } = this.#fields;
    const rows = messages.map((message) => ({
      ...rowOf(message),
      ...(AIMessage.isInstance(message) ? columns(message) : {}),
    }));
    await supabase
      .rpc("append_messages", { p_session_id: sessionId, p_messages: storable(rows) })
      .throwOnError();
  }

  /** Deletes the messages for good; what they cost stays spent. */
  override async clear(): Promise<void> {
    const { supabase, sessionId } = this.#fields;
    await supabase.from("conversation_messages").delete().eq("session_id", sessionId)
      .throwOnError();
  }
}

interface Stored {
  role: "system" | "developer" | "user" | "assistant" | "tool";
  content?: string | { type: string }[] | null;
  name?: string;
  tool_calls?: { id: string; function?: object }[];
  tool_call_id?: string;
}

function toLangChain(stored: Stored): BaseMessage {
  const content = stored.content ?? "";
  const said = { content, ...(stored.name === undefined ? {} : { name: stored.name }) };
  switch (stored.role) {
    case "user":
      return new HumanMessage(said);
    case "tool":
      return new ToolMessage({ ...said, tool_call_id: stored.tool_call_id ?? "" });
    case "assistant":
      return new AIMessage({ ...said, ...callsOf(stored) });
    default:
      return new SystemMessage(said);
  }
}

function callsOf({ tool_calls: stored = [] }: Stored) {
  const tool_calls = [];
  const invalid_tool_calls = [];
  for (const call of stored) {
    try {
      tool_calls.push(parseToolCall(call, { returnId: true }));
    } catch (error) {
      invalid_tool_calls.push(makeInvalidToolCall(call, String(error)));
    }
  }
  return { tool_calls, invalid_tool_calls };
}

const roles = { human: "user", ai: "assistant", system: "system", tool: "tool" } as const;

/** A message as a row: what has no column travels in one part beside the others. */
function rowOf(message: BaseMessage): AppendMessageInput {
  const role = (roles as Partial<Record<string, AppendMessageInput["role"]>>)[message.type];
  if (!role) throw new TypeError(`no place for a message of type ${message.type}`);
  const parts: unknown[] = typeof message.content === "string" ? [] : [...message.content];
  if (message.name) parts.push({ type: "data-openai-message", data: { name: message.name } });
  const calls = AIMessage.isInstance(message) ? message.tool_calls ?? [] : [];
  return {
    role,
    content: message.text,
    // Content blocks and tool calls are JSON.
    ...(parts.length > 0 ? { parts: parts as Json } : {}),
    ...(calls.length > 0 ? { tool_calls: calls.map(convertLangChainToolCallToOpenAI) } : {}),
    ...(ToolMessage.isInstance(message)
      ? {
        tool_call_id: message.tool_call_id,
        ...(message.status === "error" ? { error_message: message.text } : {}),
      }
      : {}),
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

function tokensOf(answer: AIMessage): AnswerColumns {
  const { response_metadata } = answer;
  const usage = answer.usage_metadata as UsageMetadata | undefined;
  const model: unknown = response_metadata["model_name"];
  return {
    ...(typeof model === "string" ? { model_used: model } : {}),
    ...(usage
      ? {
        input_tokens: usage.input_tokens,
        output_tokens: usage.output_tokens,
        tokens_used: usage.total_tokens,
      }
      : {}),
  };
}
