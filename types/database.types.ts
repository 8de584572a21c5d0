export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  "public": {
    Tables: {
      "agent_logs": {
        Row: {
          "created_at": string;
          "details": NonNullable<Json>;
          "id": string;
          "level": Database["public"]["Enums"]["log_level"];
          "log_type": Database["public"]["Enums"]["agent_log_type"];
          "session_id": string | null;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "details"?: NonNullable<Json>;
          "id"?: string;
          "level"?: Database["public"]["Enums"]["log_level"];
          "log_type": Database["public"]["Enums"]["agent_log_type"];
          "session_id"?: string | null;
          "user_id"?: string | null;
        };
        Update: {
          "created_at"?: string;
          "details"?: NonNullable<Json>;
          "id"?: string;
          "level"?: Database["public"]["Enums"]["log_level"];
          "log_type"?: Database["public"]["Enums"]["agent_log_type"];
          "session_id"?: string | null;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "agent_logs_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "active_sessions_summary";
            referencedColumns: ["session_id"];
          },
          {
            foreignKeyName: "agent_logs_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "conversation_sessions";
            referencedColumns: ["id"];
          },
        ];
      };
      "attachments": {
        Row: {
          "created_at": string;
          "duplicate_of": string | null;
          "id": string;
          "message_id": string | null;
          "mime_type": string;
          "name": string;
          "processing_status": Database["public"]["Enums"]["attachment_status"];
          "request_hash": string;
          "session_id": string;
          "sha256": string;
          "size_bytes": number;
          "storage_path": string;
          "updated_at": string;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "duplicate_of"?: string | null;
          "id"?: string;
          "message_id"?: string | null;
          "mime_type": string;
          "name": string;
          "processing_status"?: Database["public"]["Enums"]["attachment_status"];
          "request_hash"?: string;
          "session_id": string;
          "sha256": string;
          "size_bytes": number;
          "storage_path"?: string;
          "updated_at"?: string;
          "user_id"?: string | null;
        };
        Update: {
          "created_at"?: string;
          "duplicate_of"?: string | null;
          "id"?: string;
          "message_id"?: string | null;
          "mime_type"?: string;
          "name"?: string;
          "processing_status"?: Database["public"]["Enums"]["attachment_status"];
          "request_hash"?: string;
          "session_id"?: string;
          "sha256"?: string;
          "size_bytes"?: number;
          "storage_path"?: string;
          "updated_at"?: string;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "attachments_message_id_fkey";
            columns: ["session_id", "message_id"];
            isOneToOne: false;
            referencedRelation: "conversation_messages";
            referencedColumns: ["session_id", "id"];
          },
          {
            foreignKeyName: "attachments_message_id_fkey";
            columns: ["session_id", "message_id"];
            isOneToOne: false;
            referencedRelation: "conversation_turns";
            referencedColumns: ["session_id", "turn_id"];
          },
          {
            foreignKeyName: "attachments_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "active_sessions_summary";
            referencedColumns: ["session_id"];
          },
          {
            foreignKeyName: "attachments_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "conversation_sessions";
            referencedColumns: ["id"];
          },
        ];
      };
      "audit_log": {
        Row: {
          "action": Database["public"]["Enums"]["audit_action"];
          "actor": string;
          "at": string;
          "details": NonNullable<Json>;
          "hash": string;
          "id": number;
          "previous_hash": string;
          "subject": string | null;
        };
        ComputedFields: never;
        Insert: {
          "action": Database["public"]["Enums"]["audit_action"];
          "actor": string;
          "at"?: string;
          "details"?: NonNullable<Json>;
          "hash": string;
          "id": number;
          "previous_hash": string;
          "subject"?: string | null;
        };
        Update: {
          "action"?: Database["public"]["Enums"]["audit_action"];
          "actor"?: string;
          "at"?: string;
          "details"?: NonNullable<Json>;
          "hash"?: string;
          "id"?: number;
          "previous_hash"?: string;
          "subject"?: string | null;
        };
        Relationships: [];
      };
      "brand_members": {
        Row: {
          "brand_id": string;
          "created_at": string;
          "role": Database["public"]["Enums"]["brand_role"];
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "brand_id": string;
          "created_at"?: string;
          "role"?: Database["public"]["Enums"]["brand_role"];
          "user_id": string;
        };
        Update: {
          "brand_id"?: string;
          "created_at"?: string;
          "role"?: Database["public"]["Enums"]["brand_role"];
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "brand_members_brand_id_fkey";
            columns: ["brand_id"];
            isOneToOne: false;
            referencedRelation: "brands";
            referencedColumns: ["id"];
          },
        ];
      };
      "brands": {
        Row: {
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "created_at": string;
          "created_by": string | null;
          "id": string;
          "name": string;
          "settings": NonNullable<Json>;
          "slug": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "content_mode"?: Database["public"]["Enums"]["content_mode"];
          "created_at"?: string;
          "created_by"?: string | null;
          "id"?: string;
          "name": string;
          "settings"?: NonNullable<Json>;
          "slug": string;
          "updated_at"?: string;
        };
        Update: {
          "content_mode"?: Database["public"]["Enums"]["content_mode"];
          "created_at"?: string;
          "created_by"?: string | null;
          "id"?: string;
          "name"?: string;
          "settings"?: NonNullable<Json>;
          "slug"?: string;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "budget_alerts": {
        Row: {
          "budget_id": string;
          "created_at": string;
          "limit_kind": Database["public"]["Enums"]["budget_limit"];
          "limit_usd": number;
          "period_start": string;
          "spent_usd": number;
        };
        ComputedFields: never;
        Insert: {
          "budget_id": string;
          "created_at"?: string;
          "limit_kind": Database["public"]["Enums"]["budget_limit"];
          "limit_usd": number;
          "period_start": string;
          "spent_usd": number;
        };
        Update: {
          "budget_id"?: string;
          "created_at"?: string;
          "limit_kind"?: Database["public"]["Enums"]["budget_limit"];
          "limit_usd"?: number;
          "period_start"?: string;
          "spent_usd"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "budget_alerts_budget_id_fkey";
            columns: ["budget_id"];
            isOneToOne: false;
            referencedRelation: "budgets";
            referencedColumns: ["id"];
          },
        ];
      };
      "budget_reservations": {
        Row: {
          "amount_usd": number;
          "brand_id": string | null;
          "closed_at": string | null;
          "created_at": string;
          "expires_at": string;
          "id": string;
          "reserved_by": Database["public"]["Enums"]["cost_reporter"];
          "session_id": string | null;
          "soft_limit_reached": boolean;
          "status": Database["public"]["Enums"]["reservation_status"];
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "amount_usd": number;
          "brand_id"?: string | null;
          "closed_at"?: string | null;
          "created_at"?: string;
          "expires_at": string;
          "id"?: string;
          "reserved_by": Database["public"]["Enums"]["cost_reporter"];
          "session_id"?: string | null;
          "soft_limit_reached"?: boolean;
          "status"?: Database["public"]["Enums"]["reservation_status"];
          "user_id"?: string | null;
        };
        Update: {
          "amount_usd"?: number;
          "brand_id"?: string | null;
          "closed_at"?: string | null;
          "created_at"?: string;
          "expires_at"?: string;
          "id"?: string;
          "reserved_by"?: Database["public"]["Enums"]["cost_reporter"];
          "session_id"?: string | null;
          "soft_limit_reached"?: boolean;
          "status"?: Database["public"]["Enums"]["reservation_status"];
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "budget_reservations_brand_id_fkey";
            columns: ["brand_id"];
            isOneToOne: false;
            referencedRelation: "brands";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "budget_reservations_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "active_sessions_summary";
            referencedColumns: ["session_id"];
          },
          {
            foreignKeyName: "budget_reservations_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "conversation_sessions";
            referencedColumns: ["id"];
          },
        ];
      };
      "budgets": {
        Row: {
          "brand_id": string | null;
          "created_at": string;
          "hard_limit_usd": number | null;
          "id": string;
          "last_reserved_at": string | null;
          "period": Database["public"]["Enums"]["budget_period"];
          "soft_limit_usd": number | null;
          "updated_at": string;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "brand_id"?: string | null;
          "created_at"?: string;
          "hard_limit_usd"?: number | null;
          "id"?: string;
          "last_reserved_at"?: string | null;
          "period": Database["public"]["Enums"]["budget_period"];
          "soft_limit_usd"?: number | null;
          "updated_at"?: string;
          "user_id"?: string | null;
        };
        Update: {
          "brand_id"?: string | null;
          "created_at"?: string;
          "hard_limit_usd"?: number | null;
          "id"?: string;
          "last_reserved_at"?: string | null;
          "period"?: Database["public"]["Enums"]["budget_period"];
          "soft_limit_usd"?: number | null;
          "updated_at"?: string;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "budgets_brand_id_fkey";
            columns: ["brand_id"];
            isOneToOne: false;
            referencedRelation: "brands";
            referencedColumns: ["id"];
          },
        ];
      };
      "conversation_messages": {
        Row: {
          "action_taken": string | null;
          "brand_id": string | null;
          "cache_write_1h_tokens": number | null;
          "cache_write_tokens": number | null;
          "cached_input_tokens": number | null;
          "content": string;
          "content_length": number | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "content_sha256": string | null;
          "content_type": Database["public"]["Enums"]["message_content_type"];
          "cost_source": Database["public"]["Enums"]["cost_source"];
          "cost_usd": number | null;
          "created_at": string;
          "delegation_plan": Json | null;
          "edited_at": string | null;
          "error_message": string | null;
          "finish_reason": string | null;
          "id": string;
          "imported_at": string | null;
          "input_tokens": number | null;
          "latency_ms": number | null;
          "metadata": NonNullable<Json>;
          "model_used": string | null;
          "mood": string | null;
          "output_tokens": number | null;
          "parent_message_id": string | null;
          "parts": Json | null;
          "price_id": string | null;
          "provider": string | null;
          "questions_asked": Json | null;
          "reasoning_tokens": number | null;
          "reported_by": Database["public"]["Enums"]["cost_reporter"];
          "request_hash": string;
          "role": Database["public"]["Enums"]["message_role"];
          "sequence_order": number;
          "service_tier": string | null;
          "session_id": string;
          "status": Database["public"]["Enums"]["message_status"];
          "time_to_first_token_ms": number | null;
          "tokens_used": number | null;
          "tool_call_id": string | null;
          "tool_calls": Json | null;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "action_taken"?: string | null;
          "brand_id"?: string | null;
          "cache_write_1h_tokens"?: number | null;
          "cache_write_tokens"?: number | null;
          "cached_input_tokens"?: number | null;
          "content": string;
          "content_length"?: number | null;
          "content_mode"?: Database["public"]["Enums"]["content_mode"];
          "content_sha256"?: string | null;
          "content_type"?: Database["public"]["Enums"]["message_content_type"];
          "cost_source"?: Database["public"]["Enums"]["cost_source"];
          "cost_usd"?: number | null;
          "created_at"?: string;
          "delegation_plan"?: Json | null;
          "edited_at"?: string | null;
          "error_message"?: string | null;
          "finish_reason"?: string | null;
          "id"?: string;
          "imported_at"?: string | null;
          "input_tokens"?: number | null;
          "latency_ms"?: number | null;
          "metadata"?: NonNullable<Json>;
          "model_used"?: string | null;
          "mood"?: string | null;
          "output_tokens"?: number | null;
          "parent_message_id"?: string | null;
          "parts"?: Json | null;
          "price_id"?: string | null;
          "provider"?: string | null;
          "questions_asked"?: Json | null;
          "reasoning_tokens"?: number | null;
          "reported_by"?: Database["public"]["Enums"]["cost_reporter"];
          "request_hash"?: string;
          "role": Database["public"]["Enums"]["message_role"];
          "sequence_order"?: number;
          "service_tier"?: string | null;
          "session_id": string;
          "status"?: Database["public"]["Enums"]["message_status"];
          "time_to_first_token_ms"?: number | null;
          "tokens_used"?: number | null;
          "tool_call_id"?: string | null;
          "tool_calls"?: Json | null;
          "user_id"?: string | null;
        };
        Update: {
          "action_taken"?: string | null;
          "brand_id"?: string | null;
          "cache_write_1h_tokens"?: number | null;
          "cache_write_tokens"?: number | null;
          "cached_input_tokens"?: number | null;
          "content"?: string;
          "content_length"?: number | null;
          "content_mode"?: Database["public"]["Enums"]["content_mode"];
          "content_sha256"?: string | null;
          "content_type"?: Database["public"]["Enums"]["message_content_type"];
          "cost_source"?: Database["public"]["Enums"]["cost_source"];
          "cost_usd"?: number | null;
          "created_at"?: string;
          "delegation_plan"?: Json | null;
          "edited_at"?: string | null;
          "error_message"?: string | null;
          "finish_reason"?: string | null;
          "id"?: string;
          "imported_at"?: string | null;
          "input_tokens"?: number | null;
          "latency_ms"?: number | null;
          "metadata"?: NonNullable<Json>;
          "model_used"?: string | null;
          "mood"?: string | null;
          "output_tokens"?: number | null;
          "parent_message_id"?: string | null;
          "parts"?: Json | null;
          "price_id"?: string | null;
          "provider"?: string | null;
          "questions_asked"?: Json | null;
          "reasoning_tokens"?: number | null;
          "reported_by"?: Database["public"]["Enums"]["cost_reporter"];
          "request_hash"?: string;
          "role"?: Database["public"]["Enums"]["message_role"];
          "sequence_order"?: number;
          "service_tier"?: string | null;
          "session_id"?: string;
          "status"?: Database["public"]["Enums"]["message_status"];
          "time_to_first_token_ms"?: number | null;
          "tokens_used"?: number | null;
          "tool_call_id"?: string | null;
          "tool_calls"?: Json | null;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "conversation_messages_parent_fkey";
            columns: ["session_id", "parent_message_id"];
            isOneToOne: false;
            referencedRelation: "conversation_messages";
            referencedColumns: ["session_id", "id"];
          },
          {
            foreignKeyName: "conversation_messages_parent_fkey";
            columns: ["session_id", "parent_message_id"];
            isOneToOne: false;
            referencedRelation: "conversation_turns";
            referencedColumns: ["session_id", "turn_id"];
          },
          {
            foreignKeyName: "conversation_messages_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "active_sessions_summary";
            referencedColumns: ["session_id"];
          },
          {
            foreignKeyName: "conversation_messages_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "conversation_sessions";
            referencedColumns: ["id"];
          },
        ];
      };
      "conversation_sessions": {
        Row: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        ComputedFields: never;
        Insert: {
          "active_message_id"?: string | null;
          "active_task_plan_id"?: string | null;
          "agent_type"?: string | null;
          "answered_questions"?: NonNullable<Json>;
          "archived_at"?: string | null;
          "branch_count"?: number;
          "brand_id"?: string | null;
          "completed_at"?: string | null;
          "content_mode"?: Database["public"]["Enums"]["content_mode"];
          "context"?: NonNullable<Json>;
          "created_at"?: string;
          "deleted_at"?: string | null;
          "description"?: string | null;
          "id"?: string;
          "language"?: string;
          "last_activity_at"?: string;
          "last_sequence"?: number;
          "message_count"?: number;
          "metadata"?: NonNullable<Json>;
          "parsed_intent"?: Json | null;
          "pending_questions"?: NonNullable<Json>;
          "pinned_at"?: string | null;
          "prior_message_id"?: string | null;
          "request_hash"?: string | null;
          "selected_kb_ids"?: (string)[];
          "settings"?: NonNullable<Json>;
          "state"?: Database["public"]["Enums"]["session_state"];
          "status"?: never;
          "title"?: string | null;
          "total_cost_usd"?: number;
          "total_tokens"?: number;
          "updated_at"?: string;
          "user_id"?: string | null;
          "wiped_at"?: string | null;
        };
        Update: {
          "active_message_id"?: string | null;
          "active_task_plan_id"?: string | null;
          "agent_type"?: string | null;
          "answered_questions"?: NonNullable<Json>;
          "archived_at"?: string | null;
          "branch_count"?: number;
          "brand_id"?: string | null;
          "completed_at"?: string | null;
          "content_mode"?: Database["public"]["Enums"]["content_mode"];
          "context"?: NonNullable<Json>;
          "created_at"?: string;
          "deleted_at"?: string | null;
          "description"?: string | null;
          "id"?: string;
          "language"?: string;
          "last_activity_at"?: string;
          "last_sequence"?: number;
          "message_count"?: number;
          "metadata"?: NonNullable<Json>;
          "parsed_intent"?: Json | null;
          "pending_questions"?: NonNullable<Json>;
          "pinned_at"?: string | null;
          "prior_message_id"?: string | null;
          "request_hash"?: string | null;
          "selected_kb_ids"?: (string)[];
          "settings"?: NonNullable<Json>;
          "state"?: Database["public"]["Enums"]["session_state"];
          "status"?: never;
          "title"?: string | null;
          "total_cost_usd"?: number;
          "total_tokens"?: number;
          "updated_at"?: string;
          "user_id"?: string | null;
          "wiped_at"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "conversation_sessions_brand_id_fkey";
            columns: ["brand_id"];
            isOneToOne: false;
            referencedRelation: "brands";
            referencedColumns: ["id"];
          },
        ];
      };
      "erasure_receipts": {
        Row: {
          "audit_hash": string;
          "audit_id": number;
          "counts": NonNullable<Json>;
          "erased_at": string;
          "id": string;
          "rows_erased": number;
          "storage_objects": number;
          "subject": string | null;
        };
        ComputedFields: never;
        Insert: {
          "audit_hash": string;
          "audit_id": number;
          "counts": NonNullable<Json>;
          "erased_at"?: string;
          "id"?: string;
          "rows_erased": number;
          "storage_objects": number;
          "subject"?: string | null;
        };
        Update: {
          "audit_hash"?: string;
          "audit_id"?: number;
          "counts"?: NonNullable<Json>;
          "erased_at"?: string;
          "id"?: string;
          "rows_erased"?: number;
          "storage_objects"?: number;
          "subject"?: string | null;
        };
        Relationships: [];
      };
      "legal_holds": {
        Row: {
          "brand_id": string | null;
          "id": string;
          "placed_at": string;
          "reason": string;
          "release_reason": string | null;
          "released_at": string | null;
          "session_id": string | null;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "brand_id"?: string | null;
          "id"?: string;
          "placed_at"?: string;
          "reason": string;
          "release_reason"?: string | null;
          "released_at"?: string | null;
          "session_id"?: string | null;
          "user_id"?: string | null;
        };
        Update: {
          "brand_id"?: string | null;
          "id"?: string;
          "placed_at"?: string;
          "reason"?: string;
          "release_reason"?: string | null;
          "released_at"?: string | null;
          "session_id"?: string | null;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "legal_holds_brand_id_fkey";
            columns: ["brand_id"];
            isOneToOne: false;
            referencedRelation: "brands";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "legal_holds_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "active_sessions_summary";
            referencedColumns: ["session_id"];
          },
          {
            foreignKeyName: "legal_holds_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "conversation_sessions";
            referencedColumns: ["id"];
          },
        ];
      };
      "message_embeddings": {
        Row: {
          "content_hash": string;
          "dimensions": number;
          "embedded_at": string;
          "embedding": unknown;
          "message_id": string;
          "model": string;
          "session_id": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "content_hash": string;
          "dimensions"?: number;
          "embedded_at"?: string;
          "embedding": unknown;
          "message_id": string;
          "model": string;
          "session_id": string;
          "user_id": string;
        };
        Update: {
          "content_hash"?: string;
          "dimensions"?: number;
          "embedded_at"?: string;
          "embedding"?: unknown;
          "message_id"?: string;
          "model"?: string;
          "session_id"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "message_embeddings_message_id_fkey";
            columns: ["session_id", "message_id"];
            isOneToOne: false;
            referencedRelation: "conversation_messages";
            referencedColumns: ["session_id", "id"];
          },
          {
            foreignKeyName: "message_embeddings_message_id_fkey";
            columns: ["session_id", "message_id"];
            isOneToOne: false;
            referencedRelation: "conversation_turns";
            referencedColumns: ["session_id", "turn_id"];
          },
        ];
      };
      "message_feedback": {
        Row: {
          "comment": string | null;
          "created_at": string;
          "message_id": string;
          "rating": Database["public"]["Enums"]["message_rating"];
          "reason": string | null;
          "session_id": string;
          "updated_at": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "comment"?: string | null;
          "created_at"?: string;
          "message_id": string;
          "rating": Database["public"]["Enums"]["message_rating"];
          "reason"?: string | null;
          "session_id"?: string;
          "updated_at"?: string;
          "user_id"?: string;
        };
        Update: {
          "comment"?: string | null;
          "created_at"?: string;
          "message_id"?: string;
          "rating"?: Database["public"]["Enums"]["message_rating"];
          "reason"?: string | null;
          "session_id"?: string;
          "updated_at"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "message_feedback_message_id_fkey";
            columns: ["session_id", "message_id"];
            isOneToOne: false;
            referencedRelation: "conversation_messages";
            referencedColumns: ["session_id", "id"];
          },
          {
            foreignKeyName: "message_feedback_message_id_fkey";
            columns: ["session_id", "message_id"];
            isOneToOne: false;
            referencedRelation: "conversation_turns";
            referencedColumns: ["session_id", "turn_id"];
          },
        ];
      };
      "message_retrievals": {
        Row: {
          "created_at": string;
          "message_id": string;
          "query_embedding": (number)[] | null;
          "request_hash": string;
          "session_id": string;
          "similar_qa_matches": Json | null;
          "similarity_scores": (number)[] | null;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "message_id": string;
          "query_embedding"?: (number)[] | null;
          "request_hash"?: string;
          "session_id": string;
          "similar_qa_matches"?: Json | null;
          "similarity_scores"?: (number)[] | null;
          "user_id"?: string | null;
        };
        Update: {
          "created_at"?: string;
          "message_id"?: string;
          "query_embedding"?: (number)[] | null;
          "request_hash"?: string;
          "session_id"?: string;
          "similar_qa_matches"?: Json | null;
          "similarity_scores"?: (number)[] | null;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "message_retrievals_message_id_fkey";
            columns: ["session_id", "message_id"];
            isOneToOne: false;
            referencedRelation: "conversation_messages";
            referencedColumns: ["session_id", "id"];
          },
          {
            foreignKeyName: "message_retrievals_message_id_fkey";
            columns: ["session_id", "message_id"];
            isOneToOne: false;
            referencedRelation: "conversation_turns";
            referencedColumns: ["session_id", "turn_id"];
          },
        ];
      };
      "message_search": {
        Row: {
          "brand_id": string | null;
          "created_at": string;
          "message_id": string;
          "role": Database["public"]["Enums"]["message_role"];
          "session_id": string;
          "user_id": string;
          "words": unknown;
        };
        ComputedFields: never;
        Insert: {
          "brand_id"?: string | null;
          "created_at": string;
          "message_id": string;
          "role": Database["public"]["Enums"]["message_role"];
          "session_id": string;
          "user_id": string;
          "words"?: unknown;
        };
        Update: {
          "brand_id"?: string | null;
          "created_at"?: string;
          "message_id"?: string;
          "role"?: Database["public"]["Enums"]["message_role"];
          "session_id"?: string;
          "user_id"?: string;
          "words"?: unknown;
        };
        Relationships: [];
      };
      "model_prices": {
        Row: {
          "cache_write_1h_usd_per_mtok": number | null;
          "cache_write_usd_per_mtok": number | null;
          "cached_input_usd_per_mtok": number | null;
          "created_at": string;
          "id": string;
          "input_includes_cache": boolean;
          "input_usd_per_mtok": number;
          "min_input_tokens": number;
          "model": string;
          "output_includes_reasoning": boolean;
          "output_usd_per_mtok": number;
          "provider": string;
          "service_tier": string;
          "source": string;
          "source_date": string;
          "validity": unknown;
        };
        ComputedFields: never;
        Insert: {
          "cache_write_1h_usd_per_mtok"?: number | null;
          "cache_write_usd_per_mtok"?: number | null;
          "cached_input_usd_per_mtok"?: number | null;
          "created_at"?: string;
          "id"?: string;
          "input_includes_cache"?: boolean;
          "input_usd_per_mtok": number;
          "min_input_tokens"?: number;
          "model": string;
          "output_includes_reasoning"?: boolean;
          "output_usd_per_mtok": number;
          "provider": string;
          "service_tier"?: string;
          "source": string;
          "source_date": string;
          "validity"?: unknown;
        };
        Update: {
          "cache_write_1h_usd_per_mtok"?: number | null;
          "cache_write_usd_per_mtok"?: number | null;
          "cached_input_usd_per_mtok"?: number | null;
          "created_at"?: string;
          "id"?: string;
          "input_includes_cache"?: boolean;
          "input_usd_per_mtok"?: number;
          "min_input_tokens"?: number;
          "model"?: string;
          "output_includes_reasoning"?: boolean;
          "output_usd_per_mtok"?: number;
          "provider"?: string;
          "service_tier"?: string;
          "source"?: string;
          "source_date"?: string;
          "validity"?: unknown;
        };
        Relationships: [];
      };
      "performance_metrics": {
        Row: {
          "created_at": string;
          "id": string;
          "name": string;
          "tags": NonNullable<Json>;
          "type": Database["public"]["Enums"]["metric_type"];
          "unit": string | null;
          "value": number;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "id"?: string;
          "name": string;
          "tags"?: NonNullable<Json>;
          "type": Database["public"]["Enums"]["metric_type"];
          "unit"?: string | null;
          "value": number;
        };
        Update: {
          "created_at"?: string;
          "id"?: string;
          "name"?: string;
          "tags"?: NonNullable<Json>;
          "type"?: Database["public"]["Enums"]["metric_type"];
          "unit"?: string | null;
          "value"?: number;
        };
        Relationships: [];
      };
      "profiles": {
        Row: {
          "app_role": Database["public"]["Enums"]["app_role"];
          "created_at": string;
          "display_name": string | null;
          "last_seen_at": string | null;
          "metadata": NonNullable<Json>;
          "updated_at": string;
          "user_id": string;
          "username": string | null;
        };
        ComputedFields: never;
        Insert: {
          "app_role"?: Database["public"]["Enums"]["app_role"];
          "created_at"?: string;
          "display_name"?: string | null;
          "last_seen_at"?: string | null;
          "metadata"?: NonNullable<Json>;
          "updated_at"?: string;
          "user_id": string;
          "username"?: string | null;
        };
        Update: {
          "app_role"?: Database["public"]["Enums"]["app_role"];
          "created_at"?: string;
          "display_name"?: string | null;
          "last_seen_at"?: string | null;
          "metadata"?: NonNullable<Json>;
          "updated_at"?: string;
          "user_id"?: string;
          "username"?: string | null;
        };
        Relationships: [];
      };
      "redaction_patterns": {
        Row: {
          "is_enabled": boolean;
          "name": string;
          "pattern": string;
          "position": number;
          "replacement": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "is_enabled"?: boolean;
          "name": string;
          "pattern": string;
          "position"?: number;
          "replacement": string;
          "updated_at"?: string;
        };
        Update: {
          "is_enabled"?: boolean;
          "name"?: string;
          "pattern"?: string;
          "position"?: number;
          "replacement"?: string;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "repricings": {
        Row: {
          "actor": string;
          "at": string;
          "cost_usd_after": number;
          "cost_usd_before": number;
          "from_at": string;
          "id": number;
          "is_complete": boolean;
          "messages_changed": number;
          "model": string | null;
          "provider": string | null;
          "to_at": string;
        };
        ComputedFields: never;
        Insert: {
          "actor": string;
          "at"?: string;
          "cost_usd_after": number;
          "cost_usd_before": number;
          "from_at": string;
          "id"?: never;
          "is_complete": boolean;
          "messages_changed": number;
          "model"?: string | null;
          "provider"?: string | null;
          "to_at": string;
        };
        Update: {
          "actor"?: string;
          "at"?: string;
          "cost_usd_after"?: number;
          "cost_usd_before"?: number;
          "from_at"?: string;
          "id"?: never;
          "is_complete"?: boolean;
          "messages_changed"?: number;
          "model"?: string | null;
          "provider"?: string | null;
          "to_at"?: string;
        };
        Relationships: [];
      };
      "retention_policies": {
        Row: {
          "action": Database["public"]["Enums"]["retention_action"];
          "brand_id": string | null;
          "created_at": string;
          "data_class": Database["public"]["Enums"]["retention_class"];
          "id": string;
          "is_enabled": boolean;
          "keep_days": number;
          "keep_pinned": boolean;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "action": Database["public"]["Enums"]["retention_action"];
          "brand_id"?: string | null;
          "created_at"?: string;
          "data_class": Database["public"]["Enums"]["retention_class"];
          "id"?: string;
          "is_enabled"?: boolean;
          "keep_days": number;
          "keep_pinned"?: boolean;
          "updated_at"?: string;
        };
        Update: {
          "action"?: Database["public"]["Enums"]["retention_action"];
          "brand_id"?: string | null;
          "created_at"?: string;
          "data_class"?: Database["public"]["Enums"]["retention_class"];
          "id"?: string;
          "is_enabled"?: boolean;
          "keep_days"?: number;
          "keep_pinned"?: boolean;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "retention_policies_brand_id_fkey";
            columns: ["brand_id"];
            isOneToOne: false;
            referencedRelation: "brands";
            referencedColumns: ["id"];
          },
        ];
      };
      "retention_runs": {
        Row: {
          "action": Database["public"]["Enums"]["retention_action"];
          "brand_id": string | null;
          "cutoff": string;
          "data_class": Database["public"]["Enums"]["retention_class"];
          "ended_at": string;
          "id": number;
          "is_complete": boolean;
          "is_dry_run": boolean;
          "items": number;
          "policy_id": string;
          "started_at": string | null;
        };
        ComputedFields: never;
        Insert: {
          "action": Database["public"]["Enums"]["retention_action"];
          "brand_id"?: string | null;
          "cutoff": string;
          "data_class": Database["public"]["Enums"]["retention_class"];
          "ended_at"?: string;
          "id"?: never;
          "is_complete": boolean;
          "is_dry_run": boolean;
          "items": number;
          "policy_id": string;
          "started_at"?: string | null;
        };
        Update: {
          "action"?: Database["public"]["Enums"]["retention_action"];
          "brand_id"?: string | null;
          "cutoff"?: string;
          "data_class"?: Database["public"]["Enums"]["retention_class"];
          "ended_at"?: string;
          "id"?: never;
          "is_complete"?: boolean;
          "is_dry_run"?: boolean;
          "items"?: number;
          "policy_id"?: string;
          "started_at"?: string | null;
        };
        Relationships: [];
      };
      "session_clients": {
        Row: {
          "address": string | null;
          "claimed_at": string | null;
          "device_type": Database["public"]["Enums"]["device_type"] | null;
          "ended_at": string | null;
          "expires_at": string | null;
          "referrer": string | null;
          "secret_hash": string;
          "session_id": string;
          "session_token": string;
          "started_at": string;
          "user_agent": string | null;
          "user_id": string | null;
          "user_identifier": string | null;
        };
        ComputedFields: never;
        Insert: {
          "address"?: string | null;
          "claimed_at"?: string | null;
          "device_type"?: Database["public"]["Enums"]["device_type"] | null;
          "ended_at"?: string | null;
          "expires_at"?: string | null;
          "referrer"?: string | null;
          "secret_hash": string;
          "session_id": string;
          "session_token": string;
          "started_at"?: string;
          "user_agent"?: string | null;
          "user_id"?: string | null;
          "user_identifier"?: string | null;
        };
        Update: {
          "address"?: string | null;
          "claimed_at"?: string | null;
          "device_type"?: Database["public"]["Enums"]["device_type"] | null;
          "ended_at"?: string | null;
          "expires_at"?: string | null;
          "referrer"?: string | null;
          "secret_hash"?: string;
          "session_id"?: string;
          "session_token"?: string;
          "started_at"?: string;
          "user_agent"?: string | null;
          "user_id"?: string | null;
          "user_identifier"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "session_clients_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: true;
            referencedRelation: "active_sessions_summary";
            referencedColumns: ["session_id"];
          },
          {
            foreignKeyName: "session_clients_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: true;
            referencedRelation: "conversation_sessions";
            referencedColumns: ["id"];
          },
        ];
      };
      "session_events": {
        Row: {
          "actor": string | null;
          "at": string;
          "from_state": Database["public"]["Enums"]["session_state"];
          "id": number;
          "session_id": string;
          "to_state": Database["public"]["Enums"]["session_state"];
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "actor"?: string | null;
          "at"?: string;
          "from_state": Database["public"]["Enums"]["session_state"];
          "id"?: never;
          "session_id": string;
          "to_state": Database["public"]["Enums"]["session_state"];
          "user_id"?: string | null;
        };
        Update: {
          "actor"?: string | null;
          "at"?: string;
          "from_state"?: Database["public"]["Enums"]["session_state"];
          "id"?: never;
          "session_id"?: string;
          "to_state"?: Database["public"]["Enums"]["session_state"];
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "session_events_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "active_sessions_summary";
            referencedColumns: ["session_id"];
          },
          {
            foreignKeyName: "session_events_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "conversation_sessions";
            referencedColumns: ["id"];
          },
        ];
      };
      "session_outcomes": {
        Row: {
          "added_to_cart_count": number;
          "conversion_occurred": boolean;
          "conversion_value_usd": number | null;
          "created_at": string;
          "products_added_to_cart": (string)[];
          "products_viewed": (string)[];
          "query_type": string | null;
          "reported_by": Database["public"]["Enums"]["cost_reporter"] | null;
          "session_id": string;
          "updated_at": string;
          "user_id": string | null;
          "user_satisfaction": number | null;
          "viewed_count": number;
        };
        ComputedFields: never;
        Insert: {
          "added_to_cart_count"?: never;
          "conversion_occurred"?: boolean;
          "conversion_value_usd"?: number | null;
          "created_at"?: string;
          "products_added_to_cart"?: (string)[];
          "products_viewed"?: (string)[];
          "query_type"?: string | null;
          "reported_by"?: Database["public"]["Enums"]["cost_reporter"] | null;
          "session_id": string;
          "updated_at"?: string;
          "user_id"?: string | null;
          "user_satisfaction"?: number | null;
          "viewed_count"?: never;
        };
        Update: {
          "added_to_cart_count"?: never;
          "conversion_occurred"?: boolean;
          "conversion_value_usd"?: number | null;
          "created_at"?: string;
          "products_added_to_cart"?: (string)[];
          "products_viewed"?: (string)[];
          "query_type"?: string | null;
          "reported_by"?: Database["public"]["Enums"]["cost_reporter"] | null;
          "session_id"?: string;
          "updated_at"?: string;
          "user_id"?: string | null;
          "user_satisfaction"?: number | null;
          "viewed_count"?: never;
        };
        Relationships: [
          {
            foreignKeyName: "session_outcomes_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: true;
            referencedRelation: "active_sessions_summary";
            referencedColumns: ["session_id"];
          },
          {
            foreignKeyName: "session_outcomes_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: true;
            referencedRelation: "conversation_sessions";
            referencedColumns: ["id"];
          },
        ];
      };
      "tool_executions": {
        Row: {
          "completed_at": string | null;
          "created_at": string;
          "error": string | null;
          "execution_time_ms": number | null;
          "id": string;
          "input": Json | null;
          "message_id": string | null;
          "output": Json | null;
          "request_hash": string;
          "session_id": string;
          "started_at": string | null;
          "status": Database["public"]["Enums"]["tool_execution_status"];
          "tokens_used": number | null;
          "tool_call_id": string | null;
          "tool_name": string;
          "tool_type": string | null;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "completed_at"?: string | null;
          "created_at"?: string;
          "error"?: string | null;
          "execution_time_ms"?: number | null;
          "id"?: string;
          "input"?: Json | null;
          "message_id"?: string | null;
          "output"?: Json | null;
          "request_hash"?: string;
          "session_id": string;
          "started_at"?: string | null;
          "status"?: Database["public"]["Enums"]["tool_execution_status"];
          "tokens_used"?: number | null;
          "tool_call_id"?: string | null;
          "tool_name": string;
          "tool_type"?: string | null;
          "user_id"?: string | null;
        };
        Update: {
          "completed_at"?: string | null;
          "created_at"?: string;
          "error"?: string | null;
          "execution_time_ms"?: number | null;
          "id"?: string;
          "input"?: Json | null;
          "message_id"?: string | null;
          "output"?: Json | null;
          "request_hash"?: string;
          "session_id"?: string;
          "started_at"?: string | null;
          "status"?: Database["public"]["Enums"]["tool_execution_status"];
          "tokens_used"?: number | null;
          "tool_call_id"?: string | null;
          "tool_name"?: string;
          "tool_type"?: string | null;
          "user_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "tool_executions_message_id_fkey";
            columns: ["session_id", "message_id"];
            isOneToOne: false;
            referencedRelation: "conversation_messages";
            referencedColumns: ["session_id", "id"];
          },
          {
            foreignKeyName: "tool_executions_message_id_fkey";
            columns: ["session_id", "message_id"];
            isOneToOne: false;
            referencedRelation: "conversation_turns";
            referencedColumns: ["session_id", "turn_id"];
          },
          {
            foreignKeyName: "tool_executions_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "active_sessions_summary";
            referencedColumns: ["session_id"];
          },
          {
            foreignKeyName: "tool_executions_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "conversation_sessions";
            referencedColumns: ["id"];
          },
        ];
      };
    };
    Views: {
      "active_sessions_summary": {
        Row: {
          "agent_type": string | null;
          "brand_id": string | null;
          "created_at": string;
          "last_activity_at": string;
          "last_message": string | null;
          "last_message_role": Database["public"]["Enums"]["message_role"] | null;
          "message_count": number;
          "session_id": string;
          "state": Database["public"]["Enums"]["session_state"];
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "user_id": string | null;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "conversation_sessions_brand_id_fkey";
            columns: ["brand_id"];
            isOneToOne: false;
            referencedRelation: "brands";
            referencedColumns: ["id"];
          },
        ];
      };
      "chat_analytics": {
        Row: {
          "conversion_occurred": number | null;
          "created_at": string;
          "id": string | null;
          "products_added_to_cart": string | null;
          "products_viewed": string | null;
          "query_type": string | null;
          "session_id": string | null;
          "total_cost_usd": number;
          "user_satisfaction": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "chat_conversations": {
        Row: {
          "ai_response": string | null;
          "id": string | null;
          "metadata": Json | null;
          "mood": string | null;
          "response_time_ms": number | null;
          "session_id": string | null;
          "session_token": string | null;
          "timestamp": string;
          "user_agent": string | null;
          "user_ip": string | null;
          "user_message": string;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "chat_messages": {
        Row: {
          "content": string;
          "created_at": string;
          "embedding": (number)[] | null;
          "error_message": string | null;
          "function_args": string | null;
          "function_name": string | null;
          "function_result": string | null;
          "id": string | null;
          "message_type": string | null;
          "processing_time_ms": number | null;
          "role": string | null;
          "sequence_order": number;
          "session_id": string | null;
          "similar_qa_matches": Json | null;
          "similarity_scores": (number)[] | null;
          "timestamp": string;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "chat_sessions": {
        Row: {
          "agent_type": string | null;
          "context": NonNullable<Json>;
          "created_at": string;
          "description": string | null;
          "device_type": string | null;
          "ended_at": string | null;
          "id": string | null;
          "ip_address": string | null;
          "is_pinned": boolean | null;
          "last_activity": string;
          "last_message_at": string;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "referrer": string | null;
          "session_token": string | null;
          "settings": NonNullable<Json>;
          "started_at": string;
          "status": string | null;
          "title": string | null;
          "total_messages": number;
          "total_tokens": number;
          "updated_at": string;
          "user_agent": string | null;
          "user_id": string | null;
          "user_identifier": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "common_questions": {
        Row: {
          "asked_count": number | null;
          "example": string | null;
          "first_asked_at": string | null;
          "last_asked_at": string | null;
          "question": string | null;
          "session_count": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "conversation_turns": {
        Row: {
          "ai_response": string | null;
          "answer_id": string | null;
          "brand_id": string | null;
          "cost_usd": number | null;
          "created_at": string;
          "error_message": string | null;
          "latency_ms": number | null;
          "metadata": Json | null;
          "model_used": string | null;
          "mood": string | null;
          "provider": string | null;
          "sequence_order": number;
          "session_id": string;
          "status": Database["public"]["Enums"]["message_status"] | null;
          "tokens_used": number | null;
          "turn_id": string;
          "user_id": string | null;
          "user_message": string;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "conversation_messages_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "active_sessions_summary";
            referencedColumns: ["session_id"];
          },
          {
            foreignKeyName: "conversation_messages_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "conversation_sessions";
            referencedColumns: ["id"];
          },
        ];
      };
      "conversion_funnel": {
        Row: {
          "added_to_cart_count": number | null;
          "avg_user_satisfaction": number | null;
          "claimed_value_usd": number | null;
          "conversion_rate": number | null;
          "conversion_value_usd": number | null;
          "converted_count": number | null;
          "query_type": string | null;
          "session_count": number | null;
          "viewed_count": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "daily_message_volume": {
        Row: {
          "assistant_messages": number | null;
          "day": string | null;
          "message_count": number | null;
          "total_cost_usd": number | null;
          "total_tokens": number | null;
          "user_id": string | null;
          "user_messages": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "message_feedback_stats": {
        Row: {
          "day": string | null;
          "down_count": number | null;
          "rating_count": number | null;
          "up_count": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "messages": {
        Row: {
          "agent_type": string | null;
          "content": string;
          "content_type": string | null;
          "created_at": string;
          "error_message": string | null;
          "id": string | null;
          "latency_ms": number | null;
          "metadata": NonNullable<Json>;
          "model": string | null;
          "parent_message_id": string | null;
          "role": string | null;
          "session_id": string | null;
          "tokens_used": number | null;
          "tool_calls": Json | null;
          "tool_results": Json | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "provider_usage_stats": {
        Row: {
          "avg_latency_ms": number | null;
          "first_used_at": string | null;
          "last_used_at": string | null;
          "model_used": string | null;
          "p95_latency_ms": number | null;
          "provider": string | null;
          "request_count": number | null;
          "total_cost_usd": number | null;
          "total_tokens": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "response_time_stats": {
        Row: {
          "avg_latency_ms": number | null;
          "day": string | null;
          "p50_latency_ms": number | null;
          "p95_latency_ms": number | null;
          "p99_latency_ms": number | null;
          "provider": string | null;
          "response_count": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "tool_execution_stats": {
        Row: {
          "avg_execution_ms": number | null;
          "cancelled_count": number | null;
          "completed_count": number | null;
          "execution_count": number | null;
          "failed_count": number | null;
          "first_used_at": string | null;
          "last_used_at": string | null;
          "p50_execution_ms": number | null;
          "p95_execution_ms": number | null;
          "success_rate": number | null;
          "tool_name": string;
          "tool_type": string | null;
          "total_tokens": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "unpriced_usage": {
        Row: {
          "first_day": string | null;
          "last_day": string | null;
          "model_used": string | null;
          "provider": string | null;
          "request_count": number | null;
          "total_tokens": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "usage_daily": {
        Row: {
          "assistant_messages": number | null;
          "brand_id": string | null;
          "cache_write_1h_tokens": number | null;
          "cache_write_tokens": number | null;
          "cached_input_tokens": number | null;
          "cost_usd": number | null;
          "day": string | null;
          "errors": number | null;
          "first_used_at": string | null;
          "input_tokens": number | null;
          "last_used_at": string | null;
          "latency_count": number | null;
          "latency_histogram": (number)[] | null;
          "latency_ms_sum": number | null;
          "model": string | null;
          "output_tokens": number | null;
          "price_book_cost_usd": number | null;
          "provider": string | null;
          "reasoning_tokens": number | null;
          "reported_by": Database["public"]["Enums"]["cost_reporter"] | null;
          "requests": number | null;
          "system_messages": number | null;
          "tool_messages": number | null;
          "total_tokens": number | null;
          "unpriced_requests": number | null;
          "unpriced_tokens": number | null;
          "user_id": string | null;
          "user_messages": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "usage_totals": {
        Row: {
          "assistant_messages": number | null;
          "cache_write_1h_tokens": number | null;
          "cache_write_tokens": number | null;
          "cached_input_tokens": number | null;
          "cost_usd": number | null;
          "day": string | null;
          "errors": number | null;
          "first_used_at": string | null;
          "input_tokens": number | null;
          "last_used_at": string | null;
          "latency_count": number | null;
          "latency_histogram": (number)[] | null;
          "latency_ms_sum": number | null;
          "model": string | null;
          "output_tokens": number | null;
          "price_book_cost_usd": number | null;
          "provider": string | null;
          "reasoning_tokens": number | null;
          "reported_by": Database["public"]["Enums"]["cost_reporter"] | null;
          "requests": number | null;
          "system_messages": number | null;
          "tool_messages": number | null;
          "total_tokens": number | null;
          "unpriced_requests": number | null;
          "unpriced_tokens": number | null;
          "user_messages": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "user_activity_summary": {
        Row: {
          "active_days": number | null;
          "first_active_at": string | null;
          "last_active_at": string | null;
          "message_count": number | null;
          "request_count": number | null;
          "total_cost_usd": number | null;
          "total_tokens": number | null;
          "user_id": string | null;
          "user_messages": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
    };
    Functions: {
      "append_message_delta": {
        Args: { "p_delta": string; "p_message_id": string; "p_seq": number };
        Returns: number;
      };
      "append_messages": {
        Args: { "p_messages": Json; "p_session_id": string };
        Returns: Database["public"]["CompositeTypes"]["appended_message"][];
        SetofOptions: {
          from: "*";
          to: "appended_message";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "archive_old_sessions": { Args: { "p_days": number; "p_limit"?: number }; Returns: number };
      "archive_session": {
        Args: { "p_session_id": string };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "begin_message": {
        Args: {
          "p_content_type"?: Database["public"]["Enums"]["message_content_type"];
          "p_message_id"?: string;
          "p_metadata"?: Json;
          "p_model_used"?: string;
          "p_parent"?: string;
          "p_provider"?: string;
          "p_service_tier"?: string;
          "p_session_id": string;
        };
        Returns: Database["public"]["CompositeTypes"]["streamed_message"];
        SetofOptions: {
          from: "*";
          to: "streamed_message";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "cancel_conversation_session": {
        Args: { "p_session_id": string };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "claim_embedding_jobs": {
        Args: { "p_lease_seconds"?: number; "p_limit"?: number };
        Returns: Database["public"]["CompositeTypes"]["embedding_job"][];
        SetofOptions: {
          from: "*";
          to: "embedding_job";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "claim_visitor_session": {
        Args: {
          "p_rate_limit"?: number;
          "p_session_id"?: string;
          "p_session_secret"?: string;
          "p_session_token"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["visitor_session"];
        SetofOptions: {
          from: "*";
          to: "visitor_session";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "cleanup_budget_reservations": {
        Args: { "p_keep_days"?: number; "p_limit"?: number };
        Returns: number;
      };
      "cleanup_old_logs": {
        Args: { "p_days": number; "p_limit"?: number };
        Returns: Database["public"]["CompositeTypes"]["logs_cleanup"];
        SetofOptions: {
          from: "*";
          to: "logs_cleanup";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "cleanup_visitor_sessions": { Args: { "p_limit"?: number }; Returns: number };
      "complete_conversation_session": {
        Args: { "p_session_id": string };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "complete_embedding_jobs": {
        Args: { "p_results": Json };
        Returns: Database["public"]["CompositeTypes"]["embedding_result"][];
        SetofOptions: {
          from: "*";
          to: "embedding_result";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "count_sessions": {
        Args: {
          "p_agent_type"?: string;
          "p_brand_id"?: string;
          "p_pinned"?: boolean;
          "p_status"?: Database["public"]["Enums"]["session_status"];
        };
        Returns: number;
      };
      "create_conversation_session": {
        Args: {
          "p_agent_type"?: string;
          "p_brand_id"?: string;
          "p_context"?: Json;
          "p_description"?: string;
          "p_idempotency_key"?: string;
          "p_language"?: string;
          "p_metadata"?: Json;
          "p_settings"?: Json;
          "p_title"?: string;
        };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "delete_session": {
        Args: { "p_session_id": string };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "edit_message": {
        Args: {
          "p_content": string;
          "p_message_id": string;
          "p_metadata"?: Json;
          "p_new_message_id"?: string;
          "p_parts"?: Json;
        };
        Returns: Database["public"]["CompositeTypes"]["appended_message"];
        SetofOptions: {
          from: "*";
          to: "appended_message";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "embedding_queue_stats": {
        Args: Record<PropertyKey, never>;
        Returns: Database["public"]["CompositeTypes"]["embedding_stats"];
        SetofOptions: {
          from: "*";
          to: "embedding_stats";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "end_visitor_session": {
        Args: {
          "p_rate_key"?: string;
          "p_rate_limit"?: number;
          "p_session_id"?: string;
          "p_session_secret"?: string;
          "p_session_token"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["visitor_session"];
        SetofOptions: {
          from: "*";
          to: "visitor_session";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "erase_user_data": {
        Args: {
          "p_session_id"?: string;
          "p_session_secret"?: string;
          "p_session_token"?: string;
          "p_user_id"?: string;
        };
        Returns: Json;
      };
      "export_user_data": {
        Args: {
          "p_cursor"?: string;
          "p_limit"?: number;
          "p_session_id"?: string;
          "p_session_secret"?: string;
          "p_session_token"?: string;
          "p_user_id"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["exported_line"][];
        SetofOptions: {
          from: "*";
          to: "exported_line";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "fail_embedding_jobs": {
        Args: { "p_failures": Json };
        Returns: Database["public"]["CompositeTypes"]["embedding_result"][];
        SetofOptions: {
          from: "*";
          to: "embedding_result";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "find_similar_questions": {
        Args: { "p_embedding": (number)[]; "p_limit"?: number; "p_min_similarity"?: number };
        Returns: Database["public"]["CompositeTypes"]["similar_question"][];
        SetofOptions: {
          from: "*";
          to: "similar_question";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "finish_message": {
        Args: {
          "p_cache_write_1h_tokens"?: number;
          "p_cache_write_tokens"?: number;
          "p_cached_input_tokens"?: number;
          "p_cost_usd"?: number;
          "p_error_message"?: string;
          "p_finish_reason"?: string;
          "p_input_tokens"?: number;
          "p_latency_ms"?: number;
          "p_message_id": string;
          "p_metadata"?: Json;
          "p_model_used"?: string;
          "p_output_tokens"?: number;
          "p_parts"?: Json;
          "p_provider"?: string;
          "p_reasoning_tokens"?: number;
          "p_reservation_id"?: string;
          "p_service_tier"?: string;
          "p_status"?: Database["public"]["Enums"]["message_status"];
          "p_time_to_first_token_ms"?: number;
          "p_tokens_used"?: number;
          "p_tool_calls"?: Json;
        };
        Returns: {
          "action_taken": string | null;
          "brand_id": string | null;
          "cache_write_1h_tokens": number | null;
          "cache_write_tokens": number | null;
          "cached_input_tokens": number | null;
          "content": string;
          "content_length": number | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "content_sha256": string | null;
          "content_type": Database["public"]["Enums"]["message_content_type"];
          "cost_source": Database["public"]["Enums"]["cost_source"];
          "cost_usd": number | null;
          "created_at": string;
          "delegation_plan": Json | null;
          "edited_at": string | null;
          "error_message": string | null;
          "finish_reason": string | null;
          "id": string;
          "imported_at": string | null;
          "input_tokens": number | null;
          "latency_ms": number | null;
          "metadata": NonNullable<Json>;
          "model_used": string | null;
          "mood": string | null;
          "output_tokens": number | null;
          "parent_message_id": string | null;
          "parts": Json | null;
          "price_id": string | null;
          "provider": string | null;
          "questions_asked": Json | null;
          "reasoning_tokens": number | null;
          "reported_by": Database["public"]["Enums"]["cost_reporter"];
          "request_hash": string;
          "role": Database["public"]["Enums"]["message_role"];
          "sequence_order": number;
          "service_tier": string | null;
          "session_id": string;
          "status": Database["public"]["Enums"]["message_status"];
          "time_to_first_token_ms": number | null;
          "tokens_used": number | null;
          "tool_call_id": string | null;
          "tool_calls": Json | null;
          "user_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_messages";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "fork_session": {
        Args: {
          "p_idempotency_key"?: string;
          "p_message_id"?: string;
          "p_session_id": string;
          "p_title"?: string;
        };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "get_brand_usage": {
        Args: { "p_brand_id": string; "p_from": string; "p_to": string };
        Returns: Database["public"]["CompositeTypes"]["brand_usage"][];
        SetofOptions: {
          from: "*";
          to: "brand_usage";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_budget_status": {
        Args: { "p_brand_id"?: string };
        Returns: Database["public"]["CompositeTypes"]["budget_status"][];
        SetofOptions: {
          from: "*";
          to: "budget_status";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_chat_history": {
        Args: {
          "p_before_sequence"?: number;
          "p_limit"?: number;
          "p_rate_key"?: string;
          "p_rate_limit"?: number;
          "p_session_id"?: string;
          "p_session_secret"?: string;
          "p_session_token"?: string;
        };
        Returns: {
          "action_taken": string | null;
          "brand_id": string | null;
          "cache_write_1h_tokens": number | null;
          "cache_write_tokens": number | null;
          "cached_input_tokens": number | null;
          "content": string;
          "content_length": number | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "content_sha256": string | null;
          "content_type": Database["public"]["Enums"]["message_content_type"];
          "cost_source": Database["public"]["Enums"]["cost_source"];
          "cost_usd": number | null;
          "created_at": string;
          "delegation_plan": Json | null;
          "edited_at": string | null;
          "error_message": string | null;
          "finish_reason": string | null;
          "id": string;
          "imported_at": string | null;
          "input_tokens": number | null;
          "latency_ms": number | null;
          "metadata": NonNullable<Json>;
          "model_used": string | null;
          "mood": string | null;
          "output_tokens": number | null;
          "parent_message_id": string | null;
          "parts": Json | null;
          "price_id": string | null;
          "provider": string | null;
          "questions_asked": Json | null;
          "reasoning_tokens": number | null;
          "reported_by": Database["public"]["Enums"]["cost_reporter"];
          "request_hash": string;
          "role": Database["public"]["Enums"]["message_role"];
          "sequence_order": number;
          "service_tier": string | null;
          "session_id": string;
          "status": Database["public"]["Enums"]["message_status"];
          "time_to_first_token_ms": number | null;
          "tokens_used": number | null;
          "tool_call_id": string | null;
          "tool_calls": Json | null;
          "user_id": string | null;
        }[];
        SetofOptions: {
          from: "*";
          to: "conversation_messages";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_chat_stats": {
        Args: {
          "p_rate_key"?: string;
          "p_rate_limit"?: number;
          "p_session_id"?: string;
          "p_session_secret"?: string;
          "p_session_token"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["session_stats"];
        SetofOptions: {
          from: "*";
          to: "session_stats";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "get_common_questions": {
        Args: { "p_brand_id": string; "p_from": string; "p_limit"?: number; "p_to": string };
        Returns: Database["public"]["CompositeTypes"]["common_question"][];
        SetofOptions: {
          from: "*";
          to: "common_question";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_conversation_history": {
        Args: { "p_before_sequence"?: number; "p_limit"?: number; "p_session_id": string };
        Returns: {
          "action_taken": string | null;
          "brand_id": string | null;
          "cache_write_1h_tokens": number | null;
          "cache_write_tokens": number | null;
          "cached_input_tokens": number | null;
          "content": string;
          "content_length": number | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "content_sha256": string | null;
          "content_type": Database["public"]["Enums"]["message_content_type"];
          "cost_source": Database["public"]["Enums"]["cost_source"];
          "cost_usd": number | null;
          "created_at": string;
          "delegation_plan": Json | null;
          "edited_at": string | null;
          "error_message": string | null;
          "finish_reason": string | null;
          "id": string;
          "imported_at": string | null;
          "input_tokens": number | null;
          "latency_ms": number | null;
          "metadata": NonNullable<Json>;
          "model_used": string | null;
          "mood": string | null;
          "output_tokens": number | null;
          "parent_message_id": string | null;
          "parts": Json | null;
          "price_id": string | null;
          "provider": string | null;
          "questions_asked": Json | null;
          "reasoning_tokens": number | null;
          "reported_by": Database["public"]["Enums"]["cost_reporter"];
          "request_hash": string;
          "role": Database["public"]["Enums"]["message_role"];
          "sequence_order": number;
          "service_tier": string | null;
          "session_id": string;
          "status": Database["public"]["Enums"]["message_status"];
          "time_to_first_token_ms": number | null;
          "tokens_used": number | null;
          "tool_call_id": string | null;
          "tool_calls": Json | null;
          "user_id": string | null;
        }[];
        SetofOptions: {
          from: "*";
          to: "conversation_messages";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_latest_message": {
        Args: { "p_session_id": string };
        Returns: {
          "action_taken": string | null;
          "brand_id": string | null;
          "cache_write_1h_tokens": number | null;
          "cache_write_tokens": number | null;
          "cached_input_tokens": number | null;
          "content": string;
          "content_length": number | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "content_sha256": string | null;
          "content_type": Database["public"]["Enums"]["message_content_type"];
          "cost_source": Database["public"]["Enums"]["cost_source"];
          "cost_usd": number | null;
          "created_at": string;
          "delegation_plan": Json | null;
          "edited_at": string | null;
          "error_message": string | null;
          "finish_reason": string | null;
          "id": string;
          "imported_at": string | null;
          "input_tokens": number | null;
          "latency_ms": number | null;
          "metadata": NonNullable<Json>;
          "model_used": string | null;
          "mood": string | null;
          "output_tokens": number | null;
          "parent_message_id": string | null;
          "parts": Json | null;
          "price_id": string | null;
          "provider": string | null;
          "questions_asked": Json | null;
          "reasoning_tokens": number | null;
          "reported_by": Database["public"]["Enums"]["cost_reporter"];
          "request_hash": string;
          "role": Database["public"]["Enums"]["message_role"];
          "sequence_order": number;
          "service_tier": string | null;
          "session_id": string;
          "status": Database["public"]["Enums"]["message_status"];
          "time_to_first_token_ms": number | null;
          "tokens_used": number | null;
          "tool_call_id": string | null;
          "tool_calls": Json | null;
          "user_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_messages";
          isOneToOne: true;
          isSetofReturn: true;
        };
      };
      "get_message_thread": {
        Args: { "p_before_sequence"?: number; "p_limit"?: number; "p_message_id": string };
        Returns: {
          "action_taken": string | null;
          "brand_id": string | null;
          "cache_write_1h_tokens": number | null;
          "cache_write_tokens": number | null;
          "cached_input_tokens": number | null;
          "content": string;
          "content_length": number | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "content_sha256": string | null;
          "content_type": Database["public"]["Enums"]["message_content_type"];
          "cost_source": Database["public"]["Enums"]["cost_source"];
          "cost_usd": number | null;
          "created_at": string;
          "delegation_plan": Json | null;
          "edited_at": string | null;
          "error_message": string | null;
          "finish_reason": string | null;
          "id": string;
          "imported_at": string | null;
          "input_tokens": number | null;
          "latency_ms": number | null;
          "metadata": NonNullable<Json>;
          "model_used": string | null;
          "mood": string | null;
          "output_tokens": number | null;
          "parent_message_id": string | null;
          "parts": Json | null;
          "price_id": string | null;
          "provider": string | null;
          "questions_asked": Json | null;
          "reasoning_tokens": number | null;
          "reported_by": Database["public"]["Enums"]["cost_reporter"];
          "request_hash": string;
          "role": Database["public"]["Enums"]["message_role"];
          "sequence_order": number;
          "service_tier": string | null;
          "session_id": string;
          "status": Database["public"]["Enums"]["message_status"];
          "time_to_first_token_ms": number | null;
          "tokens_used": number | null;
          "tool_call_id": string | null;
          "tool_calls": Json | null;
          "user_id": string | null;
        }[];
        SetofOptions: {
          from: "*";
          to: "conversation_messages";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_messages_with_tools": {
        Args: { "p_before_sequence"?: number; "p_limit"?: number; "p_session_id": string };
        Returns: Database["public"]["CompositeTypes"]["message_with_tools"][];
        SetofOptions: {
          from: "*";
          to: "message_with_tools";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_openai_messages": {
        Args: { "p_limit"?: number; "p_session_id": string };
        Returns: Json;
      };
      "get_session": {
        Args: { "p_session_id": string };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "get_session_cost": { Args: { "p_session_id": string }; Returns: number };
      "get_session_message_stats": {
        Args: { "p_session_id": string };
        Returns: Database["public"]["CompositeTypes"]["message_role_stats"][];
        SetofOptions: {
          from: "*";
          to: "message_role_stats";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_session_stats": {
        Args: { "p_session_id": string };
        Returns: Database["public"]["CompositeTypes"]["session_stats"];
        SetofOptions: {
          from: "*";
          to: "session_stats";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "get_ui_messages": { Args: { "p_limit"?: number; "p_session_id": string }; Returns: Json };
      "hybrid_search_messages": {
        Args: {
          "p_agent_type"?: string;
          "p_brand_id"?: string;
          "p_embedding": (number)[];
          "p_from"?: string;
          "p_full_text_weight"?: number;
          "p_limit"?: number;
          "p_model"?: string;
          "p_query": string;
          "p_role"?: Database["public"]["Enums"]["message_role"];
          "p_rrf_k"?: number;
          "p_semantic_weight"?: number;
          "p_session_id"?: string;
          "p_to"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["hybrid_match"][];
        SetofOptions: {
          from: "*";
          to: "hybrid_match";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "import_messages": {
        Args: { "p_messages": Json; "p_session_id": string };
        Returns: Database["public"]["CompositeTypes"]["appended_message"][];
        SetofOptions: {
          from: "*";
          to: "appended_message";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "import_user_data": { Args: { "p_lines": (string)[]; "p_user_id": string }; Returns: Json };
      "index_messages": { Args: Record<PropertyKey, never>; Returns: number };
      "interrupt_stale_messages": {
        Args: { "p_idle_seconds"?: number; "p_limit"?: number };
        Returns: number;
      };
      "list_sessions": {
        Args: {
          "p_agent_type"?: string;
          "p_brand_id"?: string;
          "p_cursor"?: string;
          "p_limit"?: number;
          "p_pinned"?: boolean;
          "p_status"?: Database["public"]["Enums"]["session_status"];
        };
        Returns: Database["public"]["CompositeTypes"]["session_list_item"][];
        SetofOptions: {
          from: "*";
          to: "session_list_item";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "log_chat_turns": {
        Args: {
          "p_rate_key"?: string;
          "p_rate_limit"?: number;
          "p_session_secret"?: string;
          "p_turns": Json;
        };
        Returns: Database["public"]["CompositeTypes"]["logged_turn"];
        SetofOptions: {
          from: "*";
          to: "logged_turn";
          isOneToOne: true;
          isSetofReturn: true;
        };
      };
      "log_turn": {
        Args: {
          "p_assistant_message"?: string;
          "p_cache_write_1h_tokens"?: number;
          "p_cache_write_tokens"?: number;
          "p_cached_input_tokens"?: number;
          "p_cost_usd"?: number;
          "p_error_message"?: string;
          "p_finish_reason"?: string;
          "p_for_visitor"?: boolean;
          "p_input_tokens"?: number;
          "p_latency_ms"?: number;
          "p_metadata"?: Json;
          "p_model_used"?: string;
          "p_mood"?: string;
          "p_output_tokens"?: number;
          "p_provider"?: string;
          "p_reasoning_tokens"?: number;
          "p_reservation_id"?: string;
          "p_service_tier"?: string;
          "p_session_id": string;
          "p_time_to_first_token_ms"?: number;
          "p_tokens_used"?: number;
          "p_tool_calls"?: Json;
          "p_tool_executions"?: Json;
          "p_turn_id": string;
          "p_user_message": string;
        };
        Returns: Database["public"]["CompositeTypes"]["appended_message"][];
        SetofOptions: {
          from: "*";
          to: "appended_message";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "make_log_partitions": { Args: { "p_months_ahead"?: number }; Returns: number };
      "match_messages": {
        Args: {
          "p_agent_type"?: string;
          "p_brand_id"?: string;
          "p_embedding": (number)[];
          "p_from"?: string;
          "p_limit"?: number;
          "p_min_similarity"?: number;
          "p_model"?: string;
          "p_role"?: Database["public"]["Enums"]["message_role"];
          "p_session_id"?: string;
          "p_to"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["message_match"][];
        SetofOptions: {
          from: "*";
          to: "message_match";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "merge_usage": { Args: Record<PropertyKey, never>; Returns: number };
      "pin_session": {
        Args: { "p_pinned"?: boolean; "p_session_id": string };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "queue_missing_embeddings": { Args: { "p_limit"?: number }; Returns: number };
      "read_session_as_admin": {
        Args: {
          "p_before_sequence"?: number;
          "p_limit"?: number;
          "p_reason": string;
          "p_session_id": string;
        };
        Returns: {
          "action_taken": string | null;
          "brand_id": string | null;
          "cache_write_1h_tokens": number | null;
          "cache_write_tokens": number | null;
          "cached_input_tokens": number | null;
          "content": string;
          "content_length": number | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "content_sha256": string | null;
          "content_type": Database["public"]["Enums"]["message_content_type"];
          "cost_source": Database["public"]["Enums"]["cost_source"];
          "cost_usd": number | null;
          "created_at": string;
          "delegation_plan": Json | null;
          "edited_at": string | null;
          "error_message": string | null;
          "finish_reason": string | null;
          "id": string;
          "imported_at": string | null;
          "input_tokens": number | null;
          "latency_ms": number | null;
          "metadata": NonNullable<Json>;
          "model_used": string | null;
          "mood": string | null;
          "output_tokens": number | null;
          "parent_message_id": string | null;
          "parts": Json | null;
          "price_id": string | null;
          "provider": string | null;
          "questions_asked": Json | null;
          "reasoning_tokens": number | null;
          "reported_by": Database["public"]["Enums"]["cost_reporter"];
          "request_hash": string;
          "role": Database["public"]["Enums"]["message_role"];
          "sequence_order": number;
          "service_tier": string | null;
          "session_id": string;
          "status": Database["public"]["Enums"]["message_status"];
          "time_to_first_token_ms": number | null;
          "tokens_used": number | null;
          "tool_call_id": string | null;
          "tool_calls": Json | null;
          "user_id": string | null;
        }[];
        SetofOptions: {
          from: "*";
          to: "conversation_messages";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "record_feedback": {
        Args: {
          "p_rate_key"?: string;
          "p_rate_limit"?: number;
          "p_session_id"?: string;
          "p_session_secret"?: string;
          "p_session_token"?: string;
          "p_user_satisfaction"?: number;
        };
        Returns: {
          "added_to_cart_count": number;
          "conversion_occurred": boolean;
          "conversion_value_usd": number | null;
          "created_at": string;
          "products_added_to_cart": (string)[];
          "products_viewed": (string)[];
          "query_type": string | null;
          "reported_by": Database["public"]["Enums"]["cost_reporter"] | null;
          "session_id": string;
          "updated_at": string;
          "user_id": string | null;
          "user_satisfaction": number | null;
          "viewed_count": number;
        };
        SetofOptions: {
          from: "*";
          to: "session_outcomes";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "record_outcome": {
        Args: {
          "p_conversion_occurred"?: boolean;
          "p_conversion_value_usd"?: number;
          "p_products_added_to_cart"?: (string)[];
          "p_products_viewed"?: (string)[];
          "p_query_type"?: string;
          "p_rate_key"?: string;
          "p_rate_limit"?: number;
          "p_session_id"?: string;
          "p_session_secret"?: string;
          "p_session_token"?: string;
        };
        Returns: {
          "added_to_cart_count": number;
          "conversion_occurred": boolean;
          "conversion_value_usd": number | null;
          "created_at": string;
          "products_added_to_cart": (string)[];
          "products_viewed": (string)[];
          "query_type": string | null;
          "reported_by": Database["public"]["Enums"]["cost_reporter"] | null;
          "session_id": string;
          "updated_at": string;
          "user_id": string | null;
          "user_satisfaction": number | null;
          "viewed_count": number;
        };
        SetofOptions: {
          from: "*";
          to: "session_outcomes";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "record_similar_questions": {
        Args: {
          "p_embedding"?: (number)[];
          "p_matches": Json;
          "p_message_id": string;
          "p_scores"?: (number)[];
        };
        Returns: {
          "created_at": string;
          "message_id": string;
          "query_embedding": (number)[] | null;
          "request_hash": string;
          "session_id": string;
          "similar_qa_matches": Json | null;
          "similarity_scores": (number)[] | null;
          "user_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "message_retrievals";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "record_usage": {
        Args: {
          "p_brand_id"?: string;
          "p_cache_write_1h_tokens"?: number;
          "p_cache_write_tokens"?: number;
          "p_cached_input_tokens"?: number;
          "p_cost_usd"?: number;
          "p_input_tokens"?: number;
          "p_is_error"?: boolean;
          "p_latency_ms"?: number;
          "p_model_used"?: string;
          "p_output_tokens"?: number;
          "p_provider"?: string;
          "p_reasoning_tokens"?: number;
          "p_reservation_id"?: string;
          "p_service_tier"?: string;
          "p_tokens_used"?: number;
          "p_usage_id": string;
          "p_used_at"?: string;
          "p_user_id"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["usage_record"];
        SetofOptions: {
          from: "*";
          to: "usage_record";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "regenerate_message": {
        Args: {
          "p_message_id": string;
          "p_metadata"?: Json;
          "p_model_used"?: string;
          "p_new_message_id"?: string;
          "p_provider"?: string;
          "p_service_tier"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["streamed_message"];
        SetofOptions: {
          from: "*";
          to: "streamed_message";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "release_budget": {
        Args: { "p_reservation_id": string };
        Returns: {
          "amount_usd": number;
          "brand_id": string | null;
          "closed_at": string | null;
          "created_at": string;
          "expires_at": string;
          "id": string;
          "reserved_by": Database["public"]["Enums"]["cost_reporter"];
          "session_id": string | null;
          "soft_limit_reached": boolean;
          "status": Database["public"]["Enums"]["reservation_status"];
          "user_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "budget_reservations";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "release_legal_hold": {
        Args: { "p_hold_id": string; "p_reason": string };
        Returns: {
          "brand_id": string | null;
          "id": string;
          "placed_at": string;
          "reason": string;
          "release_reason": string | null;
          "released_at": string | null;
          "session_id": string | null;
          "user_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "legal_holds";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "rename_session": {
        Args: { "p_session_id": string; "p_title": string };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "reopen_conversation_session": {
        Args: { "p_session_id": string };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "reprice_messages": {
        Args: {
          "p_from": string;
          "p_limit"?: number;
          "p_model"?: string;
          "p_provider"?: string;
          "p_to": string;
        };
        Returns: {
          "actor": string;
          "at": string;
          "cost_usd_after": number;
          "cost_usd_before": number;
          "from_at": string;
          "id": number;
          "is_complete": boolean;
          "messages_changed": number;
          "model": string | null;
          "provider": string | null;
          "to_at": string;
        };
        SetofOptions: {
          from: "*";
          to: "repricings";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "reserve_budget": {
        Args: {
          "p_amount_usd": number;
          "p_reservation_id"?: string;
          "p_session_id": string;
          "p_ttl_seconds"?: number;
        };
        Returns: {
          "amount_usd": number;
          "brand_id": string | null;
          "closed_at": string | null;
          "created_at": string;
          "expires_at": string;
          "id": string;
          "reserved_by": Database["public"]["Enums"]["cost_reporter"];
          "session_id": string | null;
          "soft_limit_reached": boolean;
          "status": Database["public"]["Enums"]["reservation_status"];
          "user_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "budget_reservations";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "restore_session": {
        Args: { "p_session_id": string };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "retry_dead_embeddings": { Args: { "p_limit"?: number }; Returns: number };
      "run_retention": {
        Args: { "p_budget_seconds"?: number; "p_dry_run"?: boolean };
        Returns: {
          "action": Database["public"]["Enums"]["retention_action"];
          "brand_id": string | null;
          "cutoff": string;
          "data_class": Database["public"]["Enums"]["retention_class"];
          "ended_at": string;
          "id": number;
          "is_complete": boolean;
          "is_dry_run": boolean;
          "items": number;
          "policy_id": string;
          "started_at": string | null;
        }[];
        SetofOptions: {
          from: "*";
          to: "retention_runs";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "search_messages": {
        Args: {
          "p_agent_type"?: string;
          "p_brand_id"?: string;
          "p_cursor"?: string;
          "p_from"?: string;
          "p_limit"?: number;
          "p_query": string;
          "p_role"?: Database["public"]["Enums"]["message_role"];
          "p_session_id"?: string;
          "p_to"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["found_message"][];
        SetofOptions: {
          from: "*";
          to: "found_message";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "search_sessions": {
        Args: {
          "p_agent_type"?: string;
          "p_brand_id"?: string;
          "p_cursor"?: string;
          "p_from"?: string;
          "p_limit"?: number;
          "p_query": string;
          "p_status"?: Database["public"]["Enums"]["session_status"];
          "p_to"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["found_session"][];
        SetofOptions: {
          from: "*";
          to: "found_session";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "select_branch": {
        Args: { "p_message_id": string };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "set_embedding_model": {
        Args: { "p_enabled"?: boolean; "p_model": string };
        Returns: undefined;
      };
      "set_legal_hold": {
        Args: {
          "p_brand_id"?: string;
          "p_reason": string;
          "p_session_id"?: string;
          "p_user_id"?: string;
        };
        Returns: {
          "brand_id": string | null;
          "id": string;
          "placed_at": string;
          "reason": string;
          "release_reason": string | null;
          "released_at": string | null;
          "session_id": string | null;
          "user_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "legal_holds";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "set_session_state": {
        Args: { "p_session_id": string; "p_state": Database["public"]["Enums"]["session_state"] };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "settle_budget": {
        Args: { "p_reservation_id": string };
        Returns: {
          "amount_usd": number;
          "brand_id": string | null;
          "closed_at": string | null;
          "created_at": string;
          "expires_at": string;
          "id": string;
          "reserved_by": Database["public"]["Enums"]["cost_reporter"];
          "session_id": string | null;
          "soft_limit_reached": boolean;
          "status": Database["public"]["Enums"]["reservation_status"];
          "user_id": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "budget_reservations";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "settle_storage_deletions": { Args: { "p_ids": (number)[] }; Returns: number };
      "start_visitor_session": {
        Args: {
          "p_address"?: string;
          "p_device_type"?: Database["public"]["Enums"]["device_type"];
          "p_rate_key"?: string;
          "p_rate_limit"?: number;
          "p_referrer"?: string;
          "p_retention_days"?: number;
          "p_session_secret": string;
          "p_session_token": string;
          "p_user_agent"?: string;
          "p_user_identifier"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["visitor_session"];
        SetofOptions: {
          from: "*";
          to: "visitor_session";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "store_doctor": {
        Args: { "p_deep"?: boolean };
        Returns: Database["public"]["CompositeTypes"]["doctor_check"][];
        SetofOptions: {
          from: "*";
          to: "doctor_check";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "take_rate_limit": {
        Args: { "p_key": string; "p_limit": number; "p_window_seconds"?: number };
        Returns: boolean;
      };
      "take_storage_deletions": {
        Args: { "p_limit"?: number };
        Returns: Database["public"]["CompositeTypes"]["storage_deletion"][];
        SetofOptions: {
          from: "*";
          to: "storage_deletion";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "unarchive_session": {
        Args: { "p_session_id": string };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "verify_audit_chain": {
        Args: Record<PropertyKey, never>;
        Returns: Database["public"]["CompositeTypes"]["audit_verification"];
        SetofOptions: {
          from: "*";
          to: "audit_verification";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "wipe_session_content": {
        Args: { "p_session_id": string };
        Returns: {
          "active_message_id": string | null;
          "active_task_plan_id": string | null;
          "agent_type": string | null;
          "answered_questions": NonNullable<Json>;
          "archived_at": string | null;
          "branch_count": number;
          "brand_id": string | null;
          "completed_at": string | null;
          "content_mode": Database["public"]["Enums"]["content_mode"];
          "context": NonNullable<Json>;
          "created_at": string;
          "deleted_at": string | null;
          "description": string | null;
          "id": string;
          "language": string;
          "last_activity_at": string;
          "last_sequence": number;
          "message_count": number;
          "metadata": NonNullable<Json>;
          "parsed_intent": Json | null;
          "pending_questions": NonNullable<Json>;
          "pinned_at": string | null;
          "prior_message_id": string | null;
          "request_hash": string | null;
          "selected_kb_ids": (string)[];
          "settings": NonNullable<Json>;
          "state": Database["public"]["Enums"]["session_state"];
          "status": Database["public"]["Enums"]["session_status"] | null;
          "title": string | null;
          "total_cost_usd": number;
          "total_tokens": number;
          "updated_at": string;
          "user_id": string | null;
          "wiped_at": string | null;
        };
        SetofOptions: {
          from: "*";
          to: "conversation_sessions";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
    };
    Enums: {
      "agent_log_type":
        | "agent_request"
        | "agent_response"
        | "tool_execution"
        | "error"
        | "metric"
        | "trace";
      "app_role": "user" | "admin" | "developer";
      "attachment_status": "pending" | "processing" | "processed" | "failed";
      "audit_action":
        | "session_read"
        | "session_claimed"
        | "data_exported"
        | "data_erased"
        | "erasure_refused"
        | "hold_placed"
        | "hold_released"
        | "retention_run";
      "brand_role": "owner" | "admin" | "analyst" | "member";
      "budget_limit": "soft" | "hard";
      "budget_period": "day" | "month";
      "content_mode": "full" | "redacted" | "none";
      "cost_reporter": "authenticated" | "service_role" | "visitor";
      "cost_source": "reported" | "price_book" | "unpriced" | "none";
      "device_type": "mobile" | "tablet" | "desktop";
      "embedding_outcome": "embedded" | "stale" | "gone" | "busy" | "failed" | "dead";
      "log_level": "debug" | "info" | "warn" | "error" | "critical";
      "message_content_type": "text" | "markdown" | "json" | "code";
      "message_rating": "up" | "down";
      "message_role": "user" | "assistant" | "system" | "tool";
      "message_status": "streaming" | "complete" | "failed" | "cancelled" | "interrupted";
      "metric_type": "counter" | "gauge" | "histogram" | "summary";
      "reservation_status": "held" | "settled" | "released";
      "retention_action": "wipe" | "delete";
      "retention_class":
        | "content"
        | "tool_payloads"
        | "attachments"
        | "logs"
        | "metrics"
        | "visitor_sessions"
        | "trash";
      "session_state":
        | "initial"
        | "gathering"
        | "clarifying"
        | "planning"
        | "awaiting_approval"
        | "executing"
        | "reviewing"
        | "delivered"
        | "cancelled";
      "session_status": "active" | "archived" | "deleted";
      "tool_execution_status": "pending" | "running" | "completed" | "failed" | "cancelled";
    };
    CompositeTypes: {
      "appended_message": {
        "id": string | null;
        "session_id": string | null;
        "brand_id": string | null;
        "user_id": string | null;
        "role": Database["public"]["Enums"]["message_role"] | null;
        "content": string | null;
        "tokens_used": number | null;
        "model_used": string | null;
        "provider": string | null;
        "cost_usd": number | null;
        "latency_ms": number | null;
        "action_taken": string | null;
        "questions_asked": Json | null;
        "delegation_plan": Json | null;
        "created_at": string | null;
        "sequence_order": number | null;
        "parent_message_id": string | null;
        "status": Database["public"]["Enums"]["message_status"] | null;
        "content_type": Database["public"]["Enums"]["message_content_type"] | null;
        "parts": Json | null;
        "tool_calls": Json | null;
        "tool_call_id": string | null;
        "input_tokens": number | null;
        "output_tokens": number | null;
        "cached_input_tokens": number | null;
        "cache_write_tokens": number | null;
        "cache_write_1h_tokens": number | null;
        "reasoning_tokens": number | null;
        "service_tier": string | null;
        "price_id": string | null;
        "time_to_first_token_ms": number | null;
        "finish_reason": string | null;
        "error_message": string | null;
        "mood": string | null;
        "metadata": Json | null;
        "cost_source": Database["public"]["Enums"]["cost_source"] | null;
        "reported_by": Database["public"]["Enums"]["cost_reporter"] | null;
        "request_hash": string | null;
        "edited_at": string | null;
        "imported_at": string | null;
        "content_mode": Database["public"]["Enums"]["content_mode"] | null;
        "content_length": number | null;
        "content_sha256": string | null;
        "inserted": boolean | null;
      };
      "audit_verification": {
        "ok": boolean | null;
        "row_count": number | null;
        "first_bad": number | null;
        "problem": string | null;
        "head_hash": string | null;
      };
      "brand_usage": {
        "day": string | null;
        "provider": string | null;
        "model": string | null;
        "request_count": number | null;
        "error_count": number | null;
        "message_count": number | null;
        "unpriced_requests": number | null;
        "input_tokens": number | null;
        "output_tokens": number | null;
        "total_tokens": number | null;
        "total_cost_usd": number | null;
        "claimed_cost_usd": number | null;
        "avg_latency_ms": number | null;
        "p95_latency_ms": number | null;
      };
      "budget_status": {
        "budget_id": string | null;
        "user_id": string | null;
        "brand_id": string | null;
        "period": Database["public"]["Enums"]["budget_period"] | null;
        "period_start": string | null;
        "soft_limit_usd": number | null;
        "hard_limit_usd": number | null;
        "spent_usd": number | null;
        "held_usd": number | null;
        "remaining_usd": number | null;
      };
      "common_question": {
        "question": string | null;
        "asked_count": number | null;
        "user_count": number | null;
      };
      "doctor_check": {
        "check": string | null;
        "ok": boolean | null;
        "detail": string | null;
      };
      "embedding_job": {
        "message_id": string | null;
        "content": string | null;
        "content_hash": string | null;
        "model": string | null;
        "attempts": number | null;
      };
      "embedding_result": {
        "message_id": string | null;
        "outcome": Database["public"]["Enums"]["embedding_outcome"] | null;
      };
      "embedding_stats": {
        "model": string | null;
        "is_enabled": boolean | null;
        "due": number | null;
        "waiting": number | null;
        "leased": number | null;
        "dead": number | null;
        "oldest_due_at": string | null;
      };
      "exported_line": {
        "line": string | null;
        "next_cursor": string | null;
      };
      "found_message": {
        "message_id": string | null;
        "session_id": string | null;
        "session_title": string | null;
        "role": Database["public"]["Enums"]["message_role"] | null;
        "sequence_order": number | null;
        "created_at": string | null;
        "rank": number | null;
        "headline": string | null;
        "cursor": string | null;
      };
      "found_session": {
        "session_id": string | null;
        "brand_id": string | null;
        "title": string | null;
        "description": string | null;
        "agent_type": string | null;
        "status": Database["public"]["Enums"]["session_status"] | null;
        "created_at": string | null;
        "last_activity_at": string | null;
        "message_count": number | null;
        "rank": number | null;
        "headline": string | null;
        "cursor": string | null;
      };
      "hybrid_match": {
        "message_id": string | null;
        "session_id": string | null;
        "role": Database["public"]["Enums"]["message_role"] | null;
        "created_at": string | null;
        "score": number | null;
        "full_text_rank": number | null;
        "semantic_rank": number | null;
        "similarity": number | null;
        "headline": string | null;
        "content": string | null;
      };
      "logged_turn": {
        "turn_id": string | null;
        "session_id": string | null;
        "inserted": boolean | null;
        "status": number | null;
        "code": string | null;
        "message": string | null;
        "hint": string | null;
      };
      "logs_cleanup": {
        "rows_deleted": number | null;
        "partitions_dropped": number | null;
        "is_complete": boolean | null;
      };
      "message_match": {
        "message_id": string | null;
        "session_id": string | null;
        "role": Database["public"]["Enums"]["message_role"] | null;
        "created_at": string | null;
        "similarity": number | null;
        "content": string | null;
      };
      "message_role_stats": {
        "role": Database["public"]["Enums"]["message_role"] | null;
        "message_count": number | null;
        "total_tokens": number | null;
        "total_cost_usd": number | null;
        "avg_latency_ms": number | null;
      };
      "message_with_tools": {
        "id": string | null;
        "session_id": string | null;
        "brand_id": string | null;
        "user_id": string | null;
        "role": Database["public"]["Enums"]["message_role"] | null;
        "content": string | null;
        "tokens_used": number | null;
        "model_used": string | null;
        "provider": string | null;
        "cost_usd": number | null;
        "latency_ms": number | null;
        "action_taken": string | null;
        "questions_asked": Json | null;
        "delegation_plan": Json | null;
        "created_at": string | null;
        "sequence_order": number | null;
        "parent_message_id": string | null;
        "status": Database["public"]["Enums"]["message_status"] | null;
        "content_type": Database["public"]["Enums"]["message_content_type"] | null;
        "parts": Json | null;
        "tool_calls": Json | null;
        "tool_call_id": string | null;
        "input_tokens": number | null;
        "output_tokens": number | null;
        "cached_input_tokens": number | null;
        "cache_write_tokens": number | null;
        "cache_write_1h_tokens": number | null;
        "reasoning_tokens": number | null;
        "service_tier": string | null;
        "price_id": string | null;
        "time_to_first_token_ms": number | null;
        "finish_reason": string | null;
        "error_message": string | null;
        "mood": string | null;
        "metadata": Json | null;
        "cost_source": Database["public"]["Enums"]["cost_source"] | null;
        "reported_by": Database["public"]["Enums"]["cost_reporter"] | null;
        "request_hash": string | null;
        "edited_at": string | null;
        "imported_at": string | null;
        "content_mode": Database["public"]["Enums"]["content_mode"] | null;
        "content_length": number | null;
        "content_sha256": string | null;
        "tool_executions": Json | null;
        "tool_results": Json | null;
      };
      "session_list_item": {
        "id": string | null;
        "brand_id": string | null;
        "user_id": string | null;
        "state": Database["public"]["Enums"]["session_state"] | null;
        "parsed_intent": Json | null;
        "answered_questions": Json | null;
        "pending_questions": Json | null;
        "selected_kb_ids": (string)[] | null;
        "active_task_plan_id": string | null;
        "created_at": string | null;
        "last_activity_at": string | null;
        "completed_at": string | null;
        "title": string | null;
        "description": string | null;
        "agent_type": string | null;
        "context": Json | null;
        "settings": Json | null;
        "metadata": Json | null;
        "language": string | null;
        "content_mode": Database["public"]["Enums"]["content_mode"] | null;
        "pinned_at": string | null;
        "archived_at": string | null;
        "deleted_at": string | null;
        "wiped_at": string | null;
        "status": Database["public"]["Enums"]["session_status"] | null;
        "active_message_id": string | null;
        "prior_message_id": string | null;
        "branch_count": number | null;
        "last_sequence": number | null;
        "message_count": number | null;
        "total_tokens": number | null;
        "total_cost_usd": number | null;
        "updated_at": string | null;
        "request_hash": string | null;
        "cursor": string | null;
      };
      "session_stats": {
        "session_id": string | null;
        "message_count": number | null;
        "conversation_count": number | null;
        "started_at": string | null;
        "last_activity_at": string | null;
        "avg_latency_ms": number | null;
        "total_tokens": number | null;
        "total_cost_usd": number | null;
      };
      "similar_question": {
        "message_id": string | null;
        "session_id": string | null;
        "question": string | null;
        "answer_id": string | null;
        "answer": string | null;
        "asked_at": string | null;
        "similarity": number | null;
      };
      "storage_deletion": {
        "id": number | null;
        "bucket_id": string | null;
        "path": string | null;
        "attempts": number | null;
        "leased_until": string | null;
      };
      "streamed_message": {
        "id": string | null;
        "session_id": string | null;
        "brand_id": string | null;
        "user_id": string | null;
        "role": Database["public"]["Enums"]["message_role"] | null;
        "content": string | null;
        "tokens_used": number | null;
        "model_used": string | null;
        "provider": string | null;
        "cost_usd": number | null;
        "latency_ms": number | null;
        "action_taken": string | null;
        "questions_asked": Json | null;
        "delegation_plan": Json | null;
        "created_at": string | null;
        "sequence_order": number | null;
        "parent_message_id": string | null;
        "status": Database["public"]["Enums"]["message_status"] | null;
        "content_type": Database["public"]["Enums"]["message_content_type"] | null;
        "parts": Json | null;
        "tool_calls": Json | null;
        "tool_call_id": string | null;
        "input_tokens": number | null;
        "output_tokens": number | null;
        "cached_input_tokens": number | null;
        "cache_write_tokens": number | null;
        "cache_write_1h_tokens": number | null;
        "reasoning_tokens": number | null;
        "service_tier": string | null;
        "price_id": string | null;
        "time_to_first_token_ms": number | null;
        "finish_reason": string | null;
        "error_message": string | null;
        "mood": string | null;
        "metadata": Json | null;
        "cost_source": Database["public"]["Enums"]["cost_source"] | null;
        "reported_by": Database["public"]["Enums"]["cost_reporter"] | null;
        "request_hash": string | null;
        "edited_at": string | null;
        "imported_at": string | null;
        "content_mode": Database["public"]["Enums"]["content_mode"] | null;
        "content_length": number | null;
        "content_sha256": string | null;
        "next_seq": number | null;
        "inserted": boolean | null;
      };
      "usage_record": {
        "id": string | null;
        "cost_usd": number | null;
        "cost_source": Database["public"]["Enums"]["cost_source"] | null;
        "inserted": boolean | null;
      };
      "visitor_session": {
        "session_id": string | null;
        "session_token": string | null;
        "started_at": string | null;
        "ended_at": string | null;
        "expires_at": string | null;
        "claimed_at": string | null;
      };
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
    )
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals } ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends
    {
      Insert: infer I;
    } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends
    {
      Update: infer U;
    } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][
    CompositeTypeName
  ]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  "public": {
    Enums: {
      "agent_log_type": [
        "agent_request",
        "agent_response",
        "tool_execution",
        "error",
        "metric",
        "trace",
      ],
      "app_role": ["user", "admin", "developer"],
      "attachment_status": ["pending", "processing", "processed", "failed"],
      "audit_action": [
        "session_read",
        "session_claimed",
        "data_exported",
        "data_erased",
        "erasure_refused",
        "hold_placed",
        "hold_released",
        "retention_run",
      ],
      "brand_role": ["owner", "admin", "analyst", "member"],
      "budget_limit": ["soft", "hard"],
      "budget_period": ["day", "month"],
      "content_mode": ["full", "redacted", "none"],
      "cost_reporter": ["authenticated", "service_role", "visitor"],
      "cost_source": ["reported", "price_book", "unpriced", "none"],
      "device_type": ["mobile", "tablet", "desktop"],
      "embedding_outcome": ["embedded", "stale", "gone", "busy", "failed", "dead"],
      "log_level": ["debug", "info", "warn", "error", "critical"],
      "message_content_type": ["text", "markdown", "json", "code"],
      "message_rating": ["up", "down"],
      "message_role": ["user", "assistant", "system", "tool"],
      "message_status": ["streaming", "complete", "failed", "cancelled", "interrupted"],
      "metric_type": ["counter", "gauge", "histogram", "summary"],
      "reservation_status": ["held", "settled", "released"],
      "retention_action": ["wipe", "delete"],
      "retention_class": [
        "content",
        "tool_payloads",
        "attachments",
        "logs",
        "metrics",
        "visitor_sessions",
        "trash",
      ],
      "session_state": [
        "initial",
        "gathering",
        "clarifying",
        "planning",
        "awaiting_approval",
        "executing",
        "reviewing",
        "delivered",
        "cancelled",
      ],
      "session_status": ["active", "archived", "deleted"],
      "tool_execution_status": ["pending", "running", "completed", "failed", "cancelled"],
    },
  },
} as const;
