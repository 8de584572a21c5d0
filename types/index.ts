import type { Database as Generated, Json } from "./database.types.js";

export type { Json } from "./database.types.js";
export { Constants } from "./database.types.js";

type Public = Generated["public"];
type Flat<T> = { [Key in keyof T]: T[Key] };
type NotNull<T, Keys extends keyof T> = Flat<
  Omit<T, Keys> & { [Key in Keys]: NonNullable<T[Key]> }
>;

// `gen types` calls every attribute of a composite and every generated column nullable; these are the
// rows as the database really answers them.
type SessionRow = NotNull<Public["Tables"]["conversation_sessions"]["Row"], "status">;
type MessageRow = Public["Tables"]["conversation_messages"]["Row"];
type Rows = {
  conversation_sessions: SessionRow;
  session_list_item: Flat<SessionRow & { cursor: string }>;
  found_message: NotNull<
    Public["CompositeTypes"]["found_message"],
    Exclude<keyof Public["CompositeTypes"]["found_message"], "session_title">
  >;
  found_session: NotNull<
    Public["CompositeTypes"]["found_session"],
    Exclude<
      keyof Public["CompositeTypes"]["found_session"],
      "brand_id" | "title" | "description" | "agent_type"
    >
  >;
  appended_message: Flat<MessageRow & { inserted: boolean }>;
  streamed_message: Flat<MessageRow & { next_seq: number | null; inserted: boolean }>;
  message_with_tools: Flat<
    MessageRow & { tool_executions: MessageToolExecution[]; tool_results: MessageToolResult[] }
  >;
  message_role_stats: NotNull<
    Public["CompositeTypes"]["message_role_stats"],
    "role" | "message_count" | "total_tokens" | "total_cost_usd"
  >;
  session_stats: NotNull<
    Public["CompositeTypes"]["session_stats"],
    Exclude<keyof Public["CompositeTypes"]["session_stats"], "avg_latency_ms">
  >;
  usage_record: NotNull<
    Public["CompositeTypes"]["usage_record"],
    "id" | "cost_source" | "inserted"
  >;
  brand_usage: NotNull<
    Public["CompositeTypes"]["brand_usage"],
    Exclude<keyof Public["CompositeTypes"]["brand_usage"], "avg_latency_ms" | "p95_latency_ms">
  >;
  budget_status: NotNull<
    Public["CompositeTypes"]["budget_status"],
    "budget_id" | "period" | "period_start" | "spent_usd" | "held_usd"
  >;
  visitor_session: NotNull<
    Public["CompositeTypes"]["visitor_session"],
    "session_id" | "started_at"
  >;
  logged_turn: NotNull<Public["CompositeTypes"]["logged_turn"], "status">;
  common_question: NotNull<
    Public["CompositeTypes"]["common_question"],
    keyof Public["CompositeTypes"]["common_question"]
  >;
  logs_cleanup: NotNull<
    Public["CompositeTypes"]["logs_cleanup"],
    keyof Public["CompositeTypes"]["logs_cleanup"]
  >;
  audit_verification: NotNull<
    Public["CompositeTypes"]["audit_verification"],
    "ok" | "row_count" | "head_hash"
  >;
  exported_line: NotNull<
    Public["CompositeTypes"]["exported_line"],
    keyof Public["CompositeTypes"]["exported_line"]
  >;
  doctor_check: NotNull<
    Public["CompositeTypes"]["doctor_check"],
    keyof Public["CompositeTypes"]["doctor_check"]
  >;
  storage_deletion: NotNull<
    Public["CompositeTypes"]["storage_deletion"],
    keyof Public["CompositeTypes"]["storage_deletion"]
  >;
  embedding_job: NotNull<
    Public["CompositeTypes"]["embedding_job"],
    keyof Public["CompositeTypes"]["embedding_job"]
  >;
  embedding_result: NotNull<
    Public["CompositeTypes"]["embedding_result"],
    keyof Public["CompositeTypes"]["embedding_result"]
  >;
  embedding_stats: NotNull<
    Public["CompositeTypes"]["embedding_stats"],
    Exclude<keyof Public["CompositeTypes"]["embedding_stats"], "model" | "oldest_due_at">
  >;
  message_match: NotNull<
    Public["CompositeTypes"]["message_match"],
    keyof Public["CompositeTypes"]["message_match"]
  >;
  hybrid_match: NotNull<
    Public["CompositeTypes"]["hybrid_match"],
    "message_id" | "session_id" | "role" | "created_at" | "score" | "content"
  >;
  similar_question: NotNull<
    Public["CompositeTypes"]["similar_question"],
    Exclude<keyof Public["CompositeTypes"]["similar_question"], "answer_id" | "answer">
  >;
  message_embeddings: Flat<
    Omit<Public["Tables"]["message_embeddings"]["Row"], "embedding"> & {
      /** A halfvec as text: `[0.1,0.2]`, 384 numbers. */
      embedding: string;
    }
  >;
  model_prices: Flat<
    Omit<Public["Tables"]["model_prices"]["Row"], "validity"> & {
      /** A tstzrange as text: `["2026-01-01 00:00:00+00",)`. */
      validity: string;
    }
  >;
};
// US dollars; as text where a JavaScript number would lose digits.
type WithMoney<Args> = {
  [Key in keyof Args]: Key extends "p_cost_usd" | "p_amount_usd" | "p_conversion_value_usd"
    ? Args[Key] | string
    : Args[Key];
};
type Refined<T> = { [Name in keyof T]: Name extends keyof Rows ? Rows[Name] : T[Name] };
type RefinedTables<T> = {
  [Name in keyof T]: Name extends keyof Rows ? Flat<Omit<T[Name], "Row"> & { Row: Rows[Name] }>
    : T[Name];
};
type RefinedResult<F> = F extends
  { Returns: infer Result; SetofOptions: { to: infer Name extends keyof Rows } }
  ? Flat<Omit<F, "Returns"> & { Returns: Result extends unknown[] ? Rows[Name][] : Rows[Name] }>
  : F;
// JSON in the database.
type Results = { erase_user_data: ErasureReceipt; import_user_data: Record<string, number> };
type MessagesOf = { append_messages: AppendMessageInput; import_messages: ImportMessageInput };
type RefinedFunctions<T> = {
  [Name in keyof T]: Name extends keyof MessagesOf ? Flat<
      Omit<RefinedResult<T[Name]>, "Args"> & {
        Args: { p_session_id: string; p_messages: MessagesOf[Name][] };
      }
    >
    : Name extends "log_turn" ? Flat<
        Omit<RefinedResult<T[Name]>, "Args"> & {
          Args: T[Name] extends { Args: infer Given } ? Flat<
              Omit<WithMoney<Given>, "p_tool_executions"> & {
                p_tool_executions?: TurnToolExecution[];
              }
            >
            : never;
        }
      >
    : Name extends "log_chat_turns" ? Flat<
        Omit<RefinedResult<T[Name]>, "Args"> & {
          Args: T[Name] extends { Args: infer Given }
            ? Flat<Omit<Given, "p_turns"> & { p_turns: ChatTurnInput[] }>
            : never;
        }
      >
    : Name extends keyof Results ? Flat<Omit<T[Name], "Returns"> & { Returns: Results[Name] }>
    : Name extends "finish_message" | "record_outcome" | "record_usage" | "reserve_budget" ? Flat<
        Omit<RefinedResult<T[Name]>, "Args"> & {
          Args: T[Name] extends { Args: infer Given } ? WithMoney<Given> : never;
        }
      >
    : RefinedResult<T[Name]>;
};

/** What `createClient<Database>()` takes: the generated types with the nulls that never come taken out. */
export type Database = {
  public: {
    Tables: RefinedTables<Public["Tables"]>;
    Views: Public["Views"];
    Functions: RefinedFunctions<Public["Functions"]>;
    Enums: Public["Enums"];
    CompositeTypes: Refined<Public["CompositeTypes"]>;
  };
};

type Schema = Database["public"];
type TableName = keyof Schema["Tables"];
type FunctionName = keyof Schema["Functions"];

/**
 * A row of a table or view as it is read. bytea comes as `\x` and hex digits, uuid and timestamptz as text; numeric and
 * bigint come as JavaScript numbers: select `cost_usd::text` to read every digit.
 */
export type Row<Name extends TableName | keyof Schema["Views"]> = Name extends TableName
  ? Schema["Tables"][Name]["Row"]
  : Name extends keyof Schema["Views"] ? Schema["Views"][Name]["Row"]
  : never;

/** What an insert into a table takes; docs/security.md lists the columns that a role may name. */
export type Insert<Name extends TableName> = Schema["Tables"][Name]["Insert"];

/** What an update of a table takes; docs/security.md lists the columns that a role may name. */
export type Update<Name extends TableName> = Schema["Tables"][Name]["Update"];

/** The arguments of a function, as `rpc()` takes them. */
export type Args<Name extends FunctionName> = Schema["Functions"][Name]["Args"];

/** What a function returns; an array for a set of rows. */
export type Returns<Name extends FunctionName> = Schema["Functions"][Name]["Returns"];

/** What the audit log tells of. */
export type AuditAction = Schema["Enums"]["audit_action"];
/** What a log row tells of. */
export type AgentLogType = Schema["Enums"]["agent_log_type"];
/** What an app may read from a profile; the database grants nothing for it. */
export type AppRole = Schema["Enums"]["app_role"];
/** How far the server is with reading a file. */
export type AttachmentStatus = Schema["Enums"]["attachment_status"];
/** What a member may do in a brand. */
export type BrandRole = Schema["Enums"]["brand_role"];
/** soft: a flag and an alert. hard: no more reservations. */
export type BudgetLimit = Schema["Enums"]["budget_limit"];
/** UTC day or UTC month. */
export type BudgetPeriod = Schema["Enums"]["budget_period"];
/** How much of a text is kept. */
export type ContentMode = Schema["Enums"]["content_mode"];
/** Who wrote a message, and so who claims its cost. */
export type CostReporter = Schema["Enums"]["cost_reporter"];
/** Where a message's cost comes from. */
export type CostSource = Schema["Enums"]["cost_source"];
/** What a visitor's chat is held on. */
export type DeviceType = Schema["Enums"]["device_type"];
/** How bad a log row is. */
export type LogLevel = Schema["Enums"]["log_level"];
/** How to show a message's content. */
export type MessageContentType = Schema["Enums"]["message_content_type"];
/** Thumbs up or thumbs down. */
export type MessageRating = Schema["Enums"]["message_rating"];
/** Who speaks. */
export type MessageRole = Schema["Enums"]["message_role"];
/** Whether a message's text is whole. */
export type MessageStatus = Schema["Enums"]["message_status"];
/** How to read a metric's value. */
export type MetricType = Schema["Enums"]["metric_type"];
/** What retention does: wipe content, or delete rows. */
export type RetentionAction = Schema["Enums"]["retention_action"];
/** What a retention policy is about. */
export type RetentionClass = Schema["Enums"]["retention_class"];
/** Whether a reservation still holds. */
export type ReservationStatus = Schema["Enums"]["reservation_status"];
/** Where a conversation stands; delivered and cancelled are final. */
export type SessionState = Schema["Enums"]["session_state"];
/** Where a session is listed. */
export type SessionStatus = Schema["Enums"]["session_status"];

/** Where a run of a tool stands; completed, failed and cancelled are final. */
export type ToolExecutionStatus = Schema["Enums"]["tool_execution_status"];

/** A tenant. */
export type Brand = Row<"brands">;
/** Who belongs to a brand, and as what. */
export type BrandMember = Row<"brand_members">;
/** What an app shows of a signed-up user; the account itself is Supabase Auth's. */
export type User = Row<"profiles">;
/** What a user may change of their profile. */
export type UpdateUserInput = Pick<
  Update<"profiles">,
  "username" | "display_name" | "metadata" | "last_seen_at"
>;

/** One conversation. */
export type ChatSession = Row<"conversation_sessions">;
/** A session in a list; pass the last one's `cursor` as `p_cursor` for the next page. */
export type SessionListItem = Schema["CompositeTypes"]["session_list_item"];
/** What search_sessions found; `headline` is HTML with the matches in `<mark>`. */
export type FoundSession = Schema["CompositeTypes"]["found_session"];
/** What search_messages found; `headline` is HTML with the matches in `<mark>`. */
export type FoundMessage = Schema["CompositeTypes"]["found_message"];
/** The arguments of create_conversation_session. */
export type CreateSessionInput = Args<"create_conversation_session">;
/** What a user may change of a session by a plain update. */
export type UpdateSessionInput = Pick<
  Update<"conversation_sessions">,
  | "state"
  | "parsed_intent"
  | "answered_questions"
  | "pending_questions"
  | "selected_kb_ids"
  | "active_task_plan_id"
  | "title"
  | "description"
  | "agent_type"
  | "context"
  | "settings"
  | "metadata"
  | "language"
>;
/** One move of a session from one state to another. */
export type SessionEvent = Row<"session_events">;

/** One message. */
export type Message = Row<"conversation_messages">;
/** What a user may name in a plain insert of a message; the rest is given by the database. */
export type CreateMessageInput = Pick<
  Public["Tables"]["conversation_messages"]["Insert"],
  | "id"
  | "session_id"
  | "brand_id"
  | "user_id"
  | "role"
  | "content"
  | "tokens_used"
  | "model_used"
  | "provider"
  | "cost_usd"
  | "latency_ms"
  | "action_taken"
  | "questions_asked"
  | "delegation_plan"
  | "parent_message_id"
  | "content_type"
  | "parts"
  | "tool_calls"
  | "tool_call_id"
  | "input_tokens"
  | "output_tokens"
  | "cached_input_tokens"
  | "cache_write_tokens"
  | "cache_write_1h_tokens"
  | "reasoning_tokens"
  | "service_tier"
  | "time_to_first_token_ms"
  | "finish_reason"
  | "error_message"
  | "mood"
  | "metadata"
>;
/** One element of append_messages' `p_messages`; `parent` is 'active' (default), 'root' or a message id. */
export type AppendMessageInput = Flat<
  Omit<CreateMessageInput, "session_id" | "content" | "cost_usd"> & {
    session_id?: string;
    /** US dollars; as text where a JavaScript number would lose digits. */
    cost_usd?: number | string | null;
    /** May be left out beside `parts` or `tool_calls`. */
    content?: string;
    parent?: string;
  }
>;
/** One element of import_messages' `p_messages`: it may say when it was written. */
export type ImportMessageInput = Flat<AppendMessageInput & { created_at?: string | null }>;
/** A stored message, and whether this call inserted it or found it stored already. */
export type AppendedMessage = Schema["CompositeTypes"]["appended_message"];
/** A message that is streaming: with the p_seq of its next delta, null once it is finished. */
export type StreamedMessage = Schema["CompositeTypes"]["streamed_message"];
/** The arguments of finish_message: what a streamed message took. */
export type FinishMessageInput = Args<"finish_message">;
/** What a user may change of a message: notes about it, never what was said or what it cost. */
export type UpdateMessageInput = Pick<
  Update<"conversation_messages">,
  "mood" | "metadata" | "action_taken" | "questions_asked" | "delegation_plan"
>;
/** Messages, tokens, US dollars and mean latency in milliseconds of one role. */
export type MessageRoleStats = Schema["CompositeTypes"]["message_role_stats"];

/** A file of a session. */
export type Attachment = Row<"attachments">;
/** What a client names to register a file. */
export type CreateAttachmentInput = Pick<
  Insert<"attachments">,
  "id" | "session_id" | "message_id" | "name" | "size_bytes" | "mime_type" | "sha256"
>;
/** A storage object to delete before `leased_until`. */
export type StorageDeletion = Schema["CompositeTypes"]["storage_deletion"];
/** What a user thinks of a message. */
export type MessageFeedback = Row<"message_feedback">;
/** What a user names in an upsert of a rating. */
export type RateMessageInput = Pick<
  Insert<"message_feedback">,
  "message_id" | "rating" | "reason" | "comment"
>;
/** Ratings by UTC day. */
export type FeedbackDay = Row<"message_feedback_stats">;

/** What an agent did. */
export type AgentLog = Row<"agent_logs">;
/** What a server names in a log row. */
export type CreateAgentLogInput = Insert<"agent_logs">;
/** One measurement. */
export type PerformanceMetric = Row<"performance_metrics">;
/** What a server names in a measurement. */
export type CreateMetricInput = Insert<"performance_metrics">;
/** What cleanup_old_logs removed, and whether it is done. */
export type LogsCleanup = Schema["CompositeTypes"]["logs_cleanup"];

/** The arguments of log_turn: a message of the user and its answer, in one step. */
export type LogTurnInput = Args<"log_turn">;
/** Messages, turns, times, mean latency in milliseconds, tokens and US dollars of a session. */
export type SessionStats = Schema["CompositeTypes"]["session_stats"];
/** An open session with its last message. */
export type ActiveSessionSummary = Row<"active_sessions_summary">;

/** A question with its newest answer. */
export type ConversationTurn = Row<"conversation_turns">;
/** One element of log_chat_turns' `p_turns`, named by `session_id` or `session_token`. */
export interface ChatTurnInput {
  /** Idempotency key, and id of the question's message. */
  turn_id: string;
  session_id?: string;
  session_token?: string;
  user_message: string;
  /** An answer is needed: this, `tool_calls` or `error_message`. */
  ai_response?: string | null;
  mood?: string | null;
  provider?: string | null;
  model?: string | null;
  /** US dollars; as text where a JavaScript number would lose digits. */
  cost_usd?: number | string | null;
  latency_ms?: number | null;
  tokens_used?: number | null;
  input_tokens?: number | null;
  output_tokens?: number | null;
  cached_input_tokens?: number | null;
  cache_write_tokens?: number | null;
  cache_write_1h_tokens?: number | null;
  reasoning_tokens?: number | null;
  service_tier?: string | null;
  finish_reason?: string | null;
  error_message?: string | null;
  tool_calls?: Json[] | null;
  metadata?: { [key: string]: Json | undefined } | null;
  similar_qa_matches?: Json;
  similarity_scores?: number[] | null;
  /** 384 numbers. */
  query_embedding?: number[] | null;
}
/** What became of a turn; `status` is 200 or that of its error. */
export type LoggedTurn = Schema["CompositeTypes"]["logged_turn"];
/** What was found for a question. */
export type MessageRetrieval = Row<"message_retrievals">;
/** A message as a vector. */
export type MessageEmbedding = Row<"message_embeddings">;
/** A message that match_messages found. */
export type MessageMatch = Schema["CompositeTypes"]["message_match"];
/** A message that hybrid_search_messages found. */
export type HybridMatch = Schema["CompositeTypes"]["hybrid_match"];
/** A question that was asked before, with its answer. */
export type SimilarQuestion = Schema["CompositeTypes"]["similar_question"];
/** A text that a worker embeds. */
export type EmbeddingJob = Schema["CompositeTypes"]["embedding_job"];
/** What became of a job that a worker gave back. */
export type EmbeddingResult = Schema["CompositeTypes"]["embedding_result"];
/** The queue of texts to embed, in numbers. */
export type EmbeddingStats = Schema["CompositeTypes"]["embedding_stats"];
/** How often the same was asked. */
export type CommonQuestion = Row<"common_questions">;
/** A chat that began without an account, as its visitor sees it. */
export type VisitorSession = Schema["CompositeTypes"]["visitor_session"];
/** Where a visitor's chat came from; the hash of its secret is granted to nobody. */
export type SessionClient = Omit<Row<"session_clients">, "secret_hash">;
/** What a session led to. */
export type SessionOutcome = Row<"session_outcomes">;
/** From looking to buying, by what chats were about, over 30 UTC days. */
export type ConversionFunnel = Row<"conversion_funnel">;

/** One run of a tool. */
export type ToolExecution = Row<"tool_executions">;
/** What a plain insert of a run may name; the rest is given by the database. */
export type CreateToolExecutionInput = Pick<
  Public["Tables"]["tool_executions"]["Insert"],
  | "id"
  | "session_id"
  | "message_id"
  | "tool_call_id"
  | "tool_name"
  | "tool_type"
  | "input"
  | "output"
  | "status"
  | "execution_time_ms"
  | "tokens_used"
  | "error"
>;
/** One element of log_turn's `p_tool_executions`: it belongs to the answer of the turn. */
export type TurnToolExecution = Omit<CreateToolExecutionInput, "session_id" | "message_id">;
/** What may be changed of a run. */
export type UpdateToolExecutionInput = Pick<
  Public["Tables"]["tool_executions"]["Update"],
  "message_id" | "output" | "status" | "execution_time_ms" | "tokens_used" | "error"
>;
/** A message, the runs of its tools, and the messages that answer its calls. */
export type MessageWithTools = Schema["CompositeTypes"]["message_with_tools"];
/** A run in `tool_executions` of a message with tools. */
export type MessageToolExecution = Pick<
  Public["Tables"]["tool_executions"]["Row"],
  | "id"
  | "tool_call_id"
  | "tool_name"
  | "tool_type"
  | "input"
  | "output"
  | "status"
  | "execution_time_ms"
  | "tokens_used"
  | "error"
  | "started_at"
  | "completed_at"
>;
/** A tool message in `tool_results` of a message with tools. */
export type MessageToolResult = { id: string; tool_call_id: string; content: string };
/** Runs, rates, times and tokens of a tool over 7 UTC days. */
export type ToolExecutionStats = Row<"tool_execution_stats">;

/** What a model costs, and from when to when. */
export type ModelPrice = Row<"model_prices">;
/** What reprice_messages changed. */
export type Repricing = Row<"repricings">;
/** The arguments of record_usage: a model call that has no message. */
export type RecordUsageInput = Args<"record_usage">;
/** What record_usage stored, or found stored already. */
export type UsageRecord = Schema["CompositeTypes"]["usage_record"];
/** Usage by UTC day, brand, user, provider, model and reporter. */
export type UsageDay = Row<"usage_daily">;
/** Everybody's usage by UTC day, provider, model and reporter. */
export type UsageTotal = Row<"usage_totals">;
/** Usage by provider and model over 30 UTC days. */
export type ProviderUsage = Row<"provider_usage_stats">;
/** Messages by UTC day and user. */
export type DailyMessageVolume = Row<"daily_message_volume">;
/** Latency by UTC day and provider over 30 UTC days. */
export type ResponseTime = Row<"response_time_stats">;
/** Calls whose cost is not known. */
export type UnpricedUsage = Row<"unpriced_usage">;
/** How much a user did, ever. */
export type UserActivitySummary = Row<"user_activity_summary">;
/** Usage of a brand on a UTC day by provider and model. */
export type BrandUsage = Schema["CompositeTypes"]["brand_usage"];

/** How much a user or a brand may spend in a UTC day or month. */
export type Budget = Row<"budgets">;
/** What owners and admins of a brand, and service_role, name in a new budget. */
export type CreateBudgetInput = Pick<
  Insert<"budgets">,
  "user_id" | "brand_id" | "period" | "soft_limit_usd" | "hard_limit_usd"
>;
/** What they may change of one. */
export type UpdateBudgetInput = Pick<Update<"budgets">, "soft_limit_usd" | "hard_limit_usd">;
/** A budget in its current period: spent, held and left. */
export type BudgetStatus = Schema["CompositeTypes"]["budget_status"];
/** A limit that was reached in a period. */
export type BudgetAlert = Row<"budget_alerts">;
/** The arguments of reserve_budget. */
export type ReserveBudgetInput = Args<"reserve_budget">;
/** Money held for a model call that is under way. */
export type BudgetReservation = Row<"budget_reservations">;

/** What must be kept until further notice. */
export type LegalHold = Row<"legal_holds">;
/** How long what is kept. */
export type RetentionPolicy = Row<"retention_policies">;
/** What service_role names in a new policy. */
export type CreateRetentionPolicyInput = Pick<
  Insert<"retention_policies">,
  "id" | "brand_id" | "data_class" | "keep_days" | "action" | "keep_pinned" | "is_enabled"
>;
/** What may be changed of one. */
export type UpdateRetentionPolicyInput = Pick<
  Update<"retention_policies">,
  "keep_days" | "action" | "keep_pinned" | "is_enabled"
>;
/** What run_retention did by one policy. */
export type RetentionRun = Row<"retention_runs">;
/** What sessions of mode redacted leave out. */
export type RedactionPattern = Row<"redaction_patterns">;
/** What service_role names in a new pattern. */
export type CreateRedactionPatternInput = Pick<
  Insert<"redaction_patterns">,
  "name" | "pattern" | "replacement" | "position" | "is_enabled"
>;
/** One row of the audit log: people stand in it as pseudonyms. */
export type AuditEntry = Row<"audit_log">;
/** What verify_audit_chain found. */
export type AuditVerification = Schema["CompositeTypes"]["audit_verification"];
/** One row of an export, and where to go on after it. */
export type ExportedLine = Schema["CompositeTypes"]["exported_line"];
/** What erase_user_data erased, in numbers. */
export type ErasureReceipt = Row<"erasure_receipts">;
/** What store_doctor looked at, and what it found. */
export type DoctorCheck = Schema["CompositeTypes"]["doctor_check"];

/** How list_sessions pages: at most 200 rows, on from the cursor of the last row of the page before. */
export type PaginationOptions = Pick<Args<"list_sessions">, "p_limit" | "p_cursor">;
/** What list_sessions and count_sessions filter by. */
export type SessionFilters = Args<"count_sessions">;
/** How get_conversation_history and get_messages_with_tools page: at most 200 messages before a sequence_order. */
export type MessageFilters = Pick<
  Args<"get_conversation_history">,
  "p_limit" | "p_before_sequence"
>;
/** What a list of tool executions may be narrowed by, each with `.eq()`. */
export type ToolExecutionFilters = Partial<
  Pick<ToolExecution, "session_id" | "message_id" | "tool_name" | "tool_type" | "status">
>;
/** What `.order()` takes: a column of a table or view, and whether its least value comes first. */
export interface SortOptions<Name extends TableName | keyof Schema["Views"]> {
  column: Extract<keyof Row<Name>, string>;
  ascending?: boolean;
}

/** What every payload of Realtime has: the id of the broadcast, which the platform adds. */
type Broadcast<Payload> = Flat<{ id: string } & Payload>;
/** At most 100 ids, in no order; the count is of all. */
type SessionsChanged = Broadcast<{ session_ids: string[]; session_count: number }>;
/** At most 100 ids, in no order; count and range of `sequence_order` are of all. */
type MessagesChanged = Broadcast<
  {
    session_id: string;
    message_ids: string[];
    message_count: number;
    first_sequence: number;
    last_sequence: number;
  }
>;
/** At most 100 ids, in no order; the count is of all. */
type ToolExecutionsChanged = Broadcast<
  { session_id: string; tool_execution_ids: string[]; tool_execution_count: number }
>;
/** The payloads of what Realtime broadcasts, by event; docs/realtime.md says when each is sent. */
export type RealtimePayloads = {
  "message.inserted": MessagesChanged;
  "message.updated": MessagesChanged;
  "message.deleted": MessagesChanged;
  "message.progress": Broadcast<{ session_id: string; message_id: string; next_seq: number }>;
  "branch.selected": Broadcast<
    { session_id: string; active_message_id: string | null; branch_count: number }
  >;
  "tool_execution.inserted": ToolExecutionsChanged;
  "tool_execution.updated": ToolExecutionsChanged;
  "tool_execution.deleted": ToolExecutionsChanged;
  "session.created": SessionsChanged;
  "session.updated": SessionsChanged;
  "session.deleted": SessionsChanged;
  "session.active": Broadcast<
    { session_ids: string[]; session_count: number; last_message_at: string }
  >;
  "budget.alert": Broadcast<{ budget_ids: string[]; alert_count: number }>;
};
/** What a listener of `channel.on("broadcast", { event: "*" }, …)` is given. */
export type RealtimeEvent = {
  [Name in keyof RealtimePayloads]: {
    type: "broadcast";
    event: Name;
    payload: RealtimePayloads[Name];
  };
}[keyof RealtimePayloads];
