-- Takes Turnbase out of a database again: whatever the files in migrations/ made, in one statement that
-- does all of it or nothing. Paste it into the SQL editor of Supabase, or run it as `postgres` with any
-- client. Any subset of the files may be there. A second run finds nothing to do.
--
-- It destroys every conversation: sessions, messages, tool runs, usage and costs, budgets, logs,
-- feedback, profiles, brands, the names of attached files. There is no way back but a backup. Before it:
--   1. Stop the app, and wherever it writes from.
--   2. Export what you want to keep:  npx supabase db dump --data-only --schema public,private -f data.sql
--      or table by table from the dashboard.
--   3. Download the files of bucket attachments and empty it in the dashboard (Storage) or with
--      supabase.storage.emptyBucket('attachments'). SQL never deletes stored files.
-- What you added to its tables goes with them: columns, indexes, triggers, policies, grants. What stands
-- by itself and needs one of its objects (a view, a foreign key, a function) makes it stop with an error
-- that names it, and nothing is changed.
--
-- It leaves: users, your own objects, pg_cron, and what was there before the first migration (schema
-- private, role analyst, extensions btree_gist and vector, bucket attachments: private.found_before
-- knows). What it made and still serves something else stays too; the result lists it.
-- Edge functions are no part of the database:  npx supabase functions delete <name>
do $$
declare
  v_found jsonb;
  v_owner oid;
  v_files text[];
  v_run text[];
  v_functions oid[];
  v_relations oid[];
  v_types oid[];
  v_names text;
  v_count bigint;
  v_ids bigint[];
  v_one record;
  v_drops text[];
  v_left text[];
  v_drop text;
  v_message text;
  v_detail text;
  v_kept text[] := '{}';
begin
  perform set_config('search_path', '', true);
  perform set_config('turnbase.rollback', '', false);
  if to_regprocedure('private.found_before()') is null then
    perform set_config('turnbase.rollback', 'Turnbase is not in this database: nothing to do', false);
    return;
  end if;
  execute 'select private.found_before()' into v_found;
  select p.proowner into v_owner
  from pg_catalog.pg_proc as p
  where p.oid = to_regprocedure('private.found_before()');

  -- Files may be left out, and then a table of such a name is the project's own. A file was run where one
  -- of its private objects is, or where all that it makes is views on Turnbase's tables.
  with listed (file, kind, name) as (
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
  ),
  found as (
    select l.file, l.kind, l.name, o.id
    from listed as l
    left join lateral (
      select to_regclass(l.name)::oid as id where l.kind = 'table'
      union all
      select to_regtype(l.name)::oid where l.kind = 'type'
      union all
      select p.oid
      from pg_catalog.pg_proc as p
      join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
      where l.kind = 'function' and n.nspname || '.' || p.proname = l.name
    ) as o on true
  ),
  run as (
    select f.file
    from found as f
    group by f.file
    having
      bool_or(f.id is not null and f.name like 'private.%')
      or bool_and(
        exists (
          select 1
          from pg_catalog.pg_rewrite as r
          join pg_catalog.pg_depend as d
            on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
          join found as t on t.kind = 'table' and t.id = d.refobjid and t.file <> f.file
          where r.ev_class = f.id and d.refclassid = 'pg_catalog.pg_class'::regclass
        )
      )
  ),
  ours as (
    select f.file, f.kind, f.name, f.id
    from found as f
    join run on run.file = f.file
    where f.id is not null
  )
  select
    (select array_agg(distinct f.file) from found as f), array_agg(distinct o.file),
    array_agg(o.id order by o.id desc) filter (where o.kind = 'function'),
    array_agg(o.id order by o.id desc) filter (where o.kind = 'table'),
    array_agg(o.id order by o.id desc) filter (where o.kind = 'type'),
    (
      select string_agg(distinct twice.name, ', ')
      from (
        select t.name from ours as t where t.kind = 'function' group by t.name having count(*) > 1
      ) as twice
    )
  into v_files, v_run, v_functions, v_relations, v_types, v_names
  from ours as o;
  if v_names is not null then
    raise exception 'Turnbase stays: which of two functions of one name is its own? %', v_names
      using errcode = 'ambiguous_function',
            hint = 'Rename or drop the one that you made. Nothing was changed.';
  end if;

  -- Postgres drops partitions with their table. Those of logs and metrics are named by month.
  select string_agg(i.inhrelid::regclass::text, ', ')
  into v_names
  from pg_catalog.pg_inherits as i
  join pg_catalog.pg_class as p on p.oid = i.inhparent
  where p.oid = any (v_relations) and p.relkind = 'p'
    and i.inhrelid::regclass::text !~ ('^private\.' || p.relname || '_(default|\d{4}_\d\d)$');
  if v_names is not null then
    raise exception 'Turnbase stays: partitions that it did not make hang on its tables: %', v_names
      using errcode = 'dependent_objects_still_exist',
            hint = 'Detach them (alter table ... detach partition ...). Nothing was changed.';
  end if;

  -- What would fall with our objects and is not a part of them. The triggers on auth.users and the
  -- policies on storage.objects and realtime.messages are ours.
  with recursive part (class, id) as (
    select 'pg_catalog.pg_proc'::regclass::oid, f.id from unnest(v_functions) as f (id)
    union
    select 'pg_catalog.pg_class'::regclass::oid, r.id from unnest(v_relations) as r (id)
    union
    select 'pg_catalog.pg_type'::regclass::oid, t.id from unnest(v_types) as t (id)
    union
    select d.classid, d.objid
    from pg_catalog.pg_depend as d
    join part as p on p.class = d.refclassid and p.id = d.refobjid
    where d.deptype in ('a', 'i', 'P', 'S')
  )
  select
    string_agg(
      distinct coalesce(
        -- A view is a relation with a rule.
        (
          select pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, r.ev_class, 0)
          from pg_catalog.pg_rewrite as r
          where d.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = d.objid
        ),
        pg_catalog.pg_describe_object(d.classid, d.objid, 0)
      ),
      ', '
    )
  into v_names
  from pg_catalog.pg_depend as d
  join part as p on p.class = d.refclassid and p.id = d.refobjid
  where d.deptype in ('n', 'e', 'x')
    and not exists (select 1 from part as o where o.class = d.classid and o.id = d.objid)
    and not exists (
      select 1
      from pg_catalog.pg_trigger as t
      where d.classid = 'pg_catalog.pg_trigger'::regclass and t.oid = d.objid
        and t.tgrelid = 'auth.users'::regclass
        and t.tgname in (
          'users_10_keep_held', 'users_50_create_profile', 'users_50_create_profile_on_upgrade',
          'users_90_forget_usage'
        )
    )
    and not exists (
      select 1
      from pg_catalog.pg_policy as y
      where d.classid = 'pg_catalog.pg_policy'::regclass and y.oid = d.objid
        and (
          y.polrelid = to_regclass('storage.objects')
          and y.polname in (
            'attachments_select_own', 'attachments_insert_own', 'attachments_update_own',
            'attachments_delete_own'
          )
          or y.polrelid = to_regclass('realtime.messages')
          and y.polname = 'turnbase_select_own_topics'
        )
    );
  if v_names is not null then
    raise exception 'Turnbase stays: objects that are not its own need it: %', v_names
      using errcode = 'dependent_objects_still_exist',
            hint = 'Drop or change them first, then run this again. Nothing was changed.';
  end if;

  if '0160_attachments' = any (v_run) then
    select count(*) into v_count from storage.objects as o where o.bucket_id = 'attachments';
    if (v_found ->> 'bucket')::boolean then
      v_kept := v_kept || 'bucket attachments, with its files: it was there before'::text;
    elsif v_count > 0 then
      raise exception 'Turnbase stays: bucket attachments still holds % files', v_count
        using errcode = 'object_in_use',
              hint = 'Download what you need, empty the bucket in the dashboard (Storage) or with '
                     'supabase.storage.emptyBucket(''attachments''), then run this again. Nothing was '
                     'changed.';
    end if;
    drop policy if exists attachments_select_own on storage.objects;
    drop policy if exists attachments_insert_own on storage.objects;
    drop policy if exists attachments_update_own on storage.objects;
    drop policy if exists attachments_delete_own on storage.objects;
    if not (v_found ->> 'bucket')::boolean then
      -- The platform refuses deletes by SQL lest files lose their rows. Here there is none, and a file
      -- that came meanwhile is a row which holds the bucket.
      perform set_config('storage.allow_delete_query', 'true', true);
      begin
        delete from storage.buckets as b where b.id = 'attachments';
      exception when foreign_key_violation then
        raise exception 'Turnbase stays: bucket attachments is in use: %', sqlerrm
          using errcode = 'object_in_use',
                hint = 'End uploads under way, empty the bucket in the dashboard (Storage), then run this '
                       'again. Nothing was changed.';
      end;
      perform set_config('storage.allow_delete_query', 'false', true);
    end if;
  end if;

  if '0290_realtime' = any (v_run) and to_regclass('realtime.messages') is not null then
    drop policy if exists turnbase_select_own_topics on realtime.messages;
    -- What was sent, which the platform keeps for days.
    begin
      delete from realtime.messages as m
      where m.topic ~ '^(session|user):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        and m.event ~ (
          '^(message\.(inserted|updated|deleted|progress)|tool_execution\.(inserted|updated|deleted)'
          '|session\.(created|updated|deleted|active)|branch\.selected|budget\.alert)$'
        );
    exception when insufficient_privilege then
      v_kept := v_kept || ('broadcasts of the last days in realtime.messages: ' || sqlerrm);
    end;
  end if;

  if to_regclass('cron.job') is not null then
    select coalesce(array_agg(j.jobid), '{}')
    into v_ids
    from cron.job as j
    where j.jobname like 'turnbase\_%' and j.database = current_database();
    perform cron.unschedule(i.id) from unnest(v_ids) as i (id);
    delete from cron.job_run_details as r where r.jobid = any (v_ids);
  end if;

  -- Only the owner of auth.users may drop a trigger there, but who owns its function may drop that with
  -- it. The search above saw that no other trigger runs these functions.
  for v_one in
    select distinct t.tgfoid as id
    from pg_catalog.pg_trigger as t
    where t.tgrelid = 'auth.users'::regclass and t.tgfoid = any (v_functions)
  loop
    execute format('drop function %s cascade', v_one.id::regprocedure);
    v_functions := array_remove(v_functions, v_one.id);
  end loop;

  -- No cascade from here on. Functions need tables, and the policies and triggers of tables need
  -- functions, so each waits until what needs it is gone.
  v_drops := array(
    select format('drop routine %s', f.id::regprocedure)
    from unnest(v_functions) with ordinality as f (id, place)
    order by f.place
  ) || array(
    select format(
      'drop %s %s', case when c.relkind = 'v' then 'view' else 'table' end,
      string_agg(c.oid::regclass::text, ', ')
    )
    from pg_catalog.pg_class as c
    where c.oid = any (v_relations)
    group by c.relkind = 'v'
    order by c.relkind = 'v' desc
  ) || array(
    select format('drop type %s', t.id::regtype)
    from unnest(v_types) with ordinality as t (id, place)
    order by t.place
  );
  while v_drops <> '{}' loop
    v_left := '{}';
    foreach v_drop in array v_drops loop
      begin
        execute v_drop;
      exception when dependent_objects_still_exist then
        v_left := v_left || v_drop;
        get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail;
      end;
    end loop;
    if v_left = v_drops then
      raise exception '%', v_message
        using errcode = 'dependent_objects_still_exist', detail = v_detail,
              hint = 'Drop or change what needs it, then run this again. Nothing was changed.';
    end if;
    v_drops := v_left;
  end loop;

  -- What the migrations made beside their objects goes where nothing else has come to need it.
  if not (v_found ->> 'btree_gist')::boolean and '0040_model_prices' = any (v_run) then
    begin
      drop extension if exists btree_gist;
    exception when dependent_objects_still_exist or insufficient_privilege then
      get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail;
      v_kept := v_kept || concat_ws(': ', 'extension btree_gist', v_message, nullif(v_detail, ''));
    end;
  end if;

  if not coalesce((v_found ->> 'vector')::boolean, true) and '0220_embeddings' = any (v_run) then
    begin
      drop extension if exists vector;
    exception when dependent_objects_still_exist or insufficient_privilege then
      get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail;
      v_kept := v_kept || concat_ws(': ', 'extension vector', v_message, nullif(v_detail, ''));
    end;
  end if;

  if v_found ->> 'private' is null then
    begin
      drop schema private;
    exception when dependent_objects_still_exist then
      get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail;
      v_kept := v_kept || concat_ws(': ', 'schema private', v_message, nullif(v_detail, ''));
    end;
  else
    for v_one in
      select r.role
      from unnest('{authenticated,service_role,analyst}'::text[]) as r (role)
      where to_regrole(r.role) is not null and not (v_found -> 'private') @> to_jsonb(r.role)
    loop
      execute format('revoke usage on schema private from %I', v_one.role);
    end loop;
  end if;

  if '0040_model_prices' = any (v_run) and to_regrole('analyst') is not null then
    if (v_found ->> 'analyst')::boolean then
      if not (v_found -> 'public') @> '"analyst"' then
        revoke usage on schema public from analyst;
      end if;
    else
      -- Dropping a role takes its memberships along; whoever made it is a member by that.
      select string_agg(x.oid::regrole::text, ', ')
      into v_names
      from pg_catalog.pg_auth_members as m
      join pg_catalog.pg_roles as x
        on x.oid = case when m.roleid = to_regrole('analyst') then m.member else m.roleid end
      where to_regrole('analyst') in (m.roleid, m.member)
        and x.oid <> v_owner and x.rolname <> current_user;
      if v_names is not null then
        v_kept := v_kept || ('role analyst: it has members or is one: ' || v_names);
      else
        begin
          revoke usage on schema public from analyst;
          if to_regnamespace('private') is not null then
            revoke usage on schema private from analyst;
          end if;
          drop role analyst;
        exception when dependent_objects_still_exist or insufficient_privilege then
          get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail;
          v_kept := v_kept || concat_ws(': ', 'role analyst', v_message, nullif(v_detail, ''));
        end;
      end if;
    end if;
  end if;

  -- What the CLI keeps of its work: the next `supabase db push` runs the files again.
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations as m
    where m.version || '_' || m.name = any (v_files);
  end if;

  foreach v_drop in array v_kept loop
    raise notice 'Kept: %', v_drop;
  end loop;
  perform set_config(
    'turnbase.rollback',
    array_to_string(array['Turnbase is gone'::text] || array(
      select 'Kept: ' || replace(k.what, E'\n', '; ') from unnest(v_kept) as k (what)
    ), E'\n'),
    false
  );
end
$$;

select unnest(string_to_array(current_setting('turnbase.rollback'), E'\n')) as result;
