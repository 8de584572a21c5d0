import type { Database as Generated } from "../../types/database.types.ts";
import type {
  AppendedMessage,
  Database,
  MessageRoleStats,
  SessionListItem,
} from "../../types/index.ts";
import type { Holds, Same } from "./client.ts";

type Composites = Generated["public"]["CompositeTypes"];

// The refined composites are written by hand from the tables: a column that only one of them has does not compile.
export type Columns = [
  Holds<Same<keyof AppendedMessage, keyof Composites["appended_message"]>>,
  Holds<Same<keyof SessionListItem, keyof Composites["session_list_item"]>>,
  Holds<Same<keyof MessageRoleStats, keyof Composites["message_role_stats"]>>,
];

export type Values = [
  Holds<Same<Nullable<AppendedMessage>, Nullable<Composites["appended_message"]>>>,
  Holds<Same<Nullable<SessionListItem>, Nullable<Composites["session_list_item"]>>>,
  Holds<Same<Nullable<MessageRoleStats>, Nullable<Composites["message_role_stats"]>>>,
];

type Nullable<T> = { [Key in keyof T]: T[Key] | null };

export type Nulls = [
  Holds<Same<AppendedMessage["content"], string>>,
  Holds<Same<AppendedMessage["cost_usd"], number | null>>,
  Holds<Same<AppendedMessage["inserted"], boolean>>,
  Holds<Same<SessionListItem["cursor"], string>>,
  Holds<Same<SessionListItem["title"], string | null>>,
  Holds<Same<MessageRoleStats["total_cost_usd"], number>>,
  Holds<Same<MessageRoleStats["avg_latency_ms"], number | null>>,
];

// Every function and table of the generated types is still there.
export type Names = [
  Holds<
    Same<
      keyof Database["public"]["Functions"],
      keyof Generated["public"]["Functions"]
    >
  >,
  Holds<Same<keyof Database["public"]["Tables"], keyof Generated["public"]["Tables"]>>,
];
