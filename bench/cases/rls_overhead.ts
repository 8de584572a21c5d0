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

const lookup = "floor: primary key lookup";
const lookedUp = `
  create table if not exists bench.plain_sessions (id, user_id, total_cost_usd) as
    select id, user_id, total_cost_usd from public.conversation_sessions;
  alter table bench.plain_sessions
    drop constraint if exists plain_sessions_pkey, add constraint plain_sessions_pkey primary key (id),
    enable row level security;
  drop policy if exists plain_sessions_select_own on bench.plain_sessions;
  create policy plain_sessions_select_own on bench.plain_sessions for select to authenticated
    using (user_id = (select auth.uid()));
  grant usage on schema bench to authenticated, service_role;
  grant select on bench.plain_sessions to authenticated, service_role;
  analyze bench.plain_sessions`;

function variants(): Read[] {
  const both = (
    name: string,
    user: string,
    rest: Pick<Read, "side" | "calls" | "setup" | "sql" | "values">,
  ): Read[] =>
    (["authenticated", "service_role"] as const).map((role) => ({
      kind: "read",
      label: `${name}, ${role}`,
      database: "product",
      as: { role, user },
      ...rest,
    }));
  return [
    ...Object.entries(reads).flatMap(([name, { user, ...rest }]) =>
      both(name, user, { side: "product", ...rest })
    ),
    ...both(lookup, long.user, {
      side: "floor",
      calls: 300,
      setup: lookedUp,
      sql: "select total_cost_usd from bench.plain_sessions where id = $1",
      values: () => [long.session],
    }),
  ];
}

export const rlsOverhead: Case = {
  name: "rls_overhead",
  measures:
    "Each hot read under row level security, as its user, and without, as service_role; and the least " +
    "that a policy costs, in a table of three columns.",
  set: "chat",
  variants,
  targets: Object.keys(reads).map((name): Target => ({
    kind: "within",
    of: `${name}, authenticated`,
    against: `${name}, service_role`,
    times: 1.15,
    says: `${name} under row level security, beside without: at most 1.15 times as long`,
  })),
  comparisons: [
    {
      of: `${lookup}, authenticated`,
      against: `${lookup}, service_role`,
      says: "a primary key lookup under the plainest policy, beside without",
    },
    {
      of: "session cost, authenticated",
      against: `${lookup}, authenticated`,
      says: "session cost, beside a primary key lookup, both under row level security",
    },
  ],
};
