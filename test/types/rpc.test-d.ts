import type {
  Args,
  BudgetReservation,
  Json,
  LogTurnInput,
  MessageRole,
  ReservationStatus,
  Returns,
} from "../../types/index.ts";
import { type Holds, type Same, supabase } from "./client.ts";

export async function rightCalls(id: string) {
  const cost = await supabase.rpc("get_session_cost", { p_session_id: id });
  const costUsd: number | null = cost.data;

  const history = await supabase.rpc("get_conversation_history", { p_session_id: id });
  const texts: string[] = (history.data ?? []).map((message) => message.content);

  const stats = await supabase.rpc("get_session_message_stats", { p_session_id: id });
  const counts: number[] = (stats.data ?? []).map((row) => row.message_count);

  const forOpenAi = await supabase.rpc("get_openai_messages", { p_session_id: id, p_limit: 20 });
  const forAiSdk = await supabase.rpc("get_ui_messages", { p_session_id: id });
  const arrays: (Json | null)[] = [forOpenAi.data, forAiSdk.data];

  const latest = await supabase.rpc("get_latest_message", { p_session_id: id }).maybeSingle();
  const sequence: number | undefined = latest.data?.sequence_order;

  const page = await supabase.rpc("list_sessions", { p_limit: 20, p_status: "active" });
  const cursor: string | undefined = page.data?.at(-1)?.cursor;

  const moved = await supabase.rpc("set_session_state", { p_session_id: id, p_state: "gathering" });
  const title: string | null | undefined = moved.data?.title;

  const made = await supabase.rpc("create_conversation_session", { p_title: "Hello" });
  const status: "active" | "archived" | "deleted" | undefined = made.data?.status;

  const appended = await supabase.rpc("append_messages", {
    p_session_id: id,
    p_messages: [
      { role: "user", content: "How do I reset it?", parent: "active" },
      { role: "assistant", tool_calls: [{ id: "1", type: "function" }], cost_usd: 0.0003 },
    ],
  });
  const inserted: boolean[] = (appended.data ?? []).map((message) => message.inserted);

  const turn = await supabase.rpc("log_turn", {
    p_session_id: id,
    p_turn_id: id,
    p_user_message: "How do I reset it?",
    p_assistant_message: "Hold the button.",
    p_cost_usd: "0.000000000000000001",
    p_tool_calls: [{ id: "1" }],
    p_tool_executions: [{
      tool_name: "search",
      tool_call_id: "1",
      status: "failed",
      error: "late",
    }],
  });
  const roles: MessageRole[] = (turn.data ?? []).map((message) => message.role);

  const imported = await supabase.rpc("import_messages", {
    p_session_id: id,
    p_messages: [{ role: "user", content: "Hello", created_at: "2026-01-01T00:00:00Z" }],
  });
  const times: string[] = (imported.data ?? []).map((message) => message.created_at);
  const begun = await supabase.rpc("begin_message", { p_session_id: id });
  const next: number | null | undefined = begun.data?.next_seq;
  const delta = await supabase.rpc("append_message_delta", {
    p_message_id: id,
    p_seq: 1,
    p_delta: "Hel",
  });
  const after: number | null = delta.data;
  const finished = await supabase.rpc("finish_message", { p_message_id: id, p_cost_usd: "0.01" });
  const text: string | undefined = finished.data?.content;
  const edited = await supabase.rpc("edit_message", { p_message_id: id, p_content: "Hi" });
  const fresh: boolean | undefined = edited.data?.inserted;

  const calls = await supabase.rpc("get_messages_with_tools", { p_session_id: id });
  const tools: string[] = (calls.data ?? []).flatMap((message) =>
    message.tool_executions.map((run) => run.tool_name)
  );

  const used = await supabase.rpc("record_usage", { p_usage_id: id, p_cost_usd: 0.1 });
  const isNew: boolean | undefined = used.data?.inserted;

  const held = await supabase.rpc("reserve_budget", { p_session_id: id, p_amount_usd: 0.5 });
  const reservation: BudgetReservation | null = held.data;
  const settled = await supabase.rpc("settle_budget", { p_reservation_id: id });
  const end: ReservationStatus | undefined = settled.data?.status;

  const numbers = await supabase.rpc("get_session_stats", { p_session_id: id });
  const turns: number | undefined = numbers.data?.conversation_count;
  const brand = await supabase.rpc("get_brand_usage", {
    p_brand_id: id,
    p_from: "2026-01-01",
    p_to: "2026-01-31",
  });
  const days: string[] = (brand.data ?? []).map((row) => row.day);
  const budgets = await supabase.rpc("get_budget_status", {});
  const left: (number | null)[] = (budgets.data ?? []).map((row) => row.remaining_usd);
  return {
    ...{ costUsd, texts, counts, sequence, cursor, title, status, inserted },
    ...{ times, next, after, text, fresh },
    ...{ roles, tools, isNew, reservation, end, turns, days, left, arrays },
  };
}

export function wrongCalls(id: string) {
  // @ts-expect-error: no such argument
  supabase.rpc("get_session_cost", { session_id: id });
  // @ts-expect-error: an id is text
  supabase.rpc("get_session_cost", { p_session_id: 42 });
  // @ts-expect-error: the argument is missing
  supabase.rpc("get_session_cost", {});
  // @ts-expect-error: no such function
  supabase.rpc("get_session_costs", { p_session_id: id });
  // @ts-expect-error: trigger functions are no RPCs
  supabase.rpc("update_session_on_message", {});
  // @ts-expect-error: no such state
  supabase.rpc("set_session_state", { p_session_id: id, p_state: "finished" });
  // @ts-expect-error: no such status
  supabase.rpc("list_sessions", { p_status: "trashed" });
  // @ts-expect-error: an argument is left out, never null
  supabase.rpc("list_sessions", { p_limit: null });
  // @ts-expect-error: a limit is a number
  supabase.rpc("get_conversation_history", { p_session_id: id, p_limit: "50" });
  // @ts-expect-error: no such role
  supabase.rpc("append_messages", { p_session_id: id, p_messages: [{ role: "bot", content: "" }] });
  // @ts-expect-error: an array of messages, not one
  supabase.rpc("append_messages", { p_session_id: id, p_messages: { role: "user", content: "" } });
  supabase.rpc("append_messages", {
    p_session_id: id,
    // @ts-expect-error: the role is missing
    p_messages: [{ content: "Hello" }],
  });

  const turn = { p_session_id: id, p_turn_id: id, p_user_message: "Hello" };
  // @ts-expect-error: the id of the turn is missing
  supabase.rpc("log_turn", { p_session_id: id, p_user_message: "Hello" });
  // @ts-expect-error: the message of the user is missing
  supabase.rpc("log_turn", { p_session_id: id, p_turn_id: id });
  // @ts-expect-error: no such argument
  const named: LogTurnInput = { ...turn, p_ai_response: "Hello yourself" };
  // @ts-expect-error: tokens are a number
  supabase.rpc("log_turn", { ...turn, p_input_tokens: "150" });
  // @ts-expect-error: an argument is left out, never null
  supabase.rpc("log_turn", { ...turn, p_latency_ms: null });
  // @ts-expect-error: the name of the tool is missing
  supabase.rpc("log_turn", { ...turn, p_tool_executions: [{ tool_call_id: "1" }] });
  // @ts-expect-error: a cost is a number, or its text
  supabase.rpc("log_turn", { ...turn, p_cost_usd: true });
  // @ts-expect-error: the amount is missing
  supabase.rpc("reserve_budget", { p_session_id: id });
  // @ts-expect-error: an amount is a number, or its text
  supabase.rpc("reserve_budget", { p_session_id: id, p_amount_usd: { usd: 1 } });
  // @ts-expect-error: seconds, as a number
  supabase.rpc("reserve_budget", { p_session_id: id, p_amount_usd: 1, p_ttl_seconds: "300" });
  // @ts-expect-error: for a session, not for a brand
  supabase.rpc("reserve_budget", { p_brand_id: id, p_amount_usd: 1 });
  // @ts-expect-error: the key is missing
  supabase.rpc("record_usage", { p_cost_usd: 1 });
  // @ts-expect-error: both days are given
  supabase.rpc("get_brand_usage", { p_brand_id: id, p_from: "2026-01-01" });
  return named;
}

export async function wrongResults(id: string) {
  const { data } = await supabase.rpc("get_session_cost", { p_session_id: id });
  // @ts-expect-error: a number
  const text: string | null = data;
  const { data: rows } = await supabase.rpc("get_session_message_stats", { p_session_id: id });
  // @ts-expect-error: null where no latency is known
  const latencies: number[] = (rows ?? []).map((row) => row.avg_latency_ms);
  const { data: used } = await supabase.rpc("record_usage", { p_usage_id: id, p_cost_usd: 1 });
  // @ts-expect-error: null where there is no price
  const spent: number | undefined = used?.cost_usd;
  return { text, latencies, spent };
}

export type Aliases = [
  Holds<Same<Args<"get_session_cost">, { p_session_id: string }>>,
  Holds<Same<Returns<"get_session_cost">, number>>,
  Holds<Same<Returns<"append_messages">[number]["sequence_order"], number>>,
  // @ts-expect-error: not the same
  Holds<Same<Returns<"get_session_cost">, string>>,
];
