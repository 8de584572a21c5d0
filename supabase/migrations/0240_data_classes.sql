-- 0240_data_classes: what every table and column holds of a person. Analyst grants, content modes, wipe,
-- retention, export, erasure and docs/privacy.md follow it, and tests compare it with the catalog.
-- Makes: private.data_tables, private.data_columns, types data_class, erase_action, wipe_action.
-- Needs: 0010. Names tables of files that may be left out. Locks: none. Breaking: no.

create type private.data_class as enum ('content', 'personal', 'number', 'key');
comment on type private.data_class is
  'content: what people said and what was made of it. personal: who they are, and from where. number: '
  'numbers, times, choices and names of models. key: ids, paths and hashes.';
create type private.erase_action as enum ('delete', 'unlink', 'merge', 'keep');
comment on type private.erase_action is
  'What erasure does with the rows of a person. delete: they go. unlink: the row stays, without the '
  'person. merge: the numbers become those of nobody. keep: nothing of a person is in it.';
create type private.wipe_action as enum ('blank', 'delete', 'keep');
comment on type private.wipe_action is
  'What wiping a session does with its rows. blank: columns of class content are emptied. delete: rows '
  'go. keep: there is no content, or it follows what it was made of.';

create table private.data_tables (
  table_name      text                  not null constraint data_tables_pkey primary key,
  user_column     text,
  session_column  text,
  of_user         text,
  on_erase        private.erase_action  not null,
  on_wipe         private.wipe_action   not null,
  export_order    integer               constraint data_tables_export_order_key unique,
  export_key      text[],
  is_imported     boolean               not null default false,
  note            text                  not null
);
comment on table private.data_tables is
  E'Every table, and what becomes of a person''s rows in it.\n\n'
  'What is in it is exported and erased, so it names no table of the project''s own: who leaves a file out '
  'deletes its rows. Writes: migrations only.';
comment on column private.data_tables.table_name is 'Schema and name.';
comment on column private.data_tables.user_column is 'The column with the person''s id; null: none.';
comment on column private.data_tables.session_column is 'The column with the session''s id; null: none.';
comment on column private.data_tables.of_user is
  'SQL that tells the rows r of the user $1, where they carry neither id; null: they do, or are nobody''s.';
comment on column private.data_tables.on_erase is 'What erase_user_data does with the rows.';
comment on column private.data_tables.on_wipe is 'What wiping a session does with the rows.';
comment on column private.data_tables.export_order is
  'Place in an export, parents before children; null: not exported.';
comment on column private.data_tables.export_key is
  'Columns that an export is sorted by; together they are unique.';
comment on column private.data_tables.is_imported is 'Whether import_user_data takes its rows.';
comment on column private.data_tables.note is 'Why, in a sentence.';

create table private.data_columns (
  table_name   text                not null constraint data_columns_table_name_fkey
    references private.data_tables (table_name) on delete cascade,
  column_name  text                not null,
  class        private.data_class  not null,
  is_secret    boolean             not null default false,
  constraint data_columns_pkey primary key (table_name, column_name)
);
comment on table private.data_columns is
  E'Every column, and what it holds.\n\nWrites: migrations only.';
comment on column private.data_columns.table_name is 'Schema and name of the table.';
comment on column private.data_columns.column_name is 'The column.';
comment on column private.data_columns.class is 'What it holds.';
comment on column private.data_columns.is_secret is
  'Whether it stays out of exports: hashes of what people sent.';

alter table private.data_tables enable row level security;
revoke all on table private.data_tables from public, anon, authenticated, service_role;
alter table private.data_columns enable row level security;
revoke all on table private.data_columns from public, anon, authenticated, service_role;

insert into private.data_tables (
  table_name, user_column, session_column, on_erase, on_wipe, export_order, export_key, note
)
values
  -- People and tenants.
  ('public.profiles', 'user_id', null, 'delete', 'keep', 10, '{user_id}', 'Who the user is.'),
  ('public.brand_members', 'user_id', null, 'delete', 'keep', 20, '{brand_id}', 'Where they belong.'),
  ('public.brands', 'created_by', null, 'unlink', 'keep', null, null,
    'A tenant outlives who made it.'),
  -- Chats.
  ('public.conversation_sessions', 'user_id', 'id', 'delete', 'blank', 30, '{created_at,id}',
    'What was said.'),
  ('public.session_clients', 'user_id', 'session_id', 'delete', 'keep', 40, '{session_id}',
    'The browser that a chat began in.'),
  ('public.conversation_messages', 'user_id', 'session_id', 'delete', 'blank', 50,
    '{session_id,sequence_order}', 'What was said.'),
  ('public.tool_executions', 'user_id', 'session_id', 'delete', 'blank', 60, '{created_at,id}',
    'What tools were asked and answered.'),
  ('public.attachments', 'user_id', 'session_id', 'delete', 'delete', 70, '{created_at,id}',
    'Files; their objects are queued for deletion with the rows.'),
  ('public.message_feedback', 'user_id', 'session_id', 'delete', 'blank', 80, '{message_id}',
    'What the user thought of answers.'),
  ('public.message_retrievals', 'user_id', 'session_id', 'delete', 'blank', 90, '{message_id}',
    'What was looked up for a question.'),
  ('public.session_outcomes', 'user_id', 'session_id', 'delete', 'blank', 100, '{session_id}',
    'What a chat led to.'),
  ('public.session_events', 'user_id', 'session_id', 'delete', 'keep', 110, '{id}',
    'Moves between states. Moves of others'' sessions lose their actor.'),
  ('public.agent_logs', 'user_id', 'session_id', 'delete', 'blank', 120, '{created_at,id}',
    'What agents did for the user.'),
  ('private.message_streams', null, 'session_id', 'delete', 'blank', null, null,
    'How far a running answer is; goes with its message.'),
  -- Made of chats.
  ('public.message_search', 'user_id', 'session_id', 'delete', 'keep', null, null,
    'Words of messages; follows their text.'),
  ('private.session_search', 'user_id', 'session_id', 'delete', 'keep', null, null,
    'Words of titles; follows them.'),
  ('private.search_languages', 'user_id', null, 'delete', 'keep', null, null,
    'Languages that the user writes in.'),
  ('public.message_embeddings', 'user_id', 'session_id', 'delete', 'keep', null, null,
    'Vectors of messages; follow their text.'),
  ('private.embedding_queue', null, null, 'delete', 'keep', null, null,
    'Messages to embed; a row goes with its message.'),
  -- Duties.
  ('public.legal_holds', 'user_id', 'session_id', 'delete', 'keep', null, null,
    'What must be kept; a hold that has ended goes with the user.'),
  ('private.subject_keys', 'user_id', null, 'delete', 'keep', null, null,
    'The key that names the user in the audit log.'),
  ('private.audit_reasons', 'user_id', 'session_id', 'delete', 'keep', null, null,
    'Why the user''s sessions were read.'),
  ('public.audit_log', null, null, 'keep', 'keep', null, null,
    'Pseudonyms, which tell of nobody once the key is gone.'),
  ('private.audit_head', null, null, 'keep', 'keep', null, null, 'The end of the audit log.'),
  ('public.erasure_receipts', null, null, 'keep', 'keep', null, null,
    'Pseudonyms and numbers of what was erased.'),
  ('public.retention_policies', null, null, 'keep', 'keep', null, null, 'How long what is kept.'),
  ('public.retention_runs', null, null, 'keep', 'keep', null, null, 'What retention did.'),
  -- Money.
  ('public.budgets', 'user_id', null, 'delete', 'keep', 130, '{id}', 'What the user may spend.'),
  ('public.budget_reservations', 'user_id', 'session_id', 'delete', 'keep', 140, '{created_at,id}',
    'Money held for calls, for brands too: it goes with its user.'),
  ('public.budget_alerts', null, null, 'delete', 'keep', null, null,
    'Limits that were crossed; a row goes with its budget.'),
  ('private.usage_rollups', 'user_id', null, 'merge', 'keep', null, null,
    'What was used, by day. Exported as usage_daily.'),
  ('private.usage_tail', 'user_id', null, 'merge', 'keep', null, null,
    'What was used, not yet summed up. Exported as usage_daily.'),
  ('public.usage_daily', 'user_id', null, 'merge', 'keep', 150,
    '{day,brand_id,provider,model,reported_by}', 'A view: what was used, by day.'),
  ('private.removed_usage', 'user_id', null, 'merge', 'keep', 160, '{id}',
    'Numbers of messages that are gone.'),
  ('private.recorded_usage', null, null, 'keep', 'keep', null, null,
    'Ids of record_usage calls, so that none counts twice.'),
  -- Nobody's.
  ('private.data_columns', null, null, 'keep', 'keep', null, null, 'This list.'),
  ('private.data_tables', null, null, 'keep', 'keep', null, null, 'This list.'),
  ('private.embedding_settings', null, null, 'keep', 'keep', null, null, 'A setting.'),
  ('private.expected_objects', null, null, 'keep', 'keep', null, null,
    'What the database is made of.'),
  ('private.rate_limits', null, null, 'keep', 'keep', null, null,
    'Hashes of who calls, for the length of a window.'),
  ('private.search_secrets', null, null, 'keep', 'keep', null, null, 'A random key.'),
  ('private.session_transitions', null, null, 'keep', 'keep', null, null, 'The legal moves.'),
  ('private.storage_deletions', null, null, 'delete', 'keep', null, null,
    'Objects to delete; a row goes when its object is gone.'),
  ('public.model_prices', null, null, 'keep', 'keep', null, null, 'What models cost.'),
  ('public.performance_metrics', null, null, 'keep', 'keep', null, null,
    'What apps measure about themselves.'),
  ('public.redaction_patterns', null, null, 'keep', 'keep', null, null,
    'What sessions of mode redacted leave out.'),
  ('public.repricings', null, null, 'keep', 'keep', null, null, 'When costs were computed again.');

insert into private.data_columns (table_name, column_name, class)
select c.table_name, n.column_name, c.class::private.data_class
from (
  values
    ('public.profiles', 'personal', '{username,display_name,metadata}'),
    ('public.profiles', 'number', '{app_role,last_seen_at,created_at,updated_at}'),
    ('public.profiles', 'key', '{user_id}'),
    ('public.brand_members', 'key', '{brand_id,user_id}'),
    ('public.brand_members', 'number', '{role,created_at}'),
    ('public.brands', 'key', '{id,created_by}'),
    ('public.brands', 'personal', '{slug,name,settings}'),
    ('public.brands', 'number', '{content_mode,created_at,updated_at}'),
    ('public.conversation_sessions', 'content',
      '{parsed_intent,answered_questions,pending_questions,title,description,context,settings,metadata}'),
    ('public.conversation_sessions', 'number',
      '{state,created_at,last_activity_at,completed_at,agent_type,language,content_mode,pinned_at,
        archived_at,deleted_at,wiped_at,status,branch_count,last_sequence,message_count,total_tokens,
        total_cost_usd,updated_at}'),
    ('public.conversation_sessions', 'key',
      '{id,brand_id,user_id,selected_kb_ids,active_task_plan_id,active_message_id,prior_message_id,
        request_hash}'),
    ('public.session_clients', 'personal',
      '{session_token,user_identifier,referrer,user_agent,address}'),
    ('public.session_clients', 'number',
      '{device_type,started_at,ended_at,expires_at,claimed_at}'),
    ('public.session_clients', 'key', '{session_id,user_id,secret_hash}'),
    ('public.conversation_messages', 'content',
      '{content,action_taken,questions_asked,delegation_plan,parts,tool_calls,error_message,mood,
        metadata}'),
    ('public.conversation_messages', 'number',
      '{role,tokens_used,model_used,provider,cost_usd,latency_ms,created_at,sequence_order,status,
        content_type,input_tokens,output_tokens,cached_input_tokens,cache_write_tokens,
        cache_write_1h_tokens,reasoning_tokens,service_tier,time_to_first_token_ms,finish_reason,
        cost_source,reported_by,edited_at,imported_at,content_mode,content_length}'),
    ('public.conversation_messages', 'key',
      '{id,session_id,brand_id,user_id,parent_message_id,tool_call_id,price_id,request_hash,
        content_sha256}'),
    ('public.tool_executions', 'content', '{input,output,error}'),
    ('public.tool_executions', 'number',
      '{tool_name,tool_type,status,execution_time_ms,tokens_used,created_at,started_at,completed_at}'),
    ('public.tool_executions', 'key',
      '{id,session_id,message_id,user_id,tool_call_id,request_hash}'),
    ('public.attachments', 'content', '{name}'),
    ('public.attachments', 'number',
      '{size_bytes,mime_type,processing_status,created_at,updated_at}'),
    ('public.attachments', 'key',
      '{id,session_id,message_id,user_id,storage_path,sha256,duplicate_of,request_hash}'),
    ('public.message_feedback', 'content', '{reason,comment}'),
    ('public.message_feedback', 'number', '{rating,created_at,updated_at}'),
    ('public.message_feedback', 'key', '{message_id,user_id,session_id}'),
    ('public.message_retrievals', 'content',
      '{similar_qa_matches,similarity_scores,query_embedding}'),
    ('public.message_retrievals', 'number', '{created_at}'),
    ('public.message_retrievals', 'key', '{message_id,session_id,user_id,request_hash}'),
    ('public.session_outcomes', 'content', '{products_viewed,products_added_to_cart}'),
    ('public.session_outcomes', 'number',
      '{viewed_count,added_to_cart_count,query_type,user_satisfaction,conversion_occurred,
        conversion_value_usd,reported_by,created_at,updated_at}'),
    ('public.session_outcomes', 'key', '{session_id,user_id}'),
    ('public.session_events', 'number', '{id,from_state,to_state,at}'),
    ('public.session_events', 'key', '{session_id,user_id,actor}'),
    ('public.agent_logs', 'content', '{details}'),
    ('public.agent_logs', 'number', '{level,log_type,created_at}'),
    ('public.agent_logs', 'key', '{id,session_id,user_id}'),
    ('private.message_streams', 'content', '{held_text}'),
    ('private.message_streams', 'number', '{next_seq,is_running,is_of_server,last_delta_at}'),
    ('private.message_streams', 'key', '{message_id,session_id}'),
    ('public.message_search', 'content', '{words}'),
    ('public.message_search', 'number', '{created_at,role}'),
    ('public.message_search', 'key', '{user_id,message_id,session_id,brand_id}'),
    ('private.session_search', 'content', '{words}'),
    ('private.session_search', 'key', '{session_id,user_id}'),
    ('private.search_languages', 'personal', '{language}'),
    ('private.search_languages', 'key', '{user_id}'),
    ('public.message_embeddings', 'content', '{embedding}'),
    ('public.message_embeddings', 'number', '{model,dimensions,embedded_at}'),
    ('public.message_embeddings', 'key', '{message_id,session_id,user_id,content_hash}'),
    ('private.embedding_queue', 'content', '{last_error}'),
    ('private.embedding_queue', 'number', '{attempts,due_at,leased_until,dead_at}'),
    ('private.embedding_queue', 'key', '{message_id}'),
    ('public.budgets', 'number',
      '{period,soft_limit_usd,hard_limit_usd,created_at,updated_at,last_reserved_at}'),
    ('public.budgets', 'key', '{id,user_id,brand_id}'),
    ('public.budget_reservations', 'number',
      '{amount_usd,reserved_by,status,soft_limit_reached,expires_at,created_at,closed_at}'),
    ('public.budget_reservations', 'key', '{id,session_id,user_id,brand_id}'),
    ('public.budget_alerts', 'number',
      '{period_start,limit_kind,limit_usd,spent_usd,created_at}'),
    ('public.budget_alerts', 'key', '{budget_id}'),
    ('private.usage_rollups', 'number',
      '{scope,day,provider,model,reported_by,requests,errors,user_messages,assistant_messages,
        system_messages,tool_messages,unpriced_requests,unpriced_tokens,input_tokens,output_tokens,
        cached_input_tokens,cache_write_tokens,cache_write_1h_tokens,reasoning_tokens,total_tokens,
        cost_usd,price_book_cost_usd,latency_ms_sum,latency_count,latency_histogram,first_used_at,
        last_used_at}'),
    ('private.usage_rollups', 'key', '{brand_id,user_id}'),
    ('public.usage_daily', 'number',
      '{day,provider,model,reported_by,requests,errors,user_messages,assistant_messages,
        system_messages,tool_messages,unpriced_requests,unpriced_tokens,input_tokens,output_tokens,
        cached_input_tokens,cache_write_tokens,cache_write_1h_tokens,reasoning_tokens,total_tokens,
        cost_usd,price_book_cost_usd,latency_ms_sum,latency_count,latency_histogram,first_used_at,
        last_used_at}'),
    ('public.usage_daily', 'key', '{brand_id,user_id}'),
    ('private.usage_tail', 'number',
      '{sign,created_at,provider,model_used,service_tier,reported_by,role,is_error,cost_source,tokens_used,
        input_tokens,output_tokens,cached_input_tokens,cache_write_tokens,cache_write_1h_tokens,
        reasoning_tokens,cost_usd,latency_ms}'),
    ('private.usage_tail', 'key', '{brand_id,user_id}'),
    ('private.removed_usage', 'number',
      '{sign,created_at,provider,model_used,service_tier,reported_by,role,is_error,cost_source,tokens_used,
        input_tokens,output_tokens,cached_input_tokens,cache_write_tokens,cache_write_1h_tokens,
        reasoning_tokens,cost_usd,latency_ms}'),
    ('private.removed_usage', 'key', '{id,brand_id,user_id}'),
    ('private.recorded_usage', 'number', '{cost_usd,cost_source,created_at}'),
    ('private.recorded_usage', 'key', '{id,request_hash}'),
    ('private.data_columns', 'number', '{table_name,column_name,class,is_secret}'),
    ('private.data_tables', 'number',
      '{table_name,user_column,session_column,of_user,on_erase,on_wipe,export_order,export_key,is_imported,
        note}'),
    ('private.embedding_settings', 'number', '{is_only_row,model,is_enabled,exact_up_to}'),
    ('private.embedding_settings', 'key', '{last_looked_at}'),
    ('private.expected_objects', 'number', '{kind,identity,definition,expression}'),
    ('private.rate_limits', 'number', '{window_start,window_end,calls}'),
    ('private.rate_limits', 'key', '{key_hash}'),
    ('private.search_secrets', 'number', '{is_only_row}'),
    ('private.search_secrets', 'key', '{secret}'),
    ('private.session_transitions', 'number', '{from_state,to_state}'),
    ('private.storage_deletions', 'number', '{id,bucket_id,queued_at,attempts,leased_until}'),
    ('private.storage_deletions', 'key', '{path}'),
    ('public.model_prices', 'number',
      '{provider,model,service_tier,min_input_tokens,validity,input_usd_per_mtok,output_usd_per_mtok,
        cached_input_usd_per_mtok,cache_write_usd_per_mtok,cache_write_1h_usd_per_mtok,
        input_includes_cache,output_includes_reasoning,source,source_date,created_at}'),
    ('public.model_prices', 'key', '{id}'),
    ('public.performance_metrics', 'number', '{name,type,value,unit,tags,created_at}'),
    ('public.performance_metrics', 'key', '{id}'),
    ('public.legal_holds', 'personal', '{reason,release_reason}'),
    ('public.legal_holds', 'number', '{placed_at,released_at}'),
    ('public.legal_holds', 'key', '{id,user_id,session_id,brand_id}'),
    ('private.subject_keys', 'key', '{user_id,key}'),
    ('private.audit_reasons', 'personal', '{reason}'),
    ('private.audit_reasons', 'key', '{audit_id,user_id,session_id}'),
    ('public.audit_log', 'number', '{id,at,action,details}'),
    ('public.audit_log', 'key', '{actor,subject,previous_hash,hash}'),
    ('private.audit_head', 'number', '{is_only_row,id}'),
    ('private.audit_head', 'key', '{hash}'),
    ('public.erasure_receipts', 'number', '{erased_at,rows_erased,counts,storage_objects,audit_id}'),
    ('public.erasure_receipts', 'key', '{id,subject,audit_hash}'),
    ('public.retention_policies', 'number',
      '{data_class,keep_days,action,keep_pinned,is_enabled,created_at,updated_at}'),
    ('public.retention_policies', 'key', '{id,brand_id}'),
    ('public.retention_runs', 'number',
      '{id,data_class,action,is_dry_run,cutoff,items,is_complete,started_at,ended_at}'),
    ('public.retention_runs', 'key', '{policy_id,brand_id}'),
    ('public.redaction_patterns', 'number',
      '{name,pattern,replacement,position,is_enabled,updated_at}'),
    ('public.repricings', 'number',
      '{id,at,actor,from_at,to_at,provider,model,messages_changed,cost_usd_before,cost_usd_after,
        is_complete}')
) as c (table_name, class, column_names)
cross join lateral unnest(c.column_names::text[]) as n (column_name);

update private.data_tables as t set is_imported = true
where t.table_name in (
  'public.conversation_sessions', 'public.conversation_messages', 'public.tool_executions',
  'public.message_feedback', 'public.message_retrievals', 'public.session_outcomes',
  'public.session_events', 'public.agent_logs', 'private.removed_usage'
);
update private.data_tables as t
set of_user = f.of_user
from (
  values
    ('private.embedding_queue',
      'r.message_id = any (array(
        select m.id from public.conversation_messages as m where m.user_id = $1
      ))'),
    ('public.budget_alerts',
      'r.budget_id = any (array(select b.id from public.budgets as b where b.user_id = $1))'),
    ('private.storage_deletions',
      'r.bucket_id = ''attachments'' and starts_with(r.path, $1::text || ''/'')')
) as f (table_name, of_user)
where t.table_name = f.table_name;

update private.data_columns as c set is_secret = true
where c.column_name in ('request_hash', 'secret_hash');
