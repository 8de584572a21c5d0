-- 0010_foundation: schema private, the error registry and the caller check that every later file uses.
-- Makes: schema private; private.found_before, private.error_codes, private.raise_error,
--   private.is_trusted_caller, private.has_wide_number, private.tg__touch_updated_at; answers for files that
--   may be left out: private.my_brand_ids, private.known_brand_id, private.has_holds, private.is_held; type
--   content_mode, of sessions and of brands.
-- Needs: a Supabase project (schemas auth and extensions), Postgres 15 or newer.
-- Locks: none. Breaking: no.

-- Every object of every file, looked up before anything is made: a project that already has one of
-- them gets the whole list at once. Who leaves a file out also takes its lines out of this list.
do $$
declare
  v_clashes text;
begin
  if to_regclass('auth.users') is null or (
    select count(*)
    from pg_catalog.pg_roles as r
    where r.rolname in ('anon', 'authenticated', 'service_role')
  ) < 3 then
    raise exception 'This database is not a Supabase project: auth.users or its roles are missing'
      using errcode = 'undefined_object',
            hint = 'Use a Supabase project, supabase start, or npm start with --db-url, which makes '
                   'what is missing.';
  end if;

  with wanted (kind, name) as (
    values
      -- 0010_foundation
      ('function', 'private.error_codes'),
      ('function', 'private.found_before'),
      ('function', 'private.has_holds'),
      ('function', 'private.has_wide_number'),
      ('function', 'private.is_held'),
      ('function', 'private.is_trusted_caller'),
      ('function', 'private.known_brand_id'),
      ('function', 'private.my_brand_ids'),
      ('function', 'private.raise_error'),
      ('function', 'private.tg__touch_updated_at'),
      ('type', 'public.content_mode'),
      -- 0020_brands
      ('function', 'private.tg_brand_members__keep_owner'),
      ('function', 'private.tg_brand_members__refuse_anonymous'),
      ('function', 'private.tg_brands__add_owner'),
      ('table', 'public.brands'), ('table', 'public.brand_members'),
      ('type', 'public.brand_role'),
      -- 0030_conversation_sessions
      ('function', 'private.my_deleted_session_ids'),
      ('function', 'private.tg__refuse_too_large'),
      ('function', 'private.tg_conversation_sessions__limit'),
      ('function', 'private.tg_conversation_sessions__guard_state'),
      ('function', 'private.tg_conversation_sessions__record_event'),
      ('table', 'public.conversation_sessions'), ('table', 'public.session_events'),
      ('table', 'private.session_transitions'),
      ('type', 'public.session_state'), ('type', 'public.session_status'),
      ('function', 'public.update_session_activity'),
      ('function', 'public.set_session_state'),
      ('function', 'public.complete_conversation_session'),
      ('function', 'public.cancel_conversation_session'),
      -- 0040_model_prices
      ('function', 'private.price_call'), ('table', 'public.model_prices'),
      -- 0050_conversation_messages
      ('function', 'private.add_to_sessions'), ('function', 'private.branch_of'),
      ('type', 'private.shown_branch'),
      ('function', 'private.give_places_back'), ('function', 'private.take_places'),
      ('function', 'private.last_message_before'), ('function', 'private.newest_leaf'),
      ('function', 'private.lock_session'),
      ('function', 'private.message_request_hash'),
      ('function', 'private.price_message'),
      ('function', 'private.refuse_closed_session'),
      ('function', 'private.tg__lock_messages'), ('function', 'private.tg__share_messages_lock'),
      ('function', 'private.tg_conversation_messages__confirm_cost'),
      ('function', 'private.tg_conversation_messages__correct'),
      ('function', 'private.tg_conversation_messages__keep_owner'),
      ('function', 'private.tg_conversation_messages__limit_and_place'),
      ('function', 'private.tg_conversation_messages__mend_tree'),
      ('function', 'private.tg_conversation_sessions__carry_owner'),
      ('function', 'private.walk_branch'),
      ('table', 'public.conversation_messages'), ('type', 'private.locked_session'),
      ('type', 'public.message_role'), ('type', 'public.message_status'),
      ('type', 'public.message_content_type'), ('type', 'public.cost_source'),
      ('type', 'public.cost_reporter'), ('type', 'public.message_role_stats'),
      ('function', 'public.update_session_on_message'),
      ('function', 'public.get_conversation_history'),
      ('function', 'public.get_session_cost'),
      ('function', 'public.get_session_message_stats'),
      -- 0060_session_functions
      ('function', 'private.decode_cursor'),
      ('function', 'private.encode_cursor'),
      ('function', 'private.list_place'), ('type', 'private.list_place'),
      ('type', 'public.session_list_item'),
      ('function', 'public.create_conversation_session'),
      ('function', 'private.session_id_of_key'),
      ('function', 'public.reopen_conversation_session'),
      ('function', 'public.rename_session'), ('function', 'public.pin_session'),
      ('function', 'public.archive_session'), ('function', 'public.unarchive_session'),
      ('function', 'public.delete_session'), ('function', 'public.restore_session'),
      ('function', 'public.archive_old_sessions'), ('function', 'public.list_sessions'),
      ('function', 'public.get_session'), ('function', 'public.count_sessions'),
      -- 0070_message_functions
      ('function', 'private.answer_id_of_turn'), ('function', 'private.write_messages'),
      ('function', 'public.append_messages'), ('function', 'public.import_messages'),
      ('function', 'public.get_latest_message'), ('function', 'public.log_turn'),
      ('type', 'public.appended_message'),
      -- 0080_usage_ledger
      ('function', 'private.add_histograms'), ('function', 'private.add_to_rollups'),
      ('function', 'private.count_latencies'),
      ('function', 'private.latency_bucket'), ('function', 'private.latency_histogram'),
      ('function', 'private.latency_percentile'), ('function', 'private.merge_histograms'),
      ('function', 'private.merge_usage_tail'), ('function', 'private.reads_all_usage'),
      ('function', 'private.removed_usage_id'),
      ('function', 'private.tg_conversation_messages__count_usage'),
      ('function', 'private.tg_conversation_messages__keep_usage'),
      ('function', 'private.tg_users__forget_usage'), ('function', 'private.try_merge_usage_tail'),
      ('function', 'private.usage_facts'),
      ('table', 'private.recorded_usage'), ('table', 'private.removed_usage'),
      ('table', 'private.usage_rollups'), ('table', 'private.usage_tail'),
      ('table', 'private.usage_tail_numbers'), ('type', 'private.usage_scope'),
      ('function', 'public.merge_usage'), ('function', 'public.record_usage'),
      ('function', 'public.reprice_messages'), ('table', 'public.repricings'),
      ('table', 'public.usage_daily'), ('table', 'public.usage_totals'), ('type', 'public.usage_record'),
      -- 0090_usage_views
      ('function', 'private.usage_window_start'), ('table', 'private.usage_by_model'),
      ('function', 'private.reads_usage_of'),
      ('function', 'public.get_brand_usage'), ('function', 'public.get_session_stats'),
      ('table', 'public.active_sessions_summary'), ('table', 'public.daily_message_volume'),
      ('table', 'public.provider_usage_stats'), ('table', 'public.response_time_stats'),
      ('table', 'public.unpriced_usage'), ('table', 'public.user_activity_summary'),
      ('type', 'public.brand_usage'), ('type', 'public.session_stats'),
      -- 0100_budgets
      ('function', 'private.budget_period_start'), ('function', 'private.budget_state_of'),
      ('function', 'private.close_reservation'), ('function', 'private.note_budget_alerts'),
      ('function', 'private.settle_reservation'),
      ('function', 'private.tg_budgets__note_alerts'),
      ('function', 'private.tg_conversation_messages__note_budget_alerts'),
      ('function', 'private.tg_usage_tail__note_budget_alerts'), ('type', 'private.budget_state'),
      ('function', 'public.cleanup_budget_reservations'),
      ('function', 'public.get_budget_status'), ('function', 'public.release_budget'),
      ('function', 'public.reserve_budget'), ('function', 'public.settle_budget'),
      ('table', 'public.budget_alerts'), ('table', 'public.budget_reservations'),
      ('table', 'public.budgets'), ('type', 'public.budget_limit'), ('type', 'public.budget_period'),
      ('type', 'public.budget_status'), ('type', 'public.reservation_status'),
      -- 0110_branches
      ('function', 'private.add_message'), ('function', 'private.lock_session_of'),
      ('function', 'public.edit_message'), ('function', 'public.select_branch'),
      ('function', 'public.get_message_thread'), ('function', 'public.fork_session'),
      -- 0120_streaming
      ('function', 'private.interrupt_stream'), ('function', 'private.is_on_branch'),
      ('function', 'private.refuse_running_stream'),
      ('function', 'private.refuse_stream_of_server'), ('function', 'private.resume_stream'),
      ('function', 'private.streamed'), ('table', 'private.message_streams'),
      ('function', 'public.begin_message'), ('function', 'public.append_message_delta'),
      ('function', 'public.finish_message'), ('function', 'public.regenerate_message'),
      ('function', 'public.interrupt_stale_messages'), ('type', 'public.streamed_message'),
      -- 0130_tool_executions
      ('function', 'private.add_tool_executions'),
      ('function', 'private.tg_conversation_sessions__carry_tool_owner'),
      ('function', 'private.tg_tool_executions__find_message'),
      ('function', 'private.tg_tool_executions__guard_end'),
      ('function', 'private.tg_tool_executions__keep_time'),
      ('function', 'private.tg_tool_executions__limit'),
      ('function', 'private.tg_tool_executions__place'),
      ('function', 'private.tool_execution_request_hash'),
      ('function', 'public.get_messages_with_tools'), ('function', 'public.update_tokens_on_tool'),
      ('table', 'public.tool_execution_stats'), ('table', 'public.tool_executions'),
      ('type', 'public.message_with_tools'), ('type', 'public.tool_execution_status'),
      -- 0140_message_formats
      ('function', 'private.carried_fields'),
      ('function', 'private.ended_run'), ('function', 'private.with_ended_runs'),
      ('function', 'private.is_left_out'),
      ('function', 'private.is_ui_part'),
      ('function', 'private.is_ui_shaped'),
      ('function', 'private.joined_texts'),
      ('function', 'private.openai_messages_of'),
      ('function', 'private.openai_messages_of_steps'),
      ('function', 'private.openai_part'),
      ('function', 'private.openai_tool_calls'),
      ('function', 'private.parsed_json'),
      ('function', 'private.ui_answer_of'),
      ('function', 'private.ui_message_of'),
      ('function', 'private.ui_part'),
      ('function', 'public.get_openai_messages'),
      ('function', 'public.get_ui_messages'),
      -- 0150_logs
      ('function', 'private.first_log_month'),
      ('function', 'private.log_partitions'), ('function', 'private.make_log_partition'),
      ('function', 'private.remove_log_rows'),
      ('function', 'public.cleanup_old_logs'), ('function', 'public.make_log_partitions'),
      ('table', 'public.agent_logs'), ('table', 'public.performance_metrics'),
      ('type', 'public.agent_log_type'), ('type', 'public.log_level'),
      ('type', 'public.logs_cleanup'), ('type', 'public.metric_type'),
      -- 0160_attachments
      ('function', 'private.lock_files'),
      ('function', 'private.my_deleted_file_paths'), ('function', 'private.my_held_file_paths'),
      ('function', 'private.tg_attachments__check_message'),
      ('function', 'private.tg_attachments__place'),
      ('function', 'private.tg_attachments__queue_deletion'),
      ('function', 'private.tg_conversation_sessions__carry_attachments'),
      ('table', 'private.storage_deletions'),
      ('function', 'public.settle_storage_deletions'),
      ('function', 'public.take_storage_deletions'),
      ('table', 'public.attachments'), ('type', 'public.attachment_status'),
      ('type', 'public.storage_deletion'),
      -- 0170_message_feedback
      ('function', 'private.tg_conversation_sessions__carry_feedback'),
      ('function', 'private.tg_message_feedback__keep_message'),
      ('function', 'private.tg_message_feedback__mark_sent'),
      ('function', 'private.tg_message_feedback__place'),
      ('function', 'private.tg_message_feedback__replace'),
      ('table', 'public.message_feedback'), ('table', 'public.message_feedback_stats'),
      ('type', 'public.message_rating'),
      -- 0180_visitors
      ('function', 'private.count_call'), ('function', 'private.find_chat_session'),
      ('function', 'private.is_same_hash'), ('function', 'private.take_rate'),
      ('function', 'private.tg_conversation_sessions__carry_client'),
      ('function', 'private.visitor_session_of'), ('table', 'private.rate_limits'),
      ('function', 'public.claim_visitor_session'),
      ('function', 'public.cleanup_visitor_sessions'),
      ('function', 'public.end_visitor_session'), ('function', 'public.get_chat_history'),
      ('function', 'public.get_chat_stats'), ('function', 'public.start_visitor_session'),
      ('function', 'public.take_rate_limit'), ('table', 'public.session_clients'),
      ('type', 'public.device_type'), ('type', 'public.visitor_session'),
      -- 0190_session_outcomes
      ('function', 'private.tg_conversation_sessions__carry_outcome'),
      ('function', 'private.write_outcome'), ('function', 'public.record_feedback'),
      ('function', 'public.record_outcome'), ('table', 'public.conversion_funnel'),
      ('table', 'public.session_outcomes'),
      -- 0200_turns
      ('function', 'private.are_numbers'), ('type', 'private.chat_turn'),
      ('function', 'private.log_chat_turn'),
      ('function', 'private.normalized_question'), ('function', 'private.retrieval_request_hash'),
      ('function', 'private.tg_conversation_sessions__carry_retrievals'),
      ('function', 'public.get_common_questions'), ('function', 'public.log_chat_turns'),
      ('table', 'public.common_questions'), ('table', 'public.conversation_turns'),
      ('table', 'public.message_retrievals'), ('type', 'public.common_question'),
      ('type', 'public.logged_turn'),
      -- 0210_search
      ('function', 'private.find_messages'), ('function', 'private.find_sessions'),
      ('function', 'private.headline'), ('function', 'private.headline_words'),
      ('function', 'private.index_words'), ('function', 'private.is_hit'),
      ('function', 'private.is_in_session'), ('function', 'private.matching_words'),
      ('function', 'private.message_words'),
      ('function', 'private.newest_words'), ('function', 'private.search_configuration'),
      ('function', 'private.search_language'),
      ('function', 'private.search_letters'),
      ('function', 'private.search_mark'), ('function', 'private.search_spelling'),
      ('function', 'private.search_terms'), ('function', 'private.search_vector'),
      ('function', 'private.session_vector'),
      ('function', 'private.tg_conversation_messages__index_words'),
      ('function', 'private.tg_conversation_sessions__index_words'),
      ('function', 'private.tg_conversation_messages__forget_words'),
      ('type', 'private.found_message'), ('type', 'private.found_page'),
      ('type', 'private.headline_words'), ('type', 'private.search_terms'),
      ('table', 'private.search_secrets'),
      ('function', 'public.index_messages'),
      ('function', 'public.search_messages'), ('function', 'public.search_sessions'),
      ('table', 'private.search_languages'), ('table', 'private.session_search'),
      ('table', 'public.message_search'),
      ('type', 'public.found_message'), ('type', 'public.found_session'),
      -- 0220_embeddings
      ('extension', 'vector'),
      ('function', 'private.check_embedding_items'), ('function', 'private.embedding_model'),
      ('function', 'private.embedding_of'), ('function', 'private.fail_embedding_job'),
      ('function', 'private.is_embeddable'), ('function', 'private.nearest_by_index'),
      ('function', 'private.nearest_exactly'), ('function', 'private.nearest_messages'),
      ('function', 'private.passes'), ('function', 'private.query_vector'),
      ('function', 'private.tg_conversation_messages__queue_embedding'),
      ('function', 'private.tg_conversation_sessions__carry_embeddings'),
      ('function', 'private.tg_message_retrievals__take_embedding'), ('table', 'private.embedding_queue'),
      ('table', 'private.embedding_settings'), ('type', 'private.embedding_distance'),
      ('type', 'private.message_filter'), ('function', 'public.claim_embedding_jobs'),
      ('function', 'public.complete_embedding_jobs'), ('function', 'public.embedding_queue_stats'),
      ('function', 'public.fail_embedding_jobs'), ('function', 'public.find_similar_questions'),
      ('function', 'public.hybrid_search_messages'), ('function', 'public.match_messages'),
      ('function', 'public.queue_missing_embeddings'), ('function', 'public.record_similar_questions'),
      ('function', 'public.retry_dead_embeddings'), ('function', 'public.set_embedding_model'),
      ('table', 'public.message_embeddings'), ('type', 'public.embedding_job'),
      ('type', 'public.embedding_outcome'), ('type', 'public.embedding_result'),
      ('type', 'public.embedding_stats'), ('type', 'public.hybrid_match'), ('type', 'public.message_match'),
      ('type', 'public.similar_question'),
      -- 0230_legal_holds
      ('table', 'public.legal_holds'), ('function', 'public.set_legal_hold'),
      ('function', 'public.release_legal_hold'), ('function', 'private.tg__keep_held'),
      ('function', 'private.tg__keep_held_rows'),
      -- 0240_data_classes
      ('type', 'private.data_class'), ('type', 'private.erase_action'), ('type', 'private.wipe_action'),
      ('table', 'private.data_tables'), ('table', 'private.data_columns'),
      -- 0250_content_modes
      ('table', 'public.redaction_patterns'), ('function', 'private.tg_redaction_patterns__check'),
      ('function', 'private.redact'), ('function', 'private.redact_json'),
      ('function', 'private.kept_expression'), ('function', 'private.content_columns'),
      ('function', 'private.content_condition'),
      ('function', 'private.make_content_triggers'),
      ('function', 'private.tg_agent_logs__apply_content_mode'),
      ('function', 'private.tg_attachments__apply_content_mode'),
      ('function', 'private.tg_conversation_messages__apply_content_mode'),
      ('function', 'private.tg_conversation_sessions__apply_content_mode'),
      ('function', 'private.tg_message_feedback__apply_content_mode'),
      ('function', 'private.tg_message_retrievals__apply_content_mode'),
      ('function', 'private.tg_session_outcomes__apply_content_mode'),
      ('function', 'private.tg_tool_executions__apply_content_mode'),
      ('function', 'private.tg_attachments__refuse_unkept'),
      ('function', 'private.tg_conversation_sessions__follow_brand'),
      ('function', 'private.tg_brands__raise_content_mode'), ('function', 'private.wipe_sessions'),
      ('function', 'public.wipe_session_content'),
      -- 0260_audit_log
      ('type', 'public.audit_action'), ('table', 'private.subject_keys'), ('table', 'public.audit_log'),
      ('table', 'private.audit_head'), ('table', 'private.audit_reasons'),
      ('function', 'private.hmac_sha256'), ('function', 'private.pseudonym'),
      ('function', 'private.audit_hash'), ('function', 'private.audit_actor'),
      ('function', 'private.write_audit'), ('function', 'private.tg_audit_log__refuse_change'),
      ('type', 'public.audit_verification'), ('function', 'public.verify_audit_chain'),
      ('function', 'private.tg_legal_holds__audit'), ('function', 'private.tg_session_clients__audit'),
      ('function', 'public.read_session_as_admin'),
      -- 0270_retention
      ('type', 'public.retention_class'), ('type', 'public.retention_action'),
      ('table', 'public.retention_policies'), ('table', 'public.retention_runs'),
      ('function', 'private.is_pinned'), ('function', 'private.retention_query'), ('function', 'private.apply_retention'),
      ('function', 'public.run_retention'),
      -- 0280_privacy
      ('type', 'public.exported_line'), ('table', 'public.erasure_receipts'),
      ('type', 'private.data_subject'), ('function', 'private.data_subject_of'),
      ('function', 'private.subject_condition'), ('function', 'private.export_page'),
      ('function', 'public.export_user_data'), ('function', 'public.import_user_data'),
      ('function', 'public.erase_user_data'),
      -- 0290_realtime
      ('function', 'private.broadcast'), ('function', 'private.tg_budget_alerts__broadcast'),
      ('function', 'private.tg_conversation_messages__broadcast'),
      ('function', 'private.tg_conversation_sessions__broadcast'),
      ('function', 'private.tg_message_streams__broadcast'),
      ('function', 'private.tg_tool_executions__broadcast'),
      -- 0910_profiles
      ('function', 'private.tg_users__create_profile'),
      ('table', 'public.profiles'), ('type', 'public.app_role'),
      -- 0920_old_names
      ('table', 'public.chat_analytics'), ('table', 'public.chat_conversations'),
      ('table', 'public.chat_messages'), ('table', 'public.chat_sessions'),
      ('table', 'public.messages'),
      -- 0990_store_doctor
      ('function', 'private.check_data'), ('function', 'private.check_objects'),
      ('function', 'private.check_upkeep'), ('function', 'private.current_objects'),
      ('function', 'private.doctor_checks'), ('function', 'private.is_there'),
      ('function', 'private.names_to_look_at'), ('function', 'private.own_names'),
      ('function', 'private.remember_objects'), ('function', 'private.server_version'),
      ('function', 'public.store_doctor'),
      ('table', 'private.expected_objects'), ('type', 'public.doctor_check')
  )
  select string_agg(
    format('%s %s', w.kind, w.name)
    || case w.kind when 'extension' then ' outside of schema extensions' else '' end,
    ', ' order by w.kind, w.name
  )
  into v_clashes
  from wanted as w
  where
    case w.kind
      when 'table' then to_regclass(w.name) is not null
      when 'type' then to_regtype(w.name) is not null
      -- It may be there, in the schema where the files look for it.
      when 'extension' then exists (
        select 1
        from pg_catalog.pg_extension as e
        where
          e.extname = w.name
          and e.extnamespace is distinct from to_regnamespace('extensions')::oid
      )
      else exists (
        select 1
        from pg_catalog.pg_proc as p
        where format('%s.%s', p.pronamespace::regnamespace, p.proname) = w.name
      )
    end;

  if v_clashes is not null then
    raise exception 'Turnbase cannot be installed: these objects exist already: %', v_clashes
      using errcode = 'duplicate_object',
            hint = 'Rename or move them (an extension: alter extension vector set schema extensions), or '
                   'leave out the optional file that makes them (docs/deploy.md, "Into an existing '
                   'project").';
  end if;
end
$$;

-- What the files make or change beside their own objects, as it is before the first of them: only here
-- can it be told whether a schema, a role, an extension or a bucket was the project's already. A schema
-- private that is there keeps its comment and its grants.
do $$
declare
  v_found jsonb := jsonb_build_object(
    'btree_gist', exists (
      select 1 from pg_catalog.pg_extension as e where e.extname = 'btree_gist'
    ),
    'vector', exists (select 1 from pg_catalog.pg_extension as e where e.extname = 'vector'),
    'analyst', to_regrole('analyst') is not null,
    'bucket', false
  ) || (
    -- The roles that were given its use; null: no such schema.
    select jsonb_object_agg(
      s.name, (
        select to_jsonb(array(
          select r.rolname::text
          from aclexplode(n.nspacl) as a
          join pg_catalog.pg_roles as r on r.oid = a.grantee
          where a.privilege_type = 'USAGE'
          order by 1
        ))
        from pg_catalog.pg_namespace as n
        where n.nspname = s.name
      )
    )
    from unnest('{private,public}'::text[]) as s (name)
  );
begin
  if to_regclass('storage.buckets') is not null then
    v_found := v_found || jsonb_build_object(
      'bucket', exists (select 1 from storage.buckets as b where b.id = 'attachments')
    );
  end if;
  if to_regnamespace('private') is null then
    create schema private;
    revoke all on schema private from public, anon;
    comment on schema private is
      'Helpers, trigger functions and internal tables of Turnbase. Not exposed over the API.';
  end if;
  execute format(
    'create function private.found_before() returns jsonb language sql immutable '
    'set search_path = '''' as %L',
    format('select %L::jsonb', v_found)
  );
end
$$;
revoke all on function private.found_before() from public, anon, authenticated, service_role;
comment on function private.found_before() is
  'What was there before the first migration; supabase/rollback.sql leaves that as it was.';
-- Policies and invoker functions name helpers here, so their callers need to enter the schema;
-- each object in it has its own grants.
grant usage on schema private to authenticated, service_role;

create type public.content_mode as enum ('full', 'redacted', 'none');
comment on type public.content_mode is
  'full: texts as written. redacted: without what the redaction patterns find. none: length, hash and '
  'numbers, no text. In the order of strictness.';

-- The registry: the only place where an API error gets its status, message and default hint.
-- PostgREST writes MESSAGE raw into the HTTP status line, so messages are constants.
create function private.error_codes()
returns table (code text, sqlstate text, message text, hint text)
language sql
immutable
parallel safe
set search_path = ''
as $$
  values
    ('INVALID_ARGUMENT', 'PT400', 'Invalid argument',
     'Read the comment of the function and send the argument again.'),
    ('UNAUTHENTICATED', 'PT401', 'Sign in first',
     'Call with the token of a signed-in user.'),
    ('FORBIDDEN', 'PT403', 'Not allowed',
     'Ask an owner of the brand for membership or a higher role.'),
    ('SESSION_NOT_FOUND', 'PT404', 'Session not found',
     'Check the id with list_sessions; the session may be deleted or belong to somebody else.'),
    ('BRAND_NOT_FOUND', 'PT404', 'Brand not found',
     'Check the id; its owners, admins and analysts read its numbers.'),
    ('RESERVATION_NOT_FOUND', 'PT404', 'Reservation not found',
     'Name a reservation that reserve_budget returned to you.'),
    ('BUDGET_EXCEEDED', 'PT402', 'Budget exceeded',
     'Wait for the next period, settle or release open reservations, or set a higher limit.'),
    ('RESERVATION_CLOSED', 'PT409', 'Reservation is closed',
     'It was settled or released already; reserve again.'),
    ('USER_NOT_FOUND', 'PT404', 'User not found',
     'No user has this id: check it in auth.users.'),
    ('HOLD_NOT_FOUND', 'PT404', 'Legal hold not found',
     'set_legal_hold returned its id; the table legal_holds lists them.'),
    ('MESSAGE_NOT_FOUND', 'PT404', 'Message not found',
     'Name a message of this session: get_conversation_history lists them.'),
    ('ILLEGAL_TRANSITION', 'PT409', 'Illegal state transition',
     'docs/errors.md lists the legal moves; reopen_conversation_session reopens a finished session.'),
    ('SESSION_CLOSED', 'PT409', 'Session is closed',
     'Open it with reopen_conversation_session, unarchive_session or restore_session, or start a new one.'),
    ('SESSION_EXISTS', 'PT409', 'Session exists',
     'This token is taken: send the secret that it was started with, or start with a new token.'),
    ('STREAM_RUNNING', 'PT409', 'A message is streaming here',
     'Finish it with finish_message; without a delta it ends by itself after two minutes.'),
    ('DELTA_OUT_OF_SEQUENCE', 'PT409', 'Delta out of sequence',
     'Send the delta with the next p_seq: the call that began the message, sent again, tells next_seq.'),
    ('IDEMPOTENCY_MISMATCH', 'PT409', 'Same key with another body',
     'Send the first body again, or use a new id for a new request.'),
    ('FILE_IN_DELETION', 'PT409', 'File is being deleted',
     'Its last reference went a moment ago; send it again in some minutes.'),
    ('LEGAL_HOLD', 'PT409', 'Under a legal hold',
     'It must be kept until the operator ends the hold with release_legal_hold.'),
    ('LAST_OWNER', 'PT409', 'A brand needs an owner',
     'Make another member owner first.'),
    ('TOO_LARGE', 'PT413', 'Too large',
     'Limits: content 1 MiB, JSON 256 KiB, JSON numbers those of JavaScript, a title 200 characters, '
     'a name 1 KiB, 1000 messages a call.'),
    ('RATE_LIMITED', 'PT429', 'Too many requests',
     'Wait for the next minute, then send it again.')
$$;
revoke all on function private.error_codes() from public, anon, authenticated, service_role;
grant execute on function private.error_codes() to authenticated, service_role;
comment on function private.error_codes() is
  'Every API error: code (DETAIL), sqlstate (PTxyz, becomes HTTP xyz), message and default hint.';

create function private.raise_error(p_code text, p_hint text default null)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_error record;
begin
  select e.sqlstate, e.message, e.hint into strict v_error
  from private.error_codes() as e
  where e.code = p_code;

  raise exception using
    errcode = v_error.sqlstate,
    message = v_error.message,
    detail = p_code,
    hint = coalesce(p_hint, v_error.hint);
end
$$;
revoke all on function private.raise_error(text, text)
  from public, anon, authenticated, service_role;
grant execute on function private.raise_error(text, text) to authenticated, service_role;
comment on function private.raise_error(text, text) is
  'Raises a registered error. p_hint is a constant that names the next step for this call.';

-- Definer functions ask this before they let a caller past the owner check. Inside a definer function
-- current_user is its owner, while the role setting still names whom PostgREST switched to.
create function private.is_trusted_caller()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_role name := coalesce(nullif(current_setting('role', true), 'none'), session_user);
begin
  if v_role in ('authenticated', 'anon') then
    return false;
  end if;
  return v_role = 'service_role' or pg_has_role(v_role, current_user, 'member');
end
$$;
revoke all on function private.is_trusted_caller() from public, anon, authenticated, service_role;
grant execute on function private.is_trusted_caller() to authenticated, service_role;
comment on function private.is_trusted_caller() is
  'True for service_role and for roles that own the schema; false for every API user.';

-- jsonb keeps 1e131071 in a few bytes, and its text has 131,072 digits: without this guard a small
-- request makes the database write out gigabytes as soon as it measures or hashes a value.
create function private.has_wide_number(p_json jsonb)
returns boolean
language plpgsql
immutable
strict
parallel safe
set search_path = ''
as $$
declare
  v_zeros jsonb;
begin
  -- By size first. A zero has no size: 0e-16000 is as long as its exponent says. Its scale is asked of an
  -- array, because a set out of jsonb_path_query takes time by the square of its length.
  if jsonb_path_exists(
    p_json,
    'strict $.** ? (@.type() == "number" && (@ >= 1e309 || @ <= -1e309
      || (@ > 0 && @ < 1e-400) || (@ < 0 && @ > -1e-400)))'
  ) then
    return true;
  end if;
  v_zeros := jsonb_path_query_array(p_json, 'strict $.** ? (@.type() == "number" && @ == 0)');
  -- Most values have none, and an assignment is cheaper than a query.
  if v_zeros = '[]' then
    return false;
  end if;
  return exists (
    select 1 from jsonb_array_elements(v_zeros) as n (value) where scale(n.value::numeric) > 400
  );
end
$$;
revoke all on function private.has_wide_number(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.has_wide_number(jsonb) to authenticated, service_role;
comment on function private.has_wide_number(jsonb) is
  'Whether a JSON value has a number that no double holds: too large, or too near to 0.';

create function private.tg__touch_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
revoke all on function private.tg__touch_updated_at() from public, anon, authenticated, service_role;
comment on function private.tg__touch_updated_at() is 'Sets updated_at on every change of a row.';

-- What other files ask of files that may be left out: nobody belongs to a brand until 0020 or the project
-- says who does, and nothing is held until 0230. Those replace the functions and keep their grants.
create function private.my_brand_ids(p_roles text[] default null)
returns setof uuid
language sql
stable
set search_path = ''
as $$
  select null::uuid where false
$$;
revoke all on function private.my_brand_ids(text[]) from public, anon, authenticated, service_role;
grant execute on function private.my_brand_ids(text[]) to authenticated, service_role;
comment on function private.my_brand_ids(text[]) is
  'Brands of the calling user, all or those where the user has one of p_roles: none here.';

create function private.known_brand_id(p_brand_id uuid)
returns uuid
language sql
stable
set search_path = ''
as $$
  select null::uuid
$$;
revoke all on function private.known_brand_id(uuid) from public, anon, authenticated, service_role;
comment on function private.known_brand_id(uuid) is
  'The id itself where there is such a brand, else null: null here.';

create function private.has_holds()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return false;
end
$$;
revoke all on function private.has_holds() from public, anon, authenticated, service_role;
comment on function private.has_holds() is 'Whether any hold lasts: none here.';

create function private.is_held(
  p_user_id uuid,
  p_session_id uuid,
  p_brand_id uuid default null,
  p_by_logs boolean default true
)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return false;
end
$$;
revoke all on function private.is_held(uuid, uuid, uuid, boolean)
  from public, anon, authenticated, service_role;
comment on function private.is_held(uuid, uuid, uuid, boolean) is
  'Whether a hold keeps what belongs to a user, a session, or a brand: nothing is kept here.';
