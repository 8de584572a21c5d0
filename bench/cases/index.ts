import type { Case } from "../case.ts";
import { bulkAppend } from "./bulk_append.ts";
import { bulkImport } from "./bulk_import.ts";
import { deleteMessages } from "./delete_messages.ts";
import { edgeFunction } from "./edge_function.ts";
import { historyLast50 } from "./history_last_50.ts";
import { insertMessageCase } from "./insert_message.ts";
import { logTurnCase } from "./log_turn.ts";
import { providerUsageStats } from "./provider_usage_stats.ts";
import { rlsOverhead } from "./rls_overhead.ts";
import { searchMessagesCase } from "./search_messages.ts";
import { searchWrite } from "./search_write.ts";
import { seedTimes } from "./seed_times.ts";
import { sessionCost } from "./session_cost.ts";
import { sessionList } from "./session_list.ts";

const cases: readonly Case[] = [
  sessionCost,
  providerUsageStats,
  historyLast50,
  sessionList,
  searchMessagesCase,
  rlsOverhead,
  insertMessageCase,
  searchWrite,
  logTurnCase,
  bulkAppend,
  bulkImport,
  edgeFunction,
  seedTimes,
  deleteMessages,
];

/** Those whose name contains one of the names, all without names; the ones that write come last. */
export function chooseCases(names: readonly string[]): Case[] {
  const unknown = names.find((name) => !cases.some((one) => one.name.includes(name)));
  if (unknown !== undefined) {
    throw new Error(
      `no benchmark is named ${unknown}: there are ${cases.map(({ name }) => name).join(", ")}`,
    );
  }
  const chosen = cases.filter((one) =>
    names.length === 0 || names.some((name) => one.name.includes(name))
  );
  return [...chosen.filter((one) => !one.writes), ...chosen.filter((one) => one.writes)];
}
