import type { Case, Read } from "../case.ts";
import { branchedSession, longLengths, longSession } from "../data/chat.ts";
import type { Place } from "../data/chat.ts";

const calls = 150;
const bare = "floor: bare index scan";

function history(label: string, { session, user }: Place): Read {
  return {
    kind: "read",
    label,
    side: "product",
    database: "product",
    as: { role: "authenticated", user },
    calls,
    sql: "select * from public.get_conversation_history($1, 50)",
    values: () => [session],
  };
}

function floor(label: string, { session, user }: Place): Read {
  return {
    kind: "read",
    label,
    side: "floor",
    database: "product",
    as: { role: "superuser" },
    calls,
    sql: `select * from (
        select * from public.conversation_messages where session_id = $1 and user_id = $2
        order by sequence_order desc limit 50
      ) as latest order by sequence_order`,
    values: () => [session, user],
  };
}

function baseline(label: string, place: Place): Read {
  return { ...history(label, place), side: "baseline", database: "baseline" };
}

function ofLength(length: number): string {
  return `history, ${length.toLocaleString("en")} messages`;
}

const usual = longSession(10_000);

export const historyLast50: Case = {
  name: "history_last_50",
  measures: "The last 50 messages of a session, oldest first, read by its user: " +
    "in sessions of 100 to 100,000 messages, and in one with ten branches.",
  set: "chat",
  growth: [ofLength(10_000), "baseline: get_conversation_history", bare],
  variants: (size) => [
    ...longLengths(size).map((length) => history(ofLength(length), longSession(length))),
    history("history with branches", branchedSession),
    floor(bare, usual),
    floor(`${bare}, branched session`, branchedSession),
    baseline("baseline: get_conversation_history", usual),
  ],
  targets: [
    {
      kind: "within",
      of: ofLength(10_000),
      against: bare,
      times: 1.2,
      says: "last 50 messages, beside a bare index scan: at most 1.2 times as long",
    },
    {
      kind: "within",
      of: "history with branches",
      against: `${bare}, branched session`,
      times: 15,
      says: "last 50 messages of a branch, beside a bare index scan: at most 15 times as long",
    },
    {
      kind: "within",
      of: ofLength(100_000),
      against: ofLength(100),
      times: 1.2,
      says: "last 50 of 100,000 messages, beside the last 50 of 100: at most 1.2 times as long",
    },
  ],
};
