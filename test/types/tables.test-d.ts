import type {
  CreateAttachmentInput,
  CreateBudgetInput,
  CreateMessageInput,
  CreateToolExecutionInput,
  Insert,
  MessageRole,
  RateMessageInput,
  Row,
  SessionState,
  Update,
  UpdateBudgetInput,
  UpdateMessageInput,
  UpdateSessionInput,
  UpdateToolExecutionInput,
} from "../../types/index.ts";
import { type Holds, type Same, supabase } from "./client.ts";

export async function rightStatements(id: string) {
  const message: CreateMessageInput = { session_id: id, role: "user", content: "Hello" };
  await supabase.from("conversation_messages").insert(message);
  await supabase.from("conversation_messages").insert([message, { ...message, cost_usd: 0.0003 }]);
  const { data } = await supabase.from("conversation_messages").select("content, role").eq(
    "role",
    "assistant",
  );
  const roles: MessageRole[] = (data ?? []).map((row) => row.role);

  const { data: session } = await supabase
    .from("conversation_sessions")
    .insert({ title: "Trip" })
    .select()
    .single();
  const state: SessionState | undefined = session?.state;

  const { data: whole } = await supabase
    .from("conversation_sessions")
    .select("*, conversation_messages(*)")
    .eq("id", id)
    .single();
  const contents: string[] = (whole?.conversation_messages ?? []).map((row) => row.content);

  await supabase.from("conversation_sessions").update({ title: "Rome", state: "planning" })
    .eq("id", id);
  const { data: usage } = await supabase.from("provider_usage_stats").select();
  const provider: string | null | undefined = usage?.[0]?.provider;

  const run: CreateToolExecutionInput = { session_id: id, tool_name: "search", input: { q: 1 } };
  await supabase.from("tool_executions").insert(run);
  const over: UpdateToolExecutionInput = { status: "completed", output: [1] };
  await supabase.from("tool_executions").update(over).eq("id", id);
  const { data: tools } = await supabase.from("tool_execution_stats").select();
  const rate: number | null | undefined = tools?.[0]?.success_rate;

  const budget: CreateBudgetInput = { brand_id: id, period: "month", hard_limit_usd: 100 };
  await supabase.from("budgets").insert(budget);
  const { data: prices } = await supabase.from("model_prices").select();
  const validity: string | undefined = prices?.[0]?.validity;

  const file: CreateAttachmentInput = {
    session_id: id,
    name: "a.txt",
    size_bytes: 3,
    mime_type: "text/plain",
    sha256: "",
  };
  const { data: stored } = await supabase.from("attachments").insert(file)
    .select("storage_path, duplicate_of").maybeSingle();
  const path: string | undefined = stored?.storage_path;
  const rating: RateMessageInput = { message_id: id, rating: "up", comment: "Yes" };
  await supabase.from("message_feedback").upsert(rating);
  await supabase.from("agent_logs").insert({ log_type: "trace", details: { step: 1 } });
  await supabase.from("performance_metrics").insert({ name: "ttft", type: "histogram", value: 3 });
  return { roles, state, contents, provider, validity, rate, path };
}

export function wrongStatements(id: string) {
  const messages = supabase.from("conversation_messages");
  const sessions = supabase.from("conversation_sessions");
  // @ts-expect-error: the session is missing
  messages.insert({ role: "user", content: "Hello" });
  // @ts-expect-error: no such role
  messages.insert({ session_id: id, role: "bot", content: "Hello" });
  // @ts-expect-error: no such role
  messages.select().eq("role", "bot");
  // @ts-expect-error: no such column
  messages.insert({ session_id: id, role: "user", content: "Hello", tokens: 3 });
  // @ts-expect-error: a generated column
  sessions.update({ status: "archived" });
  // @ts-expect-error: a generated column
  sessions.insert({ status: "archived" });
  // @ts-expect-error: no such state
  sessions.update({ state: "finished" });
  // @ts-expect-error: a title is text
  sessions.update({ title: 7 });
  // @ts-expect-error: no such table
  supabase.from("chats").select();
  // @ts-expect-error: views are read only
  supabase.from("provider_usage_stats").insert({ provider: "openai" });
  // @ts-expect-error: views are read only
  supabase.from("usage_daily").insert({ provider: "openai" });
  // @ts-expect-error: no such period
  supabase.from("budgets").insert({ brand_id: id, period: "week", hard_limit_usd: 1 });
  // @ts-expect-error: no such status
  supabase.from("tool_executions").insert({ session_id: id, tool_name: "search", status: "done" });
  // @ts-expect-error: the name of the tool is missing
  supabase.from("tool_executions").insert({ session_id: id });
  // @ts-expect-error: the ledger's own tables are not exposed
  supabase.from("usage_rollups").select();
  // @ts-expect-error: a file has a hash
  supabase.from("attachments").insert({
    session_id: id,
    name: "a",
    size_bytes: 1,
    mime_type: "a/b",
  });
  // @ts-expect-error: no such rating
  supabase.from("message_feedback").upsert({ message_id: id, rating: "sideways" });
  // @ts-expect-error: no such level
  supabase.from("agent_logs").insert({ log_type: "trace", level: "fatal" });
  // @ts-expect-error: partitions are not exposed
  supabase.from("agent_logs_default").select();
  // @ts-expect-error: the database counts
  supabase.from("session_events").update({ id: 1 });
}

export async function wrongResults(id: string) {
  const { data } = await supabase.from("conversation_messages").select("content").eq("id", id);
  // @ts-expect-error: not selected
  return data?.[0]?.role;
}

export function wrongInputs(id: string) {
  const message: CreateMessageInput = {
    session_id: id,
    role: "user",
    content: "",
    // @ts-expect-error: given by the database
    status: "failed",
  };
  // @ts-expect-error: what was said stays
  const note: UpdateMessageInput = { content: "Something else" };
  // @ts-expect-error: an RPC pins
  const session: UpdateSessionInput = { pinned_at: "2026-01-01" };
  // @ts-expect-error: a budget keeps its owner
  const budget: UpdateBudgetInput = { brand_id: id };
  // @ts-expect-error: what a tool was called with stays
  const run: UpdateToolExecutionInput = { input: {} };
  return { message, note, session, budget, run };
}

export type Aliases = [
  Holds<Same<Row<"conversation_sessions">["status"], "active" | "archived" | "deleted">>,
  Holds<Same<Row<"daily_message_volume">["message_count"], number | null>>,
  Holds<Same<Row<"usage_daily">["latency_histogram"], number[] | null>>,
  Holds<Same<Row<"usage_totals">["latency_histogram"], number[] | null>>,
  Holds<Same<Insert<"conversation_messages">["session_id"], string>>,
  Holds<Same<Update<"conversation_messages">["content"], string | undefined>>,
];
