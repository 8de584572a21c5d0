import type { RealtimeEvent, RealtimePayloads } from "../../types/index.ts";
import { type Holds, type Same, supabase } from "./client.ts";

type Keys<Name extends keyof RealtimePayloads> = Exclude<keyof RealtimePayloads[Name], "id">;

// test/api/realtime.test.ts compares these lines with docs/realtime.md and with what the database sends.
export type PayloadKeys = [
  Holds<Same<Keys<"branch.selected">, "active_message_id" | "branch_count" | "session_id">>,
  Holds<Same<Keys<"budget.alert">, "alert_count" | "budget_ids">>,
  Holds<
    Same<
      Keys<"message.deleted">,
      "first_sequence" | "last_sequence" | "message_count" | "message_ids" | "session_id"
    >
  >,
  Holds<
    Same<
      Keys<"message.inserted">,
      "first_sequence" | "last_sequence" | "message_count" | "message_ids" | "session_id"
    >
  >,
  Holds<Same<Keys<"message.progress">, "message_id" | "next_seq" | "session_id">>,
  Holds<
    Same<
      Keys<"message.updated">,
      "first_sequence" | "last_sequence" | "message_count" | "message_ids" | "session_id"
    >
  >,
  Holds<Same<Keys<"session.active">, "last_message_at" | "session_count" | "session_ids">>,
  Holds<Same<Keys<"session.created">, "session_count" | "session_ids">>,
  Holds<Same<Keys<"session.deleted">, "session_count" | "session_ids">>,
  Holds<Same<Keys<"session.updated">, "session_count" | "session_ids">>,
  Holds<
    Same<
      Keys<"tool_execution.deleted">,
      "session_id" | "tool_execution_count" | "tool_execution_ids"
    >
  >,
  Holds<
    Same<
      Keys<"tool_execution.inserted">,
      "session_id" | "tool_execution_count" | "tool_execution_ids"
    >
  >,
  Holds<
    Same<
      Keys<"tool_execution.updated">,
      "session_id" | "tool_execution_count" | "tool_execution_ids"
    >
  >,
];

export type Values = [
  Holds<Same<RealtimePayloads["message.inserted"]["message_ids"], string[]>>,
  Holds<Same<RealtimePayloads["branch.selected"]["active_message_id"], string | null>>,
  Holds<Same<RealtimePayloads["session.active"]["id"], string>>,
];

export function listen(id: string) {
  supabase
    .channel(`session:${id}`, { config: { private: true } })
    .on("broadcast", { event: "*" }, (message) => read(message as RealtimeEvent))
    .subscribe();
}

function read({ event, payload }: RealtimeEvent) {
  if (event === "message.progress") {
    const next: number = payload.next_seq;
    void next;
    // @ts-expect-error Payloads hold no text.
    void payload.content;
  }
  if (event === "session.updated") {
    // @ts-expect-error Of a session only its id is sent.
    void payload.title;
  }
  // @ts-expect-error There is no such event.
  return event === "message.created";
}
