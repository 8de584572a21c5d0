import type { Case, Read, Target } from "../case.ts";
import { longSession, userOfManySessions } from "../data/chat.ts";
import { common } from "./search_messages.ts";

const long = longSession(10_000);
const short = longSession(1000);

const reads = {
  "session cost": {
    user: long.user,
    calls: 300,
    sql: "select * from public.get_session_cost($1)",
    values: () => [long.session],
  },
  history: {
    user: long.user,
    calls: 150,
    sql: "select * from public.get_conversation_history($1, 50)",
    values: () => [long.session],
  },
  "session list": {
    user: userOfManySessions,
    calls: 150,
    sql: "select * from public.list_sessions()",
    values: () => [],
  },
  search: {
    user: userOfManySessions,
    calls: 150,
    sql: "select * from public.search_messages($1)",
    values: () => [common],
  },
  "session stats": {
    user: short.user,
    calls: 150,
    sql: "select * from public.get_session_message_stats($1)",
    values: () => [short.session],
  },
};

function variants(): Read[] {
  return Object.entries(reads).flatMap(([name, { user, ...rest }]) =>
    (["authenticated", "service_role"] as const).map((role): Read => ({
      kind: "read",
      label: `${name}, ${role}`,
      side: "product",
      database: "product",
      as: { role, user },
      ...rest,
    }))
  );
}

export const rlsOverhead: Case = {
  name: "rls_overhead",
  measures: "Each hot read under row level security, as its user, and without, as service_role.",
  set: "chat",
  variants,
  targets: Object.keys(reads).map((name): Target => ({
    kind: "within",
    of: `${name}, authenticated`,
    against: `${name}, service_role`,
    times: 1.15,
    says: `${name} under row level security, beside without: at most 1.15 times as long`,
  })),
};
