import type { Case, Read, Target, Variant, Write } from "../case.ts";
import { longSession, openSession, userOfManySessions } from "../data/chat.ts";
import type { Size } from "../data/sizes.ts";
import { extras, insertAnswer, logTurn, questionText } from "./messages.ts";

const { session, user } = longSession(1000);

function read(label: string, sql: string, values: readonly unknown[], as = user): Read {
  return {
    kind: "read",
    label,
    side: "product",
    database: "product",
    as: { role: "authenticated", user: as },
    calls: 100,
    sql,
    values: () => values,
  };
}

function write(label: string, size: Size, transactions: Write["transactions"]): Write {
  return {
    kind: "write",
    label,
    side: "product",
    database: "product",
    as: (call) => ({ role: "authenticated", user: openSession(size, call).user }),
    calls: 100,
    setup: extras("on"),
    transactions,
  };
}

const everybody = "provider analytics, everybody's, by an analyst";

function variants(size: Size): Variant[] {
  const analytics = "select * from public.provider_usage_stats";
  return [
    read("find a user's sessions", "select * from public.list_sessions()", [], userOfManySessions),
    read(
      "get the messages of a session",
      "select * from public.get_conversation_history($1, 50)",
      [session],
    ),
    read("session cost", "select * from public.get_session_cost($1)", [session]),
    read("provider analytics", analytics, []),
    { ...read(everybody, analytics, []), as: { role: "analyst" } },
    read("session stats", "select * from public.get_session_message_stats($1)", [session]),
    write("insert a message", size, [[insertAnswer(size, questionText)]]),
    write("log a turn", size, [[logTurn(size)]]),
  ];
}

const limits: readonly [of: string, ms: number][] = [
  ["find a user's sessions", 1],
  ["get the messages of a session", 5],
  ["session cost", 10],
  ["provider analytics", 50],
  ["insert a message", 2],
  [everybody, 100],
  ["session stats", 100],
  ["log a turn", 50],
];

export const seedTimes: Case = {
  name: "seed_times",
  measures:
    "The times that the designs which Turnbase grew from expect, at 200,000 messages: every " +
    "call by a signed-in user unless it says otherwise, the writes waiting for the disk.",
  set: "chat",
  sizes: ["200k"],
  writes: true,
  variants,
  targets: limits.map(([of, ms]): Target => ({
    kind: "under",
    of,
    ms,
    size: "200k",
    says: `${of}: under ${ms} ms`,
  })),
};
