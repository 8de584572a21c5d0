import type { Case } from "../case.ts";
import { longSession } from "../data/chat.ts";

const { session, user } = longSession(10_000);
const values = () => [session];

export const sessionCost: Case = {
  name: "session_cost",
  measures: "What a session of 10,000 messages has cost, asked by its user.",
  set: "chat",
  growth: ["get_session_cost", "baseline: sum over the messages", "floor: primary key lookup"],
  variants: () => [
    {
      kind: "read",
      label: "get_session_cost",
      side: "product",
      database: "product",
      as: { role: "authenticated", user },
      calls: 300,
      sql: "select * from public.get_session_cost($1)",
      values,
    },
    {
      kind: "read",
      label: "baseline: sum over the messages",
      side: "baseline",
      database: "baseline",
      as: { role: "authenticated", user },
      calls: 300,
      sql: "select * from public.get_session_cost($1)",
      values,
    },
    {
      kind: "read",
      label: "baseline without row level security",
      side: "baseline",
      database: "baseline",
      as: { role: "service_role" },
      calls: 300,
      sql: "select * from public.get_session_cost($1)",
      values,
    },
    {
      kind: "read",
      label: "floor: primary key lookup",
      side: "floor",
      database: "product",
      as: { role: "superuser" },
      calls: 300,
      sql: "select total_cost_usd from public.conversation_sessions where id = $1",
      values,
    },
  ],
  targets: [
    {
      kind: "faster",
      of: "get_session_cost",
      against: "baseline: sum over the messages",
      times: 50,
      says:
        "cost of a session of 10,000 messages, beside the baseline's sum: at least 50 times as fast",
    },
    {
      kind: "within",
      of: "get_session_cost",
      against: "floor: primary key lookup",
      times: 1.5,
      says: "cost of a session, beside a primary key lookup: at most 1.5 times as long",
    },
  ],
};
