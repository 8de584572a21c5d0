import type { Case, Read } from "../case.ts";
import { userOfManySessions } from "../data/chat.ts";

const calls = 200;
const bare = "floor: bare index scan";

const list: Read = {
  kind: "read",
  label: "list_sessions",
  side: "product",
  database: "product",
  as: { role: "authenticated", user: userOfManySessions },
  calls,
  sql: "select * from public.list_sessions()",
  values: () => [],
};

export const sessionList: Case = {
  name: "session_list",
  measures: "The 20 newest sessions of a user who has 500, read by that user.",
  set: "chat",
  growth: ["list_sessions", "baseline: select by last activity", bare],
  variants: () => [
    list,
    {
      ...list,
      label: bare,
      side: "floor",
      as: { role: "superuser" },
      sql: `select * from public.conversation_sessions
        where user_id = $1 order by last_activity_at desc, id desc limit 20`,
      values: () => [userOfManySessions],
    },
    {
      ...list,
      label: "baseline: select by last activity",
      side: "baseline",
      database: "baseline",
      sql: `select * from public.conversation_sessions
        where user_id = $1 order by last_activity_at desc limit 20`,
      values: () => [userOfManySessions],
    },
  ],
  targets: [
    {
      kind: "within",
      of: "list_sessions",
      against: bare,
      times: 1.2,
      says: "20 newest of 500 sessions, beside a bare index scan: at most 1.2 times as long",
    },
  ],
};
