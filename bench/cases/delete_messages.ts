import type { Case, Write } from "../case.ts";
import { extras } from "./messages.ts";
import { spareSession } from "../data/chat.ts";
import { messageKey } from "../data/keys.ts";
import { makeSpare } from "../data/spare.ts";

const length = 10_000;

function half(database: "product" | "baseline"): Write {
  return {
    kind: "write",
    label: database,
    side: database,
    database,
    as: (call) => ({ role: "authenticated", user: spareSession(call).user }),
    calls: 1,
    settings: { synchronous_commit: "off" },
    ...(database === "product" ? { setup: extras("on") } : {}),
    // A session of its own for each call.
    before: (call) => makeSpare(database, call, length),
    transactions: [[{
      sql:
        "delete from public.conversation_messages where session_id = $1 and id = any ($2::uuid[])",
      values: (call) => {
        const { session, number } = spareSession(call);
        const places = Array.from({ length: length / 2 }, (_, half) => 2 * half + 1);
        return [session, places.map((place) => messageKey(number, place))];
      },
    }]],
  };
}

export const deleteMessages: Case = {
  name: "delete_messages",
  measures: "5,000 of the 10,000 messages of a session deleted by their user in one statement, " +
    "every second one.",
  set: "chat",
  sizes: ["200k", "2m"],
  writes: true,
  variants: () => [half("product"), half("baseline")],
  targets: [],
};
