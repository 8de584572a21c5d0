import type { Args, Returns } from "../../types/index.ts";
import { type Holds, type Same, supabase } from "./client.ts";

export async function rightCalls(id: string) {
  const cost = await supabase.rpc("get_session_cost", { p_session_id: id });
  const costUsd: number | null = cost.data;

  const history = await supabase.rpc("get_conversation_history", { p_session_id: id });
  const texts: string[] = (history.data ?? []).map((message) => message.content);

  const stats = await supabase.rpc("get_session_message_stats", { p_session_id: id });
  const counts: number[] = (stats.data ?? []).map((row) => row.message_count);

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
  return { costUsd, texts, counts, sequence, cursor, title, status, inserted };
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
}

export async function wrongResults(id: string) {
  const { data } = await supabase.rpc("get_session_cost", { p_session_id: id });
  // @ts-expect-error: a number
  const text: string | null = data;
  const { data: rows } = await supabase.rpc("get_session_message_stats", { p_session_id: id });
  // @ts-expect-error: null where no latency is known
  const latencies: number[] = (rows ?? []).map((row) => row.avg_latency_ms);
  return { text, latencies };
}

export type Aliases = [
  Holds<Same<Args<"get_session_cost">, { p_session_id: string }>>,
  Holds<Same<Returns<"get_session_cost">, number>>,
  Holds<Same<Returns<"append_messages">[number]["sequence_order"], number>>,
  // @ts-expect-error: not the same
  Holds<Same<Returns<"get_session_cost">, string>>,
];
