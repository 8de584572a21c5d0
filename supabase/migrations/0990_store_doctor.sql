-- 0990_store_doctor: whether the store is what the migrations made, and its numbers are right.
-- Makes: store_doctor, type doctor_check; private.expected_objects and the functions around it.
-- Needs: 0010. Locks: none. Breaking: no. Runs after all other files: what they made is remembered here.

create type public.doctor_check as (
  "check"  text,
  ok       boolean,
  detail   text
);
comment on type public.doctor_check is
  'A check of store_doctor: its name, whether all is well, and what was found. detail names objects and '
  'the next step, never content.';

create table private.expected_objects (
  kind        text  not null,
  identity    text  not null,
  definition  text  not null,
  expression  text,
  constraint expected_objects_pkey primary key (kind, identity)
);
comment on table private.expected_objects is
  'What Turnbase is made of, as remember_objects found it last. Writes: remember_objects only.';
comment on column private.expected_objects.kind is
  'The check of store_doctor that compares it; name: what is looked at; server: the version it was read on.';
comment on column private.expected_objects.identity is 'The object, by name.';
comment on column private.expected_objects.definition is
  'What every version of Postgres says of it in the same words.';
comment on column private.expected_objects.expression is
  'What a version of Postgres prints in its own words: compared on the same major version alone.';
alter table private.expected_objects enable row level security;
revoke all on table private.expected_objects from public, anon, authenticated, service_role;

-- A project may have left files out and have an object of such a name itself: a file counts as run where
-- all of its objects are there. An upgrade replaces the list.
create function private.own_names()
returns table (file text, kind text, name text)
language sql
immutable
set search_path = ''
as $$
  select l.file, l.kind, l.name
  from (
    values
      -- begin list: from 0010_foundation.sql, by npm run format
      ('0010_foundation', 'function', 'private.error_codes'),
      ('0010_foundation', 'function', 'private.found_before'),
      ('0010_foundation', 'function', 'private.has_holds'),
      ('0010_foundation', 'function', 'private.has_wide_number'),
      ('0010_foundation', 'function', 'private.is_held'),
      ('0010_foundation', 'function', 'private.is_trusted_caller'),
      ('0010_foundation', 'function', 'private.known_brand_id'),
      ('0010_foundation', 'function', 'private.my_brand_ids'),
      ('0010_foundation', 'function', 'private.raise_error'),
      ('0010_foundation', 'function', 'private.tg__touch_updated_at'),
      ('0010_foundation', 'type', 'public.content_mode'),
      ('0020_brands', 'function', 'private.tg_brand_members__keep_owner'),
      ('0020_brands', 'function', 'private.tg_brand_members__refuse_anonymous'),
      ('0020_brands', 'function', 'private.tg_brands__add_owner'),
      ('0020_brands', 'table', 'public.brands'),
      ('0020_brands', 'table', 'public.brand_members'),
      ('0020_brands', 'type', 'public.brand_role'),
      ('0030_conversation_sessions', 'function', 'private.my_deleted_session_ids'),
      ('0030_conversation_sessions', 'function', 'private.tg__refuse_too_large'),
      ('0030_conversation_sessions', 'function', 'private.tg_conversation_sessions__limit'),
      ('0030_conversation_sessions', 'function', 'private.tg_conversation_sessions__guard_state'),
      ('0030_conversation_sessions', 'function', 'private.tg_conversation_sessions__record_event'),
      ('0030_conversation_sessions', 'table', 'public.conversation_sessions'),
      ('0030_conversation_sessions', 'table', 'public.session_events'),
      ('0030_conversation_sessions', 'table', 'private.session_transitions'),
      ('0030_conversation_sessions', 'type', 'public.session_state'),
      ('0030_conversation_sessions', 'type', 'public.session_status'),
      ('0030_conversation_sessions', 'function', 'public.update_session_activity'),
      ('0030_conversation_sessions', 'function', 'public.set_session_state'),
      ('0030_conversation_sessions', 'function', 'public.complete_conversation_session'),
      ('0030_conversation_sessions', 'function', 'public.cancel_conversation_session'),
      ('0040_model_prices', 'function', 'private.price_call'),
      ('0040_model_prices', 'table', 'public.model_prices'),
      ('0050_conversation_messages', 'function', 'private.add_to_sessions'),
      ('0050_conversation_messages', 'function', 'private.branch_of'),
      ('0050_conversation_messages', 'type', 'private.shown_branch'),
      ('0050_conversation_messages', 'function', 'private.give_places_back'),
      ('0050_conversation_messages', 'function', 'private.take_places'),
      ('0050_conversation_messages', 'function', 'private.last_message_before'),
      ('0050_conversation_messages', 'function', 'private.newest_leaf'),
      ('0050_conversation_messages', 'function', 'private.lock_session'),
      ('0050_conversation_messages', 'function', 'private.message_request_hash'),
      ('0050_conversation_messages', 'function', 'private.price_message'),
      ('0050_conversation_messages', 'function', 'private.refuse_closed_session'),
      ('0050_conversation_messages', 'function', 'private.tg__lock_messages'),
      ('0050_conversation_messages', 'function', 'private.tg__share_messages_lock'),
      ('0050_conversation_messages', 'function', 'private.tg_conversation_messages__confirm_cost'),
      ('0050_conversation_messages', 'function', 'private.tg_conversation_messages__correct'),
      ('0050_conversation_messages', 'function', 'private.tg_conversation_messages__keep_owner'),
      ('0050_conversation_messages', 'function', 'private.tg_conversation_messages__limit_and_place'),
      ('0050_conversation_messages', 'function', 'private.tg_conversation_messages__mend_tree'),
      ('0050_conversation_messages', 'function', 'private.tg_conversation_sessions__carry_owner'),
      ('0050_conversation_messages', 'function', 'private.walk_branch'),
      ('0050_conversation_messages', 'table', 'public.conversation_messages'),
      ('0050_conversation_messages', 'type', 'private.locked_session'),
      ('0050_conversation_messages', 'type', 'public.message_role'),
      ('0050_conversation_messages', 'type', 'public.message_status'),
      ('0050_conversation_messages', 'type', 'public.message_content_type'),
      ('0050_conversation_messages', 'type', 'public.cost_source'),
      ('0050_conversation_messages', 'type', 'public.cost_reporter'),
      ('0050_conversation_messages', 'type', 'public.message_role_stats'),
      ('0050_conversation_messages', 'function', 'public.update_session_on_message'),
      ('0050_conversation_messages', 'function', 'public.get_conversation_history'),
      ('0050_conversation_messages', 'function', 'public.get_session_cost'),
      ('0050_conversation_messages', 'function', 'public.get_session_message_stats'),
      ('0060_session_functions', 'function', 'private.decode_cursor'),
      ('0060_session_functions', 'function', 'private.encode_cursor'),
      ('0060_session_functions', 'function', 'private.list_place'),
      ('0060_session_functions', 'type', 'private.list_place'),
      ('0060_session_functions', 'type', 'public.session_list_item'),
      ('0060_session_functions', 'function', 'public.create_conversation_session'),
      ('0060_session_functions', 'function', 'private.session_id_of_key'),
      ('0060_session_functions', 'function', 'public.reopen_conversation_session'),
      ('0060_session_functions', 'function', 'public.rename_session'),
      ('0060_session_functions', 'function', 'public.pin_session'),
      ('0060_session_functions', 'function', 'public.archive_session'),
      ('0060_session_functions', 'function', 'public.unarchive_session'),
      ('0060_session_functions', 'function', 'public.delete_session'),
      ('0060_session_functions', 'function', 'public.restore_session'),
      ('0060_session_functions', 'function', 'public.archive_old_sessions'),
      ('0060_session_functions', 'function', 'public.list_sessions'),
      ('0060_session_functions', 'function', 'public.get_session'),
      ('0060_session_functions', 'function', 'public.count_sessions'),
      ('0070_message_functions', 'function', 'private.answer_id_of_turn'),
      ('0070_message_functions', 'function', 'private.write_messages'),
      ('0070_message_functions', 'function', 'public.append_messages'),
      ('0070_message_functions', 'function', 'public.import_messages'),
      ('0070_message_functions', 'function', 'public.get_latest_message'),
      ('0070_message_functions', 'function', 'public.log_turn'),
      ('0070_message_functions', 'type', 'public.appended_message'),
      ('0080_usage_ledger', 'function', 'private.add_histograms'),
      ('0080_usage_ledger', 'function', 'private.add_to_rollups'),
      ('0080_usage_ledger', 'function', 'private.count_latencies'),
      ('0080_usage_ledger', 'function', 'private.latency_bucket'),
      ('0080_usage_ledger', 'function', 'private.latency_histogram'),
      ('0080_usage_ledger', 'function', 'private.latency_percentile'),
      ('0080_usage_ledger', 'function', 'private.merge_histograms'),
      ('0080_usage_ledger', 'function', 'private.merge_usage_tail'),
      ('0080_usage_ledger', 'function', 'private.reads_all_usage'),
      ('0080_usage_ledger', 'function', 'private.removed_usage_id'),
      ('0080_usage_ledger', 'function', 'private.tg_conversation_messages__count_usage'),
      ('0080_usage_ledger', 'function', 'private.tg_conversation_messages__keep_usage'),
      ('0080_usage_ledger', 'function', 'private.tg_users__forget_usage'),
      ('0080_usage_ledger', 'function', 'private.try_merge_usage_tail'),
      ('0080_usage_ledger', 'function', 'private.usage_facts'),
      ('0080_usage_ledger', 'table', 'private.recorded_usage'),
      ('0080_usage_ledger', 'table', 'private.removed_usage'),
      ('0080_usage_ledger', 'table', 'private.usage_rollups'),
      ('0080_usage_ledger', 'table', 'private.usage_tail'),
      ('0080_usage_ledger', 'table', 'private.usage_tail_numbers'),
      ('0080_usage_ledger', 'type', 'private.usage_scope'),
      ('0080_usage_ledger', 'function', 'public.merge_usage'),
      ('0080_usage_ledger', 'function', 'public.record_usage'),
      ('0080_usage_ledger', 'function', 'public.reprice_messages'),
      ('0080_usage_ledger', 'table', 'public.repricings'),
      ('0080_usage_ledger', 'table', 'public.usage_daily'),
      ('0080_usage_ledger', 'table', 'public.usage_totals'),
      ('0080_usage_ledger', 'type', 'public.usage_record'),
      ('0090_usage_views', 'function', 'private.usage_window_start'),
      ('0090_usage_views', 'table', 'private.usage_by_model'),
      ('0090_usage_views', 'function', 'private.reads_usage_of'),
      ('0090_usage_views', 'function', 'public.get_brand_usage'),
      ('0090_usage_views', 'function', 'public.get_session_stats'),
      ('0090_usage_views', 'table', 'public.active_sessions_summary'),
      ('0090_usage_views', 'table', 'public.daily_message_volume'),
      ('0090_usage_views', 'table', 'public.provider_usage_stats'),
      ('0090_usage_views', 'table', 'public.response_time_stats'),
      ('0090_usage_views', 'table', 'public.unpriced_usage'),
      ('0090_usage_views', 'table', 'public.user_activity_summary'),
      ('0090_usage_views', 'type', 'public.brand_usage'),
      ('0090_usage_views', 'type', 'public.session_stats'),
      ('0100_budgets', 'function', 'private.budget_period_start'),
      ('0100_budgets', 'function', 'private.budget_state_of'),
      ('0100_budgets', 'function', 'private.close_reservation'),
      ('0100_budgets', 'function', 'private.note_budget_alerts'),
      ('0100_budgets', 'function', 'private.settle_reservation'),
      ('0100_budgets', 'function', 'private.tg_budgets__note_alerts'),
      ('0100_budgets', 'function', 'private.tg_conversation_messages__note_budget_alerts'),
      ('0100_budgets', 'function', 'private.tg_usage_tail__note_budget_alerts'),
      ('0100_budgets', 'type', 'private.budget_state'),
      ('0100_budgets', 'function', 'public.cleanup_budget_reservations'),
      ('0100_budgets', 'function', 'public.get_budget_status'),
      ('0100_budgets', 'function', 'public.release_budget'),
      ('0100_budgets', 'function', 'public.reserve_budget'),
      ('0100_budgets', 'function', 'public.settle_budget'),
      ('0100_budgets', 'table', 'public.budget_alerts'),
      ('0100_budgets', 'table', 'public.budget_reservations'),
      ('0100_budgets', 'table', 'public.budgets'),
      ('0100_budgets', 'type', 'public.budget_limit'),
      ('0100_budgets', 'type', 'public.budget_period'),
      ('0100_budgets', 'type', 'public.budget_status'),
      ('0100_budgets', 'type', 'public.reservation_status'),
      ('0110_branches', 'function', 'private.add_message'),
      ('0110_branches', 'function', 'private.lock_session_of'),
      ('0110_branches', 'function', 'public.edit_message'),
      ('0110_branches', 'function', 'public.select_branch'),
      ('0110_branches', 'function', 'public.get_message_thread'),
      ('0110_branches', 'function', 'public.fork_session'),
      ('0120_streaming', 'function', 'private.interrupt_stream'),
      ('0120_streaming', 'function', 'private.is_on_branch'),
      ('0120_streaming', 'function', 'private.refuse_running_stream'),
      ('0120_streaming', 'function', 'private.refuse_stream_of_server'),
      ('0120_streaming', 'function', 'private.resume_stream'),
      ('0120_streaming', 'function', 'private.streamed'),
      ('0120_streaming', 'table', 'private.message_streams'),
      ('0120_streaming', 'function', 'public.begin_message'),
      ('0120_streaming', 'function', 'public.append_message_delta'),
      ('0120_streaming', 'function', 'public.finish_message'),
      ('0120_streaming', 'function', 'public.regenerate_message'),
      ('0120_streaming', 'function', 'public.interrupt_stale_messages'),
      ('0120_streaming', 'type', 'public.streamed_message'),
      ('0130_tool_executions', 'function', 'private.add_tool_executions'),
      ('0130_tool_executions', 'function', 'private.tg_conversation_sessions__carry_tool_owner'),
      ('0130_tool_executions', 'function', 'private.tg_tool_executions__find_message'),
      ('0130_tool_executions', 'function', 'private.tg_tool_executions__guard_end'),
      ('0130_tool_executions', 'function', 'private.tg_tool_executions__keep_time'),
      ('0130_tool_executions', 'function', 'private.tg_tool_executions__limit'),
      ('0130_tool_executions', 'function', 'private.tg_tool_executions__place'),
      ('0130_tool_executions', 'function', 'private.tool_execution_request_hash'),
      ('0130_tool_executions', 'function', 'public.get_messages_with_tools'),
      ('0130_tool_executions', 'function', 'public.update_tokens_on_tool'),
      ('0130_tool_executions', 'table', 'public.tool_execution_stats'),
      ('0130_tool_executions', 'table', 'public.tool_executions'),
      ('0130_tool_executions', 'type', 'public.message_with_tools'),
      ('0130_tool_executions', 'type', 'public.tool_execution_status'),
      ('0140_message_formats', 'function', 'private.carried_fields'),
      ('0140_message_formats', 'function', 'private.ended_run'),
      ('0140_message_formats', 'function', 'private.with_ended_runs'),
      ('0140_message_formats', 'function', 'private.is_left_out'),
      ('0140_message_formats', 'function', 'private.is_ui_part'),
      ('0140_message_formats', 'function', 'private.is_ui_shaped'),
      ('0140_message_formats', 'function', 'private.joined_texts'),
      ('0140_message_formats', 'function', 'private.openai_messages_of'),
      ('0140_message_formats', 'function', 'private.openai_messages_of_steps'),
      ('0140_message_formats', 'function', 'private.openai_part'),
      ('0140_message_formats', 'function', 'private.openai_tool_calls'),
      ('0140_message_formats', 'function', 'private.parsed_json'),
      ('0140_message_formats', 'function', 'private.ui_answer_of'),
      ('0140_message_formats', 'function', 'private.ui_message_of'),
      ('0140_message_formats', 'function', 'private.ui_part'),
      ('0140_message_formats', 'function', 'public.get_openai_messages'),
      ('0140_message_formats', 'function', 'public.get_ui_messages'),
      ('0150_logs', 'function', 'private.first_log_month'),
      ('0150_logs', 'function', 'private.log_partitions'),
      ('0150_logs', 'function', 'private.make_log_partition'),
      ('0150_logs', 'function', 'private.remove_log_rows'),
      ('0150_logs', 'function', 'public.cleanup_old_logs'),
      ('0150_logs', 'function', 'public.make_log_partitions'),
      ('0150_logs', 'table', 'public.agent_logs'),
      ('0150_logs', 'table', 'public.performance_metrics'),
      ('0150_logs', 'type', 'public.agent_log_type'),
      ('0150_logs', 'type', 'public.log_level'),
      ('0150_logs', 'type', 'public.logs_cleanup'),
      ('0150_logs', 'type', 'public.metric_type'),
      ('0160_attachments', 'function', 'private.lock_files'),
      ('0160_attachments', 'function', 'private.my_deleted_file_paths'),
      ('0160_attachments', 'function', 'private.my_held_file_paths'),
      ('0160_attachments', 'function', 'private.tg_attachments__check_message'),
      ('0160_attachments', 'function', 'private.tg_attachments__place'),
      ('0160_attachments', 'function', 'private.tg_attachments__queue_deletion'),
      ('0160_attachments', 'function', 'private.tg_conversation_sessions__carry_attachments'),
      ('0160_attachments', 'table', 'private.storage_deletions'),
      ('0160_attachments', 'function', 'public.settle_storage_deletions'),
      ('0160_attachments', 'function', 'public.take_storage_deletions'),
      ('0160_attachments', 'table', 'public.attachments'),
      ('0160_attachments', 'type', 'public.attachment_status'),
      ('0160_attachments', 'type', 'public.storage_deletion'),
      ('0170_message_feedback', 'function', 'private.tg_conversation_sessions__carry_feedback'),
      ('0170_message_feedback', 'function', 'private.tg_message_feedback__keep_message'),
      ('0170_message_feedback', 'function', 'private.tg_message_feedback__mark_sent'),
      ('0170_message_feedback', 'function', 'private.tg_message_feedback__place'),
      ('0170_message_feedback', 'function', 'private.tg_message_feedback__replace'),
      ('0170_message_feedback', 'table', 'public.message_feedback'),
      ('0170_message_feedback', 'table', 'public.message_feedback_stats'),
      ('0170_message_feedback', 'type', 'public.message_rating'),
      ('0180_visitors', 'function', 'private.count_call'),
      ('0180_visitors', 'function', 'private.find_chat_session'),
      ('0180_visitors', 'function', 'private.is_same_hash'),
      ('0180_visitors', 'function', 'private.take_rate'),
      ('0180_visitors', 'function', 'private.tg_conversation_sessions__carry_client'),
      ('0180_visitors', 'function', 'private.visitor_session_of'),
      ('0180_visitors', 'table', 'private.rate_limits'),
      ('0180_visitors', 'function', 'public.claim_visitor_session'),
      ('0180_visitors', 'function', 'public.cleanup_visitor_sessions'),
      ('0180_visitors', 'function', 'public.end_visitor_session'),
      ('0180_visitors', 'function', 'public.get_chat_history'),
      ('0180_visitors', 'function', 'public.get_chat_stats'),
      ('0180_visitors', 'function', 'public.start_visitor_session'),
      ('0180_visitors', 'function', 'public.take_rate_limit'),
      ('0180_visitors', 'table', 'public.session_clients'),
      ('0180_visitors', 'type', 'public.device_type'),
      ('0180_visitors', 'type', 'public.visitor_session'),
      ('0190_session_outcomes', 'function', 'private.tg_conversation_sessions__carry_outcome'),
      ('0190_session_outcomes', 'function', 'private.write_outcome'),
      ('0190_session_outcomes', 'function', 'public.record_feedback'),
      ('0190_session_outcomes', 'function', 'public.record_outcome'),
      ('0190_session_outcomes', 'table', 'public.conversion_funnel'),
      ('0190_session_outcomes', 'table', 'public.session_outcomes'),
      ('0200_turns', 'function', 'private.are_numbers'),
      ('0200_turns', 'type', 'private.chat_turn'),
      ('0200_turns', 'function', 'private.log_chat_turn'),
      ('0200_turns', 'function', 'private.normalized_question'),
      ('0200_turns', 'function', 'private.retrieval_request_hash'),
      ('0200_turns', 'function', 'private.tg_conversation_sessions__carry_retrievals'),
      ('0200_turns', 'function', 'public.get_common_questions'),
      ('0200_turns', 'function', 'public.log_chat_turns'),
      ('0200_turns', 'table', 'public.common_questions'),
      ('0200_turns', 'table', 'public.conversation_turns'),
      ('0200_turns', 'table', 'public.message_retrievals'),
      ('0200_turns', 'type', 'public.common_question'),
      ('0200_turns', 'type', 'public.logged_turn'),
      ('0210_search', 'function', 'private.find_messages'),
      ('0210_search', 'function', 'private.find_sessions'),
      ('0210_search', 'function', 'private.headline'),
      ('0210_search', 'function', 'private.headline_words'),
      ('0210_search', 'function', 'private.index_words'),
      ('0210_search', 'function', 'private.is_hit'),
      ('0210_search', 'function', 'private.is_in_session'),
      ('0210_search', 'function', 'private.matching_words'),
      ('0210_search', 'function', 'private.message_words'),
      ('0210_search', 'function', 'private.newest_words'),
      ('0210_search', 'function', 'private.search_configuration'),
      ('0210_search', 'function', 'private.search_language'),
      ('0210_search', 'function', 'private.search_letters'),
      ('0210_search', 'function', 'private.search_mark'),
      ('0210_search', 'function', 'private.search_spelling'),
      ('0210_search', 'function', 'private.search_terms'),
      ('0210_search', 'function', 'private.search_vector'),
      ('0210_search', 'function', 'private.session_vector'),
      ('0210_search', 'function', 'private.tg_conversation_messages__index_words'),
      ('0210_search', 'function', 'private.tg_conversation_sessions__index_words'),
      ('0210_search', 'function', 'private.tg_conversation_messages__forget_words'),
      ('0210_search', 'type', 'private.found_message'),
      ('0210_search', 'type', 'private.found_page'),
      ('0210_search', 'type', 'private.headline_words'),
      ('0210_search', 'type', 'private.search_terms'),
      ('0210_search', 'table', 'private.search_secrets'),
      ('0210_search', 'function', 'public.index_messages'),
      ('0210_search', 'function', 'public.search_messages'),
      ('0210_search', 'function', 'public.search_sessions'),
      ('0210_search', 'table', 'private.search_languages'),
      ('0210_search', 'table', 'private.session_search'),
      ('0210_search', 'table', 'public.message_search'),
      ('0210_search', 'type', 'public.found_message'),
      ('0210_search', 'type', 'public.found_session'),
      ('0220_embeddings', 'function', 'private.check_embedding_items'),
      ('0220_embeddings', 'function', 'private.embedding_model'),
      ('0220_embeddings', 'function', 'private.embedding_of'),
      ('0220_embeddings', 'function', 'private.fail_embedding_job'),
      ('0220_embeddings', 'function', 'private.is_embeddable'),
      ('0220_embeddings', 'function', 'private.nearest_by_index'),
      ('0220_embeddings', 'function', 'private.nearest_exactly'),
      ('0220_embeddings', 'function', 'private.nearest_messages'),
      ('0220_embeddings', 'function', 'private.passes'),
      ('0220_embeddings', 'function', 'private.query_vector'),
      ('0220_embeddings', 'function', 'private.tg_conversation_messages__queue_embedding'),
      ('0220_embeddings', 'function', 'private.tg_conversation_sessions__carry_embeddings'),
      ('0220_embeddings', 'function', 'private.tg_message_retrievals__take_embedding'),
      ('0220_embeddings', 'table', 'private.embedding_queue'),
      ('0220_embeddings', 'table', 'private.embedding_settings'),
      ('0220_embeddings', 'type', 'private.embedding_distance'),
      ('0220_embeddings', 'type', 'private.message_filter'),
      ('0220_embeddings', 'function', 'public.claim_embedding_jobs'),
      ('0220_embeddings', 'function', 'public.complete_embedding_jobs'),
      ('0220_embeddings', 'function', 'public.embedding_queue_stats'),
      ('0220_embeddings', 'function', 'public.fail_embedding_jobs'),
      ('0220_embeddings', 'function', 'public.find_similar_questions'),
      ('0220_embeddings', 'function', 'public.hybrid_search_messages'),
      ('0220_embeddings', 'function', 'public.match_messages'),
      ('0220_embeddings', 'function', 'public.queue_missing_embeddings'),
      ('0220_embeddings', 'function', 'public.record_similar_questions'),
      ('0220_embeddings', 'function', 'public.retry_dead_embeddings'),
      ('0220_embeddings', 'function', 'public.set_embedding_model'),
      ('0220_embeddings', 'table', 'public.message_embeddings'),
      ('0220_embeddings', 'type', 'public.embedding_job'),
      ('0220_embeddings', 'type', 'public.embedding_outcome'),
      ('0220_embeddings', 'type', 'public.embedding_result'),
      ('0220_embeddings', 'type', 'public.embedding_stats'),
      ('0220_embeddings', 'type', 'public.hybrid_match'),
      ('0220_embeddings', 'type', 'public.message_match'),
      ('0220_embeddings', 'type', 'public.similar_question'),
      ('0230_legal_holds', 'table', 'public.legal_holds'),
      ('0230_legal_holds', 'function', 'public.set_legal_hold'),
      ('0230_legal_holds', 'function', 'public.release_legal_hold'),
      ('0230_legal_holds', 'function', 'private.tg__keep_held'),
      ('0230_legal_holds', 'function', 'private.tg__keep_held_rows'),
      ('0240_data_classes', 'type', 'private.data_class'),
      ('0240_data_classes', 'type', 'private.erase_action'),
      ('0240_data_classes', 'type', 'private.wipe_action'),
      ('0240_data_classes', 'table', 'private.data_tables'),
      ('0240_data_classes', 'table', 'private.data_columns'),
      ('0250_content_modes', 'table', 'public.redaction_patterns'),
      ('0250_content_modes', 'function', 'private.tg_redaction_patterns__check'),
      ('0250_content_modes', 'function', 'private.redact'),
      ('0250_content_modes', 'function', 'private.redact_json'),
      ('0250_content_modes', 'function', 'private.kept_expression'),
      ('0250_content_modes', 'function', 'private.content_columns'),
      ('0250_content_modes', 'function', 'private.content_condition'),
      ('0250_content_modes', 'function', 'private.make_content_triggers'),
      ('0250_content_modes', 'function', 'private.tg_agent_logs__apply_content_mode'),
      ('0250_content_modes', 'function', 'private.tg_attachments__apply_content_mode'),
      ('0250_content_modes', 'function', 'private.tg_conversation_messages__apply_content_mode'),
      ('0250_content_modes', 'function', 'private.tg_conversation_sessions__apply_content_mode'),
      ('0250_content_modes', 'function', 'private.tg_message_feedback__apply_content_mode'),
      ('0250_content_modes', 'function', 'private.tg_message_retrievals__apply_content_mode'),
      ('0250_content_modes', 'function', 'private.tg_session_outcomes__apply_content_mode'),
      ('0250_content_modes', 'function', 'private.tg_tool_executions__apply_content_mode'),
      ('0250_content_modes', 'function', 'private.tg_attachments__refuse_unkept'),
      ('0250_content_modes', 'function', 'private.tg_conversation_sessions__follow_brand'),
      ('0250_content_modes', 'function', 'private.tg_brands__raise_content_mode'),
      ('0250_content_modes', 'function', 'private.wipe_sessions'),
      ('0250_content_modes', 'function', 'public.wipe_session_content'),
      ('0260_audit_log', 'type', 'public.audit_action'),
      ('0260_audit_log', 'table', 'private.subject_keys'),
      ('0260_audit_log', 'table', 'public.audit_log'),
      ('0260_audit_log', 'table', 'private.audit_head'),
      ('0260_audit_log', 'table', 'private.audit_reasons'),
      ('0260_audit_log', 'function', 'private.hmac_sha256'),
      ('0260_audit_log', 'function', 'private.pseudonym'),
      ('0260_audit_log', 'function', 'private.audit_hash'),
      ('0260_audit_log', 'function', 'private.audit_actor'),
      ('0260_audit_log', 'function', 'private.write_audit'),
      ('0260_audit_log', 'function', 'private.tg_audit_log__refuse_change'),
      ('0260_audit_log', 'type', 'public.audit_verification'),
      ('0260_audit_log', 'function', 'public.verify_audit_chain'),
      ('0260_audit_log', 'function', 'private.tg_legal_holds__audit'),
      ('0260_audit_log', 'function', 'private.tg_session_clients__audit'),
      ('0260_audit_log', 'function', 'public.read_session_as_admin'),
      ('0270_retention', 'type', 'public.retention_class'),
      ('0270_retention', 'type', 'public.retention_action'),
      ('0270_retention', 'table', 'public.retention_policies'),
      ('0270_retention', 'table', 'public.retention_runs'),
      ('0270_retention', 'function', 'private.is_pinned'),
      ('0270_retention', 'function', 'private.retention_query'),
      ('0270_retention', 'function', 'private.apply_retention'),
      ('0270_retention', 'function', 'public.run_retention'),
      ('0280_privacy', 'type', 'public.exported_line'),
      ('0280_privacy', 'table', 'public.erasure_receipts'),
      ('0280_privacy', 'type', 'private.data_subject'),
      ('0280_privacy', 'function', 'private.data_subject_of'),
      ('0280_privacy', 'function', 'private.subject_condition'),
      ('0280_privacy', 'function', 'private.export_page'),
      ('0280_privacy', 'function', 'public.export_user_data'),
      ('0280_privacy', 'function', 'public.import_user_data'),
      ('0280_privacy', 'function', 'public.erase_user_data'),
      ('0290_realtime', 'function', 'private.broadcast'),
      ('0290_realtime', 'function', 'private.tg_budget_alerts__broadcast'),
      ('0290_realtime', 'function', 'private.tg_conversation_messages__broadcast'),
      ('0290_realtime', 'function', 'private.tg_conversation_sessions__broadcast'),
      ('0290_realtime', 'function', 'private.tg_message_streams__broadcast'),
      ('0290_realtime', 'function', 'private.tg_tool_executions__broadcast'),
      ('0800_schedules', '', ''),
      ('0900_brands_fkey', '', ''),
      ('0910_profiles', 'function', 'private.tg_users__create_profile'),
      ('0910_profiles', 'table', 'public.profiles'),
      ('0910_profiles', 'type', 'public.app_role'),
      ('0920_old_names', 'table', 'public.chat_analytics'),
      ('0920_old_names', 'table', 'public.chat_conversations'),
      ('0920_old_names', 'table', 'public.chat_messages'),
      ('0920_old_names', 'table', 'public.chat_sessions'),
      ('0920_old_names', 'table', 'public.messages'),
      ('0990_store_doctor', 'function', 'private.check_data'),
      ('0990_store_doctor', 'function', 'private.check_objects'),
      ('0990_store_doctor', 'function', 'private.check_upkeep'),
      ('0990_store_doctor', 'function', 'private.current_objects'),
      ('0990_store_doctor', 'function', 'private.doctor_checks'),
      ('0990_store_doctor', 'function', 'private.is_there'),
      ('0990_store_doctor', 'function', 'private.names_to_look_at'),
      ('0990_store_doctor', 'function', 'private.own_names'),
      ('0990_store_doctor', 'function', 'private.remember_objects'),
      ('0990_store_doctor', 'function', 'private.server_version'),
      ('0990_store_doctor', 'function', 'public.store_doctor'),
      ('0990_store_doctor', 'table', 'private.expected_objects'),
      ('0990_store_doctor', 'type', 'public.doctor_check')
      -- end list
  ) as l (file, kind, name)
  where l.name <> ''
$$;
revoke all on function private.own_names() from public, anon, authenticated, service_role;
comment on function private.own_names() is 'Every table, view, type and function that the files make.';

create function private.is_there(p_kind text, p_name text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return case p_kind
    when 'table' then to_regclass(p_name) is not null
    when 'type' then to_regtype(p_name) is not null
    else exists (
      select 1
      from pg_catalog.pg_proc as p
      where p.proname = split_part(p_name, '.', 2)
        and p.pronamespace = to_regnamespace(split_part(p_name, '.', 1))
    )
  end;
end
$$;
revoke all on function private.is_there(text, text) from public, anon, authenticated, service_role;
comment on function private.is_there(text, text) is
  'Whether the table, view, type or function of this name exists.';

create function private.names_to_look_at()
returns setof text
language sql
stable
set search_path = ''
as $$
  select f.name
  from (
    select
      n.kind || ' ' || n.name as name,
      bool_and(private.is_there(n.kind, n.name)) over (partition by n.file) as is_whole
    from private.own_names() as n
  ) as f
  where f.is_whole
  union
  select e.identity
  from private.expected_objects as e
  where e.kind = 'name'
$$;
revoke all on function private.names_to_look_at() from public, anon, authenticated, service_role;
comment on function private.names_to_look_at() is
  'The names of files that are there as a whole, and those that were remembered.';

-- Names without a schema in front are the server's own, so that every text reads the same for everybody.
create function private.current_objects(p_names text[])
returns setof private.expected_objects
language plpgsql
stable
set search_path = ''
as $$
declare
  v_owner constant oid := (
    select c.relowner
    from pg_catalog.pg_class as c
    where c.oid = 'private.expected_objects'::regclass
  );
  v_relations constant oid[] := array(
    select to_regclass(substr(n.name, 7))
    from unnest(p_names) as n (name)
    where n.name like 'table %' and to_regclass(substr(n.name, 7)) is not null
  );
  v_types constant oid[] := array(
    select to_regtype(substr(n.name, 6))
    from unnest(p_names) as n (name)
    where n.name like 'type %' and to_regtype(substr(n.name, 6)) is not null
  );
  v_functions constant oid[] := array(
    select p.oid
    from unnest(p_names) as n (name)
    join pg_catalog.pg_proc as p on p.proname = split_part(substr(n.name, 10), '.', 2)
    where n.name like 'function %'
      and p.pronamespace = to_regnamespace(split_part(substr(n.name, 10), '.', 1))
  );
  v_sequences constant oid[] := array(
    select d.objid
    from pg_catalog.pg_depend as d
    join pg_catalog.pg_class as c on c.oid = d.objid
    where d.classid = 'pg_catalog.pg_class'::regclass
      and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = any (v_relations)
      and d.deptype in ('a', 'i') and c.relkind = 'S'
  );
  v_jobs constant regclass := to_regclass('cron.job');
begin
  return query
  select
    case when c.relkind = 'v' then 'views' else 'tables' end, c.oid::regclass::text,
    concat_ws(
      ' ',
      case c.relkind
        when 'r' then 'table'
        when 'p' then 'table partitioned by ' || pg_get_partkeydef(c.oid)
        when 'v' then 'view with (' || array_to_string(c.reloptions, ', ') || ') of (' || (
          select string_agg(
            a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum
          )
          from pg_catalog.pg_attribute as a
          where a.attrelid = c.oid and a.attnum > 0
        ) || ')'
        else 'relation of kind ' || c.relkind::text
      end,
      case c.relpersistence when 'u' then 'unlogged' end,
      case when c.relowner <> v_owner then 'of another owner' end
    ),
    case c.relkind when 'v' then md5(pg_get_viewdef(c.oid)) end
  from pg_catalog.pg_class as c
  where c.oid = any (v_relations);

  return query
  select
    'row_security'::text, c.oid::regclass::text,
    concat_ws(
      ' ', case when c.relrowsecurity then 'on' else 'off' end,
      case when c.relforcerowsecurity then 'forced' end
    ),
    null::text
  from pg_catalog.pg_class as c
  where c.relkind in ('r', 'p')
    and (
      c.oid = any (v_relations)
      -- The policies there hold nothing without it.
      or (c.oid = to_regclass('storage.objects') and 'table public.attachments' = any (p_names))
      or (c.oid = to_regclass('realtime.messages') and 'function private.broadcast' = any (p_names))
    );

  return query
  select
    'columns'::text, format('%s.%I', a.attrelid::regclass, a.attname),
    concat_ws(
      ' ', format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then 'not null' end,
      case when a.attidentity <> '' then 'identity ' || a.attidentity::text end,
      case when a.attgenerated <> '' then 'generated' when a.atthasdef then 'default' end,
      case when a.attcollation <> t.typcollation then 'collate ' || a.attcollation::regcollation end,
      case when a.attstorage <> t.typstorage then 'storage ' || a.attstorage::text end
    ),
    pg_get_expr(d.adbin, d.adrelid)
  from pg_catalog.pg_class as c
  join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_catalog.pg_type as t on t.oid = a.atttypid
  left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where c.oid = any (v_relations) and c.relkind in ('r', 'p');

  return query
  select
    'constraints'::text, format('%I on %s', k.conname, k.conrelid::regclass),
    concat_ws(
      ' ',
      case k.contype
        when 'c' then 'check' when 'f' then 'foreign key' when 'p' then 'primary key'
        when 'u' then 'unique' else 'exclude'
      end,
      case when not k.convalidated then 'not valid' end,
      -- The triggers of the server that look after a foreign key.
      (
        select 'not enforced by ' || string_agg(distinct g.tgrelid::regclass::text, ' and ')
        from pg_catalog.pg_trigger as g
        where g.tgconstraint = k.oid and g.tgenabled <> 'O'
      ),
      case when k.condeferrable then 'deferrable' end,
      case when k.condeferred then 'deferred' end,
      case when k.contype = 'f' then 'on delete ' || k.confdeltype::text end
    ),
    pg_get_constraintdef(k.oid)
  from pg_catalog.pg_constraint as k
  where k.conrelid = any (v_relations) and k.contype in ('c', 'f', 'p', 'u', 'x');

  return query
  select
    'indexes'::text, i.indexrelid::regclass::text,
    concat_ws(
      ' ', 'on', i.indrelid::regclass,
      case when i.indisunique then 'unique' end,
      case when not (i.indisvalid and i.indisready and i.indislive) then 'not valid' end
    ),
    pg_get_indexdef(i.indexrelid)
  from pg_catalog.pg_index as i
  where i.indrelid = any (v_relations);

  -- Those on our tables, whoever made them, and ours on the table of users.
  return query
  select
    'triggers'::text, format('%I on %s', g.tgname, g.tgrelid::regclass),
    concat_ws(
      ' ', 'runs', g.tgfoid::regprocedure, 'type', g.tgtype,
      case g.tgenabled
        when 'O' then 'enabled' when 'D' then 'disabled' when 'A' then 'enabled always'
        else 'enabled on replicas only'
      end
    ),
    -- A comparison of rows is printed in other brackets after a dump is restored.
    translate(pg_get_triggerdef(g.oid), '()', '')
  from pg_catalog.pg_trigger as g
  where not g.tgisinternal and g.tgparentid = 0
    and (
      g.tgrelid = any (v_relations)
      or (g.tgrelid = to_regclass('auth.users') and g.tgfoid = any (v_functions))
    )
  union all
  select
    'triggers', format('rule %I on %s', r.rulename, r.ev_class::regclass), r.ev_enabled::text,
    pg_get_ruledef(r.oid)
  from pg_catalog.pg_rewrite as r
  where r.ev_class = any (v_relations) and r.rulename <> '_RETURN';

  return query
  select
    'policies'::text, format('%I on %s', y.polname, y.polrelid::regclass),
    concat_ws(
      ' ', case when y.polpermissive then 'permissive' else 'restrictive' end, 'for',
      case y.polcmd
        when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
        else 'all'
      end,
      'to',
      (
        select string_agg(
          case when r.id = 0 then 'public' else r.id::regrole::text end, ', '
          order by r.id::regrole::text
        )
        from unnest(y.polroles) as r (id)
      )
    ),
    concat_ws(
      ' ', 'using ' || pg_get_expr(y.polqual, y.polrelid),
      'with check ' || pg_get_expr(y.polwithcheck, y.polrelid)
    )
  from pg_catalog.pg_policy as y
  where y.polrelid = any (v_relations)
    or (
      -- A project has its own there too.
      y.polrelid = to_regclass('storage.objects') and 'table public.attachments' = any (p_names)
      and y.polname in (
        'attachments_select_own', 'attachments_insert_own', 'attachments_update_own',
        'attachments_delete_own'
      )
    )
    or (
      y.polrelid = to_regclass('realtime.messages') and 'function private.broadcast' = any (p_names)
      and y.polname = 'turnbase_select_own_topics'
    );

  return query
  select
    'functions'::text, p.oid::regprocedure::text,
    concat_ws(
      ' ',
      case p.prokind when 'a' then 'aggregate' when 'p' then 'procedure' else 'function' end,
      'returns', pg_get_function_result(p.oid), 'in', l.lanname,
      case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
      'parallel ' || p.proparallel::text,
      case when p.prosecdef then 'security definer' else 'security invoker' end,
      case when p.proisstrict then 'strict' end,
      case when p.proleakproof then 'leakproof' end,
      'cost ' || p.procost, 'rows ' || p.prorows,
      'set ' || array_to_string(p.proconfig, ', '),
      case when p.proowner <> v_owner then 'of another owner' end,
      'body ' || md5(p.prosrc)
    ),
    concat_ws(
      ' ', pg_get_function_arguments(p.oid), md5(pg_get_function_sqlbody(p.oid)),
      g.aggtransfn::text, g.aggfinalfn::text, g.aggcombinefn::text, g.agginitval
    )
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_language as l on l.oid = p.prolang
  left join pg_catalog.pg_aggregate as g on g.aggfnoid = p.oid
  where p.oid = any (v_functions);

  return query
  select
    'types'::text, t.oid::regtype::text,
    concat_ws(
      ' ',
      case t.typtype when 'e' then 'enum' when 'c' then 'composite' else t.typtype::text end,
      (
        select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
        from pg_catalog.pg_enum as e
        where e.enumtypid = t.oid
      ),
      (
        select string_agg(
          a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum
        )
        from pg_catalog.pg_attribute as a
        where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
      ),
      case when t.typowner <> v_owner then 'of another owner' end
    ),
    null::text
  from pg_catalog.pg_type as t
  where t.oid = any (v_types);

  return query
  select
    'sequences'::text, s.seqrelid::regclass::text,
    concat_ws(
      ' ', format_type(s.seqtypid, null), 'start', s.seqstart, 'increment', s.seqincrement, 'from',
      s.seqmin, 'to', s.seqmax, case when s.seqcycle then 'cycle' end
    ),
    null::text
  from pg_catalog.pg_sequence as s
  where s.seqrelid = any (v_sequences);

  return query
  select
    'grants'::text,
    format(
      '%s on %s to %s', lower(x.privilege_type) || coalesce(' (' || o.attname || ')', ''), o.target,
      case when x.grantee = 0 then 'public' else x.grantee::regrole::text end
    ),
    case when bool_or(x.is_grantable) then 'with grant option' else 'granted' end, null::text
  from (
    select
      case when c.relkind = 'S' then 'sequence ' else 'table ' end || c.oid::regclass, null::text,
      c.relowner,
      coalesce(
        c.relacl, acldefault((case when c.relkind = 'S' then 's' else 'r' end)::"char", c.relowner)
      )
    from pg_catalog.pg_class as c
    where c.oid = any (v_relations || v_sequences)
    union all
    select 'table ' || c.oid::regclass, quote_ident(a.attname), c.relowner, a.attacl
    from pg_catalog.pg_class as c
    join pg_catalog.pg_attribute as a on a.attrelid = c.oid
    where c.oid = any (v_relations) and a.attacl is not null and not a.attisdropped
    union all
    select
      'function ' || p.oid::regprocedure, null, p.proowner,
      coalesce(p.proacl, acldefault('f', p.proowner))
    from pg_catalog.pg_proc as p
    where p.oid = any (v_functions)
    union all
    select 'type ' || t.oid::regtype, null, t.typowner, coalesce(t.typacl, acldefault('T', t.typowner))
    from pg_catalog.pg_type as t
    where t.oid = any (v_types)
    union all
    select
      'schema ' || n.nspname, null, n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner))
    from pg_catalog.pg_namespace as n
    where n.nspname = 'private'
  ) as o (target, attname, owner, acl)
  cross join lateral aclexplode(o.acl) as x
  where x.grantee <> o.owner
    and (x.grantee = 0 or not exists (
      select 1 from pg_catalog.pg_roles as r where r.oid = x.grantee and r.rolsuper
    ))
  group by x.privilege_type, o.attname, o.target, x.grantee
  union all
  -- The schema is the platform's: only whether they get in.
  select 'grants', 'usage on schema public to ' || r.rolname, 'granted', null
  from pg_catalog.pg_roles as r
  where r.rolname in ('authenticated', 'service_role', 'analyst')
    and has_schema_privilege(r.oid, 'public', 'usage');

  return query
  select
    'extensions'::text, e.extname::text, 'in schema ' || e.extnamespace::regnamespace, null::text
  from pg_catalog.pg_extension as e
  where (e.extname = 'btree_gist' and 'table public.model_prices' = any (p_names))
    or (e.extname = 'vector' and 'table public.message_embeddings' = any (p_names));

  return query
  select
    'roles'::text, r.rolname::text,
    concat_ws(
      ' ', case when r.rolcanlogin then 'login' else 'nologin' end,
      case when r.rolinherit then 'inherit' else 'noinherit' end,
      case when r.rolsuper then 'superuser' end, case when r.rolbypassrls then 'bypassrls' end,
      case when r.rolcreaterole then 'createrole' end, case when r.rolcreatedb then 'createdb' end,
      case when r.rolreplication then 'replication' end
    ),
    null::text
  from pg_catalog.pg_roles as r
  where r.rolname in ('anon', 'authenticated', 'service_role', 'analyst')
  union all
  -- What would make one of them more than it is. Who reads as analyst is the operator's choice.
  select 'roles', format('%s in role %s', a.rolname, b.rolname), 'member', null
  from pg_catalog.pg_auth_members as m
  join pg_catalog.pg_roles as a on a.oid = m.member
  join pg_catalog.pg_roles as b on b.oid = m.roleid
  where a.rolname in ('anon', 'authenticated', 'authenticator', 'analyst')
    and (
      b.oid = v_owner or b.rolname in ('analyst', 'service_role') or b.rolname like 'pg\_%'
      or b.rolsuper or b.rolbypassrls
    );

  if 'table public.attachments' = any (p_names) then
    return query execute
      $q$
        select
          'storage'::text, 'bucket ' || b.id, case when b.public then 'public' else 'private' end,
          null::text
        from storage.buckets as b
        where b.id = 'attachments'
      $q$;
  end if;

  if v_jobs is not null then
    return query execute format(
      $q$
        select
          'scheduled_jobs'::text, 'job ' || j.jobname,
          concat_ws(
            ' ', j.schedule, j.command, case when j.active then 'active' else 'not active' end
          ),
          null::text
        from %s as j
        where j.jobname like 'turnbase\_%%' and j.database = current_database()
      $q$,
      v_jobs
    );
  end if;

  -- Rows that are rules.
  if to_regclass('private.session_transitions') is not null then
    return query
    select
      'session_moves'::text, format('%s to %s', t.from_state, t.to_state), 'legal'::text, null::text
    from private.session_transitions as t;
  end if;
end
$$;
revoke all on function private.current_objects(text[])
  from public, anon, authenticated, service_role;
comment on function private.current_objects(text[]) is
  'The objects of these names (table public.brands, function public.f, type public.t) with all that hangs '
  'on them, as they are now, and what else the files made.';

create function private.server_version()
returns integer
language sql
stable
set search_path = ''
as $$
  select current_setting('server_version_num')::integer / 10000
$$;
revoke all on function private.server_version() from public, anon, authenticated, service_role;
comment on function private.server_version() is 'The major version of Postgres.';

create function private.remember_objects()
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_names constant text[] := array(
    select n.name
    from private.names_to_look_at() as n (name)
    where private.is_there(split_part(n.name, ' ', 1), split_part(n.name, ' ', 2))
  );
  v_count bigint;
begin
  delete from private.expected_objects where true;
  insert into private.expected_objects (kind, identity, definition, expression)
  select o.kind, o.identity, o.definition, o.expression
  from private.current_objects(v_names) as o
  union all
  select 'name', n.name, '', null
  from unnest(v_names) as n (name)
  union all
  select 'server', 'major version', private.server_version()::text, null;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
revoke all on function private.remember_objects() from public, anon, authenticated, service_role;
comment on function private.remember_objects() is
  'Takes what is there now for what store_doctor expects; returns how many objects. Each later migration '
  'calls it at its end, and so does whoever changed an object on purpose.';

create function private.doctor_checks()
returns table (name text, reads text, is_more_wrong boolean, next_step text)
language sql
immutable
set search_path = ''
as $$
  values
    -- Objects: compared with what is remembered. More of them is wrong where others could reach the data.
    ('tables', 'objects', false, 'Put back what the migration made'),
    ('row_security', 'objects', false, 'Run: alter table <table> enable row level security'),
    ('columns', 'objects', false, 'Put back what the migration made'),
    ('constraints', 'objects', false, 'Put back what the migration made'),
    ('indexes', 'objects', false, 'Create it again as the migration does; reindex what is not valid'),
    ('triggers', 'objects', true, 'Create or enable it as the migration does; drop what is not Turnbase''s'),
    ('policies', 'objects', true, 'Create it again as the migration does; drop what is not Turnbase''s'),
    ('functions', 'objects', false, 'Create it again as the migration does'),
    ('views', 'objects', false, 'Create it again as the migration does'),
    ('types', 'objects', false, 'Put back what the migration made'),
    ('sequences', 'objects', false, 'Put back what the migration made'),
    ('grants', 'objects', true, 'Grant what is missing and revoke what is not Turnbase''s'),
    ('extensions', 'objects', false, 'Run: create extension <name> with schema extensions'),
    ('roles', 'objects', true, 'Alter the role back; revoke the membership'),
    ('storage', 'objects', false, 'Make bucket attachments again, private'),
    ('scheduled_jobs', 'objects', false, 'Run 0800_schedules.sql again'),
    ('session_moves', 'objects', true, 'Put the rows of private.session_transitions back'),
    -- Upkeep: short look-ups.
    ('remembered', 'upkeep', null, 'Once all else is right, run: select private.remember_objects()'),
    ('core_objects', 'upkeep', null, 'Look at the checks of these objects'),
    ('log_partitions', 'upkeep', null, 'Run: select public.make_log_partitions(), and see to its schedule'),
    ('stale_streams', 'upkeep', null, 'Run: select public.interrupt_stale_messages()'),
    ('embedding_queue', 'upkeep', null, 'See embedding_queue_stats, then retry_dead_embeddings'),
    ('storage_deletions', 'upkeep', null, 'Run the worker of take_storage_deletions'),
    ('usage_tail', 'upkeep', null, 'Run: select public.merge_usage()'),
    (
      'price_book', 'upkeep', null,
      'Insert prices into public.model_prices, valid when the calls were, then reprice_messages'
    ),
    -- Data: everything is read. info: worth knowing, and no failure.
    ('session_counters', 'data', null, 'docs/doctor.md shows how to recount a session'),
    ('session_places', 'data', null, 'docs/doctor.md shows how to recount a session'),
    ('owner_copies', 'data', null, 'Copy user and brand from the session again'),
    ('orphans', 'data', null, 'Delete the rows, or put back what they belong to'),
    ('usage_daily', 'data', null, 'Restore the ledger from a backup, or correct private.usage_rollups'),
    ('usage_totals', 'data', null, 'Restore the ledger from a backup, or correct private.usage_rollups'),
    ('search_index', 'data', null, 'docs/doctor.md shows how to index messages again'),
    ('embeddings', 'data', null, 'Delete these vectors, then queue_missing_embeddings'),
    ('budget_holds', 'info', null, 'See to it that calls are settled or released'),
    ('unpriced_usage', 'info', null, 'Insert the prices, valid when the calls were, then reprice_messages')
$$;
revoke all on function private.doctor_checks() from public, anon, authenticated, service_role;
comment on function private.doctor_checks() is
  'The checks of store_doctor, and what to do when one fails. reads: data takes long on a big store. '
  'is_more_wrong: whether an object that is not remembered fails the check.';

create function private.check_objects()
returns setof public.doctor_check
language plpgsql
stable
set search_path = ''
as $$
declare
  v_names constant text[] := array(
    select e.identity from private.expected_objects as e where e.kind = 'name'
  );
  -- Another version prints the same in other words.
  v_is_same_version constant boolean := exists (
    select 1
    from private.expected_objects as e
    where e.kind = 'server' and e.definition = private.server_version()::text
  );
  -- Tables whose rows a function returns that was compiled with their columns: it fails once there are more.
  v_fixed constant text[] := array(
    select distinct t.typrelid::regclass::text
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_type as t on t.oid = p.prorettype
    where p.prosqlbody is not null and t.typrelid <> 0
      and p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
  );
begin
  return query
  with compared as (
    select
      kind, identity,
      case
        when c.definition is null then 'missing'
        when e.definition is null and kind = 'columns' and exists (
          select 1 from unnest(v_fixed) as f (name) where starts_with(identity, f.name || '.')
        ) then 'in the way'
        when e.definition is null then 'more'
        when c.definition <> e.definition
          or (v_is_same_version and c.expression is distinct from e.expression) then 'changed'
        else 'same'
      end as verdict,
      -- The words that differ.
      concat_ws(
        ', ',
        'now ' || nullif(
          array_to_string(
            array(
              select string_to_table(c.definition, ' ') except select string_to_table(e.definition, ' ')
            ),
            ' '
          ),
          ''
        ),
        'was ' || nullif(
          array_to_string(
            array(
              select string_to_table(e.definition, ' ') except select string_to_table(c.definition, ' ')
            ),
            ' '
          ),
          ''
        )
      ) as difference
    from private.current_objects(v_names) as c
    full join (
      select * from private.expected_objects as o where o.kind not in ('name', 'server')
    ) as e using (kind, identity)
  ),
  verdicts as (
    select
      v.kind, v.verdict, count(*) as n,
      string_agg(
        v.identity || coalesce(' (' || left(nullif(v.difference, ''), 200) || ')', ''), ', '
        order by v.identity
      ) filter (where v.place <= 5 and v.verdict <> 'same') as examples
    from (
      select
        c.kind, c.identity, c.verdict, case c.verdict when 'changed' then c.difference end as difference,
        row_number() over (partition by c.kind, c.verdict order by c.identity) as place
      from compared as c
    ) as v
    group by v.kind, v.verdict
  ),
  judged as (
    select
      d.name,
      coalesce(sum(v.n) filter (where v.verdict = 'same'), 0) as same,
      coalesce(
        bool_and(v.verdict = 'same' or (v.verdict = 'more' and not d.is_more_wrong)), true
      ) as ok,
      string_agg(
        format(
          '%s: %s%s',
          case v.verdict when 'more' then 'not Turnbase''s' else v.verdict end,
          v.examples, case when v.n > 5 then format(' and %s more', v.n - 5) end
        ),
        '; ' order by v.verdict = 'more', v.verdict
      ) filter (where v.verdict <> 'same') as found,
      d.next_step
    from private.doctor_checks() as d
    left join verdicts as v on v.kind = d.name
    where d.reads = 'objects'
    group by d.name, d.next_step
  )
  select
    j.name, j.ok,
    case
      when j.ok then concat_ws('; ', j.same || ' as remembered', j.found)
      else format('%s. %s.', j.found, j.next_step)
    end
  from judged as j;
end
$$;
revoke all on function private.check_objects() from public, anon, authenticated, service_role;
comment on function private.check_objects() is
  'Compares what Turnbase is made of with what is remembered: a row for each check that reads objects.';

create function private.check_upkeep(p_check text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_count bigint;
  v_found text[] := '{}'::text[];
  v_table text;
  v_is_there boolean;
  v_month constant timestamp := date_trunc('month', now() at time zone 'utc');
begin
  case p_check
    when 'remembered' then
      v_table := (
        select e.definition from private.expected_objects as e where e.kind = 'server'
      );
      if v_table is null then
        return 'nothing is remembered in private.expected_objects';
      end if;
      if v_table <> private.server_version()::text then
        v_found := v_found || format(
          'remembered on Postgres %s, this is %s: definitions that it prints in words of its own are not '
          'compared',
          v_table, private.server_version()
        );
      end if;
      -- Whether a file is there as a whole is asked only of those that nobody remembers.
      if exists (
        select 1
        from private.own_names() as n
        where not exists (
          select 1
          from private.expected_objects as e
          where e.kind = 'name' and e.identity = n.kind || ' ' || n.name
        )
      ) then
        v_found := v_found || array(
          select n.name || ' is not remembered'
          from private.names_to_look_at() as n (name)
          where not exists (
            select 1 from private.expected_objects as e where e.kind = 'name' and e.identity = n.name
          )
          order by n.name
          limit 5
        );
      end if;

    -- What the schema is known for, in plain counts.
    when 'core_objects' then
      v_found := array(
        select format('%s of %s %s', c.n, c.wanted, c.what)
        from (
          select
            'tables conversation_sessions and conversation_messages' as what, 2 as wanted, count(*) as n
          from pg_catalog.pg_tables as t
          where t.schemaname = 'public'
            and t.tablename in ('conversation_sessions', 'conversation_messages')
          union all
          select 'of them with row level security', 2, count(*)
          from pg_catalog.pg_tables as t
          where t.schemaname = 'public' and t.rowsecurity
            and t.tablename in ('conversation_sessions', 'conversation_messages')
          union all
          select 'policies on them', 8, count(*)
          from pg_catalog.pg_policies as y
          where y.schemaname = 'public'
            and y.tablename in ('conversation_sessions', 'conversation_messages')
          union all
          -- A project may add some.
          select 'indexes on them', 14, least(count(*), 14)
          from pg_catalog.pg_indexes as i
          where i.schemaname = 'public'
            and i.tablename in ('conversation_sessions', 'conversation_messages')
          union all
          select 'of their functions', 7, count(distinct p.proname)
          from pg_catalog.pg_proc as p
          where p.pronamespace = 'public'::regnamespace
            and p.proname in (
              'update_session_activity', 'complete_conversation_session',
              'cancel_conversation_session', 'update_session_on_message',
              'get_conversation_history', 'get_session_cost', 'get_session_message_stats'
            )
        ) as c
        where c.n <> c.wanted
      );

    when 'log_partitions' then
      if to_regproc('private.make_log_partition') is null then
        return null;
      end if;
      v_found := array(
        with parts as materialized (
          select l.parent, l.starts_at at time zone 'utc' as month
          from private.log_partitions() as l
        )
        select format('public.%s has no partition of %s', t.name, to_char(m.month, 'YYYY-MM'))
        from (
          select
            n.name, least(v_month, private.first_log_month(n.name)) as first,
            greatest(v_month + interval '1 month', max(p.month)) as last
          from unnest('{agent_logs,performance_metrics}'::text[]) as n (name)
          left join parts as p on p.parent = n.name
          group by n.name
        ) as t
        cross join lateral generate_series(t.first, t.last, interval '1 month') as m (month)
        where not exists (select 1 from parts as p where p.parent = t.name and p.month = m.month)
        order by t.name, m.month
        limit 5
      ) || array(
        select format('%s is attached to no table', c.oid::regclass)
        from pg_catalog.pg_class as c
        where c.relnamespace = 'private'::regnamespace and c.relkind = 'r' and not c.relispartition
          and c.relname ~ '^(agent_logs|performance_metrics)_(default|\d{4}_\d\d)$'
      ) || array(
        select format('%s %s', c.oid::regclass, w.what)
        from private.log_partitions() as l
        join pg_catalog.pg_class as c on c.oid = l.partition
        cross join lateral (
          select 'has row level security off' where not c.relrowsecurity
          union all
          select 'grants ' || lower(x.privilege_type) || ' to '
            || case when x.grantee = 0 then 'public' else x.grantee::regrole::text end
          from aclexplode(c.relacl) as x
          where x.grantee <> c.relowner
          union all
          select 'grants rights on column ' || a.attname
          from pg_catalog.pg_attribute as a
          where a.attrelid = c.oid and a.attacl is not null
          union all
          select 'has policy ' || y.polname from pg_catalog.pg_policy as y where y.polrelid = c.oid
          union all
          select 'has rule ' || r.rulename from pg_catalog.pg_rewrite as r where r.ev_class = c.oid
          union all
          -- Those of its table come with it, and can be switched off in it alone.
          select distinct
            case
              when g.tgparentid = 0 then 'has trigger ' || g.tgname || ' of its own'
              when g.tgisinternal then 'has a foreign key that is not enforced'
              else 'has trigger ' || g.tgname || ' switched off'
            end
          from pg_catalog.pg_trigger as g
          left join pg_catalog.pg_trigger as p on p.oid = g.tgparentid
          where g.tgrelid = c.oid
            and case
              when g.tgparentid = 0 then not g.tgisinternal
              else g.tgenabled <> p.tgenabled
            end
          union all
          select 'belongs to another owner'
          where c.relowner <> (
            select o.relowner
            from pg_catalog.pg_class as o
            where o.oid = 'private.expected_objects'::regclass
          )
        ) as w (what)
        where c.relnamespace = 'private'::regnamespace
        order by 1
        limit 5
      );
      foreach v_table in array '{agent_logs,performance_metrics}'::text[] loop
        if to_regclass(format('private.%s_default', v_table)) is null then
          v_found := v_found || format('private.%s_default is missing', v_table);
        else
          -- Months that have a partition, or should have one by now.
          execute format(
            'select exists (
               select 1
               from private.%I as l
               where l.created_at < $1 and l.created_at >= $2
             )',
            v_table || '_default'
          )
          into v_is_there
          using
            (v_month + interval '2 months') at time zone 'utc',
            private.first_log_month(v_table) at time zone 'utc';
          if v_is_there then
            v_found := v_found || format(
              'private.%s_default holds rows of months that need a partition', v_table
            );
          end if;
        end if;
      end loop;

    when 'stale_streams' then
      if to_regclass('private.message_streams') is not null then
        select count(*) into v_count
        from (
          select 1
          from private.message_streams as s
          where s.is_running and s.last_delta_at < now() - interval '10 minutes'
          limit 1000
        ) as s;
        if v_count > 0 then
          return format('%s messages stream without a delta for 10 minutes', v_count);
        end if;
      end if;

    when 'embedding_queue' then
      if to_regclass('private.embedding_queue') is not null then
        -- A few are texts that the model refuses.
        select count(*) into v_count
        from (
          select 1 from private.embedding_queue as q where q.dead_at > now() - interval '1 day' limit 1000
        ) as q;
        if v_count >= 10 then
          v_found := v_found || format('%s messages were given up within a day', v_count);
        end if;
        if exists (
          select 1
          from private.embedding_queue as q
          where q.dead_at is null and q.due_at < now() - interval '6 hours'
        ) and exists (select 1 from private.embedding_settings as s where s.is_enabled) then
          v_found := v_found || 'messages wait for their vector for more than 6 hours'::text;
        end if;
      end if;

    when 'storage_deletions' then
      if to_regclass('private.storage_deletions') is not null then
        -- The oldest comes first in the primary key.
        select d.queued_at < now() - interval '1 day' into v_is_there
        from private.storage_deletions as d
        order by d.id
        limit 1;
        if v_is_there then
          return 'files without a reference wait for more than a day to be deleted';
        end if;
      end if;

    when 'usage_tail' then
      if to_regclass('private.usage_tail') is not null then
        select count(*) into v_count
        from (select 1 from private.usage_tail limit 20001) as t;
        if v_count > 20000 then
          return 'more than 20000 rows of private.usage_tail are not merged';
        end if;
      end if;

    when 'price_book' then
      if to_regclass('public.model_prices') is not null
        and not exists (select 1 from public.model_prices)
      then
        return 'public.model_prices is empty: no cost can be computed';
      end if;
  end case;
  return nullif(array_to_string(v_found, '; '), '');
end
$$;
revoke all on function private.check_upkeep(text) from public, anon, authenticated, service_role;
comment on function private.check_upkeep(text) is
  'What is wrong by a check that reads little; null: nothing. Files may be left out.';

create function private.check_data(p_check text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_found text[] := '{}'::text[];
  v_some text[];
  v_one record;
begin
  case p_check
    when 'session_counters' then
      execute format(
        $q$
          select array(
            select format('session %%s: %%s is %%s, a recount gives %%s', s.id, v.name, v.kept, v.counted)
            from public.conversation_sessions as s
            left join (
              select
                m.session_id, count(*) as messages, coalesce(sum(m.tokens_used), 0) as tokens,
                coalesce(sum(m.cost_usd), 0) as cost_usd,
                -- The messages of one parent beyond the first, and the first messages beyond one.
                count(*) - count(distinct m.parent_message_id)
                  - (count(*) filter (where m.parent_message_id is null) > 0)::integer as branches
              from public.conversation_messages as m
              group by m.session_id
            ) as m on m.session_id = s.id
            left join (%s) as t (session_id, tokens) on t.session_id = s.id
            cross join lateral (
              values
                ('message_count', s.message_count::numeric, coalesce(m.messages, 0)::numeric),
                ('branch_count', s.branch_count, coalesce(m.branches, 0)),
                ('total_tokens', s.total_tokens, coalesce(m.tokens, 0) + coalesce(t.tokens, 0)),
                ('total_cost_usd', s.total_cost_usd, coalesce(m.cost_usd, 0))
            ) as v (name, kept, counted)
            where v.kept <> v.counted
            order by s.id, v.name
            limit 6
          )
        $q$,
        case
          when to_regproc('private.add_tool_executions') is null then 'select null::uuid, 0::bigint'
          else 'select session_id, sum(tokens_used) from public.tool_executions group by session_id'
        end
      )
      into v_found;

    when 'session_places' then
      v_found := array(
        select format('session %s: %s', s.id, w.what)
        from public.conversation_sessions as s
        left join (
          select m.session_id, max(m.sequence_order) as last
          from public.conversation_messages as m
          group by m.session_id
        ) as m on m.session_id = s.id
        cross join lateral (
          select format('last_sequence is %s, a message has %s', s.last_sequence, m.last) as what
          where s.last_sequence < m.last
          union all
          select 'active_message_id is not a message of it'
          where s.active_message_id is not null and not exists (
            select 1
            from public.conversation_messages as a
            where a.session_id = s.id and a.id = s.active_message_id
          )
          union all
          select 'active_message_id is null, and it has messages'
          where s.active_message_id is null and m.last is not null
        ) as w
        order by s.id, w.what
        limit 6
      );

    when 'owner_copies' then
      for v_one in
        select
          c.oid::regclass as relation,
          string_agg(format('t.%1$I is distinct from s.%1$I', a.attname), ' or ') as differs
        from private.expected_objects as e
        join pg_catalog.pg_class as c
          on e.kind = 'tables' and c.oid = to_regclass(e.identity) and c.relkind = 'r'
        join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname in ('user_id', 'brand_id')
        where exists (
          select 1
          from pg_catalog.pg_attribute as i
          where i.attrelid = c.oid and i.attname = 'session_id' and not i.attisdropped
        )
          -- Whose money it is, in whatever session; what is held, which is one of the three; and whose a
          -- session was when it was read.
          and e.identity
            <> all ('{public.budget_reservations,public.legal_holds,private.audit_reasons}'::text[])
        group by c.oid
        order by c.oid::regclass::text
      loop
        execute format(
          'select array(
             select format(%L, t.session_id)
             from %s as t
             join public.conversation_sessions as s on s.id = t.session_id
             where %s
             group by t.session_id
             order by t.session_id
             limit 6
           )',
          v_one.relation || ' of session %s has another user or brand', v_one.relation, v_one.differs
        )
        into v_some;
        v_found := v_found || v_some;
      end loop;

    when 'orphans' then
      for v_one in
        select
          c.oid::regclass as relation, w.*
        from private.expected_objects as e
        join pg_catalog.pg_class as c on e.kind = 'tables' and c.oid = to_regclass(e.identity)
        cross join lateral (
          select
            array(
              select a.attname::text
              from pg_catalog.pg_attribute as a
              where a.attrelid = c.oid and not a.attisdropped
            ) as names
        ) as n
        cross join lateral (
          select
            'session_id'::text as column, 'public.conversation_sessions as s where s.id = t.session_id'
              as owner
          where 'session_id' = any (n.names)
          union all
          select
            m.name,
            format('public.conversation_messages as s where s.id = t.%I', m.name)
              || case when 'session_id' = any (n.names) then ' and s.session_id = t.session_id' else '' end
          from unnest('{message_id,parent_message_id}'::text[]) as m (name)
          where m.name = any (n.names)
        ) as w
        -- Why a session was read may outlive it, until its user goes.
        where e.identity <> 'private.audit_reasons'
        order by c.oid::regclass::text, w.column
      loop
        execute format(
          'select array(
             select format(%L, t.%I)
             from %s as t
             where t.%2$I is not null and not exists (select 1 from %4$s)
             group by t.%2$I
             order by t.%2$I
             limit 6
           )',
          format('%s has rows whose %s %%s is not there or of another session', v_one.relation, v_one.column),
          v_one.column, v_one.relation, v_one.owner
        )
        into v_some;
        v_found := v_found || v_some;
      end loop;

    -- The ledger minus a recount, and the sums over users minus the ledger: what is left over is wrong. The
    -- names of models come from callers and are not shown.
    when 'usage_daily', 'usage_totals' then
      if to_regclass('private.usage_rollups') is null then
        return null;
      end if;
      v_found := array(
        select
          format(
            '%s, scope %s, %s: %s', p_check, d.scope, d.day,
            string_agg(d.name || ' is off', ', ' order by d.name)
          )
        from (
          select distinct u.scope, u.day, w.name
          from (
            select 1 as sign, 'user' as scope, l.*
            from public.usage_daily as l
            where p_check = 'usage_daily'
            union all
            select
              -1, 'user', (f.created_at at time zone 'utc')::date, f.brand_id, f.user_id,
              coalesce(f.provider, ''), coalesce(f.model_used, ''), f.reported_by,
              count(*) filter (where f.cost_source <> 'none'), count(*) filter (where f.is_error),
              count(*) filter (where f.role = 'user'), count(*) filter (where f.role = 'assistant'),
              count(*) filter (where f.role = 'system'), count(*) filter (where f.role = 'tool'),
              count(*) filter (where f.cost_source = 'unpriced'),
              coalesce(sum(f.tokens_used) filter (where f.cost_source = 'unpriced'), 0),
              coalesce(sum(f.input_tokens), 0), coalesce(sum(f.output_tokens), 0),
              coalesce(sum(f.cached_input_tokens), 0), coalesce(sum(f.cache_write_tokens), 0),
              coalesce(sum(f.cache_write_1h_tokens), 0), coalesce(sum(f.reasoning_tokens), 0),
              coalesce(sum(f.tokens_used), 0), coalesce(sum(f.cost_usd), 0),
              coalesce(sum(f.cost_usd) filter (where f.cost_source = 'price_book'), 0),
              coalesce(sum(f.latency_ms), 0), count(f.latency_ms),
              private.merge_histograms(private.latency_histogram(f.latency_ms)), min(f.created_at),
              max(f.created_at)
            from (
              select n.*
              from public.conversation_messages as m
              cross join lateral private.usage_facts(m, m.user_id, 1::smallint) as n
              union all
              select
                r.sign, r.created_at, r.brand_id, r.user_id, r.provider, r.model_used, r.service_tier,
                r.reported_by, r.role, r.is_error, r.cost_source, r.tokens_used, r.input_tokens,
                r.output_tokens, r.cached_input_tokens, r.cache_write_tokens, r.cache_write_1h_tokens,
                r.reasoning_tokens, r.cost_usd, r.latency_ms
              from private.removed_usage as r
            ) as f
            where p_check = 'usage_daily'
            group by 3, 4, 5, 6, 7, 8
            union all
            select case r.scope when 'user' then -1 else 1 end, t.scope, r.day, t.brand_id, null,
              r.provider, r.model, r.reported_by, r.requests, r.errors, r.user_messages,
              r.assistant_messages, r.system_messages, r.tool_messages, r.unpriced_requests,
              r.unpriced_tokens, r.input_tokens, r.output_tokens, r.cached_input_tokens,
              r.cache_write_tokens, r.cache_write_1h_tokens, r.reasoning_tokens, r.total_tokens,
              r.cost_usd, r.price_book_cost_usd, r.latency_ms_sum, r.latency_count, r.latency_histogram,
              r.first_used_at, r.last_used_at
            from private.usage_rollups as r
            cross join lateral (
              select 'all' as scope, null::uuid as brand_id where r.scope in ('user', 'all')
              union all
              select 'brand', r.brand_id where r.scope in ('user', 'brand') and r.brand_id is not null
            ) as t
            where p_check = 'usage_totals'
          ) as u
          cross join lateral (
            values
              ('first_used_at', 0, u.first_used_at, 0::numeric), ('last_used_at', 0, u.last_used_at, 0),
              ('requests', 0, null, u.requests), ('errors', 0, null, u.errors),
              ('user_messages', 0, null, u.user_messages),
              ('assistant_messages', 0, null, u.assistant_messages),
              ('system_messages', 0, null, u.system_messages),
              ('tool_messages', 0, null, u.tool_messages),
              ('unpriced_requests', 0, null, u.unpriced_requests),
              ('unpriced_tokens', 0, null, u.unpriced_tokens), ('input_tokens', 0, null, u.input_tokens),
              ('output_tokens', 0, null, u.output_tokens),
              ('cached_input_tokens', 0, null, u.cached_input_tokens),
              ('cache_write_tokens', 0, null, u.cache_write_tokens),
              ('cache_write_1h_tokens', 0, null, u.cache_write_1h_tokens),
              ('reasoning_tokens', 0, null, u.reasoning_tokens),
              ('total_tokens', 0, null, u.total_tokens), ('cost_usd', 0, null, u.cost_usd),
              ('price_book_cost_usd', 0, null, u.price_book_cost_usd),
              ('latency_ms_sum', 0, null, u.latency_ms_sum), ('latency_count', 0, null, u.latency_count)
            union all
            select 'latency_histogram', i, null, u.latency_histogram[i]
            from generate_subscripts(u.latency_histogram, 1) as i
          ) as w (name, bucket, at, n)
          group by u.scope, u.day, u.brand_id, u.user_id, u.provider, u.model, u.reported_by, w.name, w.bucket
          having sum(u.sign * w.n) <> 0
            -- Corrections take no time back, so the ledger may know an earlier first and a later last.
            or case w.name
              when 'first_used_at' then
                min(w.at) filter (where u.sign = 1) > min(w.at) filter (where u.sign = -1)
              when 'last_used_at' then
                max(w.at) filter (where u.sign = 1) < max(w.at) filter (where u.sign = -1)
            end
        ) as d
        group by d.scope, d.day
        order by d.day, d.scope
        limit 6
      );

    when 'search_index' then
      if to_regproc('private.search_vector') is null then
        return null;
      end if;
      v_found := array(
        select
          format(
            'message %s of session %s is %s public.message_search', coalesce(m.id, w.message_id),
            coalesce(m.session_id, w.session_id),
            case
              when w.message_id is null then 'not in'
              when m.id is null then 'gone or without words, and in'
              else 'of another session, brand or role in'
            end
          )
        from (
          select m.*
          from public.conversation_messages as m
          where m.user_id is not null and m.status <> 'streaming' and m.content <> ''
        ) as m
        full join public.message_search as w
          on w.user_id = m.user_id and w.created_at = m.created_at and w.message_id = m.id
        where (m.session_id, m.brand_id, m.role) is distinct from (w.session_id, w.brand_id, w.role)
        order by coalesce(m.id, w.message_id)
        limit 6
      ) || array(
        select
          format(
            'session %s is %s private.session_search', coalesce(s.id, w.session_id),
            case when s.id is null then 'without words, and in' else 'not in' end
          )
        from (
          select s.id
          from public.conversation_sessions as s
          where s.user_id is not null and (s.title <> '' or s.description <> '')
        ) as s
        full join private.session_search as w on w.session_id = s.id
        where s.id is null or w.session_id is null
        order by coalesce(s.id, w.session_id)
        limit 6
      ) || array(
        select 'private.search_secrets has no row'
        where not exists (select 1 from private.search_secrets)
      ) || array(
        -- A search looks under the marks of the languages that are known of its user.
        select format('the words of %s are under no mark of their user', x.name)
        from (
          select 'message ' || w.message_id, w.user_id, w.words from public.message_search as w
          union all
          select 'session ' || w.session_id, w.user_id, w.words from private.session_search as w
        ) as x (name, user_id, words)
        left join (
          select
            l.user_id,
            string_agg(
              '''' || private.search_mark(c.secret, l.user_id, l.language) || ''':*', ' | '
            )::tsquery as marks
          from private.search_secrets as c
          cross join (
            select u.id, n.language
            from auth.users as u
            cross join lateral (
              select 'simple'
              union all
              select o.language from private.search_languages as o where o.user_id = u.id
            ) as n (language)
          ) as l (user_id, language)
          group by l.user_id
        ) as m on m.user_id = x.user_id
        where x.words <> '' and not coalesce(x.words @@ m.marks, false)
        order by x.name
        limit 6
      );

    when 'embeddings' then
      if to_regproc('private.nearest_by_index') is null then
        return null;
      end if;
      v_found := array(
        select
          format(
            'message %s: its vector in public.message_embeddings is %s', m.id,
            case when private.is_embeddable(m) then 'of another text' else 'of a message that gets none' end
          )
        from public.message_embeddings as e
        join public.conversation_messages as m on m.id = e.message_id
        where e.content_hash <> sha256(convert_to(m.content, 'UTF8')) or not private.is_embeddable(m)
        order by m.id
        limit 6
      );

    when 'budget_holds' then
      if to_regproc('private.close_reservation') is null then
        return null;
      end if;
      v_found := array(
        select format('%s holds expired more than a day ago, neither settled nor released', count(*))
        from public.budget_reservations as r
        where r.status = 'held' and r.expires_at < now() - interval '1 day'
        having count(*) > 0
      );

    when 'unpriced_usage' then
      if to_regclass('private.usage_rollups') is null then
        return null;
      end if;
      v_found := array(
        select format('%s calls of the last 30 days have no price', sum(u.unpriced_requests))
        from public.usage_totals as u
        where u.day > (now() at time zone 'utc')::date - 30
        having sum(u.unpriced_requests) > 0
      );
  end case;
  return nullif(
    concat_ws('; ', variadic v_found[:5]) || case when cardinality(v_found) > 5 then '; and more' else '' end,
    ''
  );
end
$$;
revoke all on function private.check_data(text) from public, anon, authenticated, service_role;
comment on function private.check_data(text) is
  'What is wrong by a check that reads all sessions, messages or usage; null: nothing. Names rows by id, '
  'at most five.';

-- Definer: reads tables that nobody may. Without jit, whose compiling takes longer than the cheap checks.
create function public.store_doctor(p_deep boolean default false)
returns setof public.doctor_check
language plpgsql
stable
security definer
set search_path = ''
set jit = off
as $$
declare
  v_check record;
  v_found text;
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'The store is examined by service_role.');
  end if;
  begin
    return query
    select o.* from private.check_objects() as o order by o.check;
  exception when others then
    return next row('objects', false, 'The comparison of objects failed: ' || sqlerrm)::public.doctor_check;
  end;
  for v_check in
    select c.name, c.reads, c.next_step
    from private.doctor_checks() as c
    where c.reads = 'upkeep' or (coalesce(p_deep, false) and c.reads in ('data', 'info'))
    order by c.reads = 'upkeep' desc, c.name
  loop
    begin
      v_found := case v_check.reads
        when 'upkeep' then private.check_upkeep(v_check.name)
        else private.check_data(v_check.name)
      end;
    -- Something that a check needs is missing or not what it was.
    exception when others then
      v_found := 'The check failed: ' || sqlerrm;
    end;
    return next row(
      v_check.name, v_found is null or v_check.reads = 'info',
      coalesce(v_found || '. ' || v_check.next_step || '.', 'nothing wrong')
    )::public.doctor_check;
  end loop;
end
$$;
revoke all on function public.store_doctor(boolean) from public, anon, authenticated, service_role;
grant execute on function public.store_doctor(boolean) to service_role;
comment on function public.store_doctor(boolean) is
  E'Whether the store is what the migrations made: a row for each check. All is well where every ok is '
  'true.\n\n'
  'Without p_deep: objects, rights, schedules and queues, in milliseconds. With it everything that is kept '
  'is counted again as well, which may take minutes. detail names objects and rows by id, and the next '
  'step, never content. Writes nothing. docs/doctor.md explains each check. Who: service_role. Errors: PT403 FORBIDDEN.';

select private.remember_objects();
