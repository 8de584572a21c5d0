import type { Database as Generated } from "../../types/database.types.ts";
import type {
  AppendedMessage,
  AuditVerification,
  BrandUsage,
  BudgetStatus,
  Database,
  DoctorCheck,
  EmbeddingJob,
  EmbeddingResult,
  EmbeddingStats,
  ExportedLine,
  FoundMessage,
  FoundSession,
  HybridMatch,
  LogsCleanup,
  MessageMatch,
  MessageRoleStats,
  MessageWithTools,
  SessionListItem,
  SessionStats,
  SimilarQuestion,
  StorageDeletion,
  StreamedMessage,
  UsageRecord,
} from "../../types/index.ts";
import type { Holds, Same } from "./client.ts";

type Composites = Generated["public"]["CompositeTypes"];

// The refined composites are written by hand from the tables: a column that only one of them has does not compile.
export type Columns = [
  Holds<Same<keyof AppendedMessage, keyof Composites["appended_message"]>>,
  Holds<Same<keyof StreamedMessage, keyof Composites["streamed_message"]>>,
  Holds<Same<keyof SessionListItem, keyof Composites["session_list_item"]>>,
  Holds<Same<keyof MessageRoleStats, keyof Composites["message_role_stats"]>>,
  Holds<Same<keyof SessionStats, keyof Composites["session_stats"]>>,
  Holds<Same<keyof UsageRecord, keyof Composites["usage_record"]>>,
  Holds<Same<keyof BrandUsage, keyof Composites["brand_usage"]>>,
  Holds<Same<keyof BudgetStatus, keyof Composites["budget_status"]>>,
  Holds<Same<keyof MessageWithTools, keyof Composites["message_with_tools"]>>,
  Holds<Same<keyof LogsCleanup, keyof Composites["logs_cleanup"]>>,
  Holds<Same<keyof AuditVerification, keyof Composites["audit_verification"]>>,
  Holds<Same<keyof DoctorCheck, keyof Composites["doctor_check"]>>,
  Holds<Same<keyof ExportedLine, keyof Composites["exported_line"]>>,
  Holds<Same<keyof StorageDeletion, keyof Composites["storage_deletion"]>>,
  Holds<Same<keyof EmbeddingJob, keyof Composites["embedding_job"]>>,
  Holds<Same<keyof EmbeddingResult, keyof Composites["embedding_result"]>>,
  Holds<Same<keyof EmbeddingStats, keyof Composites["embedding_stats"]>>,
  Holds<Same<keyof HybridMatch, keyof Composites["hybrid_match"]>>,
  Holds<Same<keyof MessageMatch, keyof Composites["message_match"]>>,
  Holds<Same<keyof SimilarQuestion, keyof Composites["similar_question"]>>,
];

export type Values = [
  Holds<Same<Nullable<AppendedMessage>, Nullable<Composites["appended_message"]>>>,
  Holds<Same<Nullable<StreamedMessage>, Nullable<Composites["streamed_message"]>>>,
  Holds<Same<Nullable<SessionListItem>, Nullable<Composites["session_list_item"]>>>,
  Holds<Same<Nullable<FoundMessage>, Nullable<Composites["found_message"]>>>,
  Holds<Same<Nullable<FoundSession>, Nullable<Composites["found_session"]>>>,
  Holds<Same<Nullable<MessageRoleStats>, Nullable<Composites["message_role_stats"]>>>,
  Holds<Same<Nullable<SessionStats>, Nullable<Composites["session_stats"]>>>,
  Holds<Same<Nullable<UsageRecord>, Nullable<Composites["usage_record"]>>>,
  Holds<Same<Nullable<BrandUsage>, Nullable<Composites["brand_usage"]>>>,
  Holds<Same<Nullable<BudgetStatus>, Nullable<Composites["budget_status"]>>>,
  // Its JSON is typed by hand.
  Holds<
    Same<
      Nullable<Omit<MessageWithTools, "tool_executions" | "tool_results">>,
      Nullable<Omit<Composites["message_with_tools"], "tool_executions" | "tool_results">>
    >
  >,
  Holds<Same<Nullable<LogsCleanup>, Nullable<Composites["logs_cleanup"]>>>,
  Holds<Same<Nullable<AuditVerification>, Nullable<Composites["audit_verification"]>>>,
  Holds<Same<Nullable<DoctorCheck>, Nullable<Composites["doctor_check"]>>>,
  Holds<Same<Nullable<ExportedLine>, Nullable<Composites["exported_line"]>>>,
  Holds<Same<Nullable<StorageDeletion>, Nullable<Composites["storage_deletion"]>>>,
  Holds<Same<Nullable<EmbeddingJob>, Nullable<Composites["embedding_job"]>>>,
  Holds<Same<Nullable<EmbeddingResult>, Nullable<Composites["embedding_result"]>>>,
  Holds<Same<Nullable<EmbeddingStats>, Nullable<Composites["embedding_stats"]>>>,
  Holds<Same<Nullable<HybridMatch>, Nullable<Composites["hybrid_match"]>>>,
  Holds<Same<Nullable<MessageMatch>, Nullable<Composites["message_match"]>>>,
  Holds<Same<Nullable<SimilarQuestion>, Nullable<Composites["similar_question"]>>>,
];

type Nullable<T> = { [Key in keyof T]: T[Key] | null };

export type Nulls = [
  Holds<Same<AppendedMessage["content"], string>>,
  Holds<Same<AppendedMessage["cost_usd"], number | null>>,
  Holds<Same<AppendedMessage["inserted"], boolean>>,
  Holds<Same<MessageWithTools["content"], string>>,
  Holds<Same<MessageWithTools["tool_executions"][number]["tool_name"], string>>,
  Holds<Same<MessageWithTools["tool_executions"][number]["error"], string | null>>,
  Holds<Same<MessageWithTools["tool_results"][number]["tool_call_id"], string>>,
  Holds<Same<SessionListItem["cursor"], string>>,
  Holds<Same<SessionListItem["title"], string | null>>,
  Holds<Same<FoundMessage["headline"], string>>,
  Holds<Same<FoundMessage["session_title"], string | null>>,
  Holds<Same<FoundSession["rank"], number>>,
  Holds<Same<FoundSession["title"], string | null>>,
  Holds<Same<MessageRoleStats["total_cost_usd"], number>>,
  Holds<Same<MessageRoleStats["avg_latency_ms"], number | null>>,
  Holds<Same<SessionStats["conversation_count"], number>>,
  Holds<Same<SessionStats["avg_latency_ms"], number | null>>,
  Holds<Same<UsageRecord["inserted"], boolean>>,
  Holds<Same<UsageRecord["cost_usd"], number | null>>,
  Holds<Same<BrandUsage["claimed_cost_usd"], number>>,
  Holds<Same<BrandUsage["p95_latency_ms"], number | null>>,
  Holds<Same<BudgetStatus["spent_usd"], number>>,
  Holds<Same<BudgetStatus["remaining_usd"], number | null>>,
  Holds<Same<LogsCleanup["is_complete"], boolean>>,
  Holds<Same<AuditVerification["ok"], boolean>>,
  Holds<Same<AuditVerification["first_bad"], number | null>>,
  Holds<Same<DoctorCheck["ok"], boolean>>,
  Holds<Same<ExportedLine["next_cursor"], string>>,
  Holds<Same<StorageDeletion["leased_until"], string>>,
  Holds<Same<EmbeddingStats["oldest_due_at"], string | null>>,
  Holds<Same<HybridMatch["similarity"], number | null>>,
  Holds<Same<MessageMatch["similarity"], number>>,
  Holds<Same<SimilarQuestion["answer"], string | null>>,
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
  Holds<Same<keyof Database["public"]["Views"], keyof Generated["public"]["Views"]>>,
];
