begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/write_paths.psql
select plan(5);

-- What writes no content of a session: states, numbers, ids, queues, other tables.
create table tests.others (path text primary key);
insert into tests.others
select unnest(array[
  'archive_old_sessions', 'archive_session', 'cancel_conversation_session', 'claim_embedding_jobs',
  'claim_visitor_session', 'cleanup_budget_reservations', 'cleanup_old_logs', 'cleanup_visitor_sessions',
  'complete_conversation_session', 'complete_embedding_jobs', 'delete_session', 'end_visitor_session',
  'erase_user_data', 'export_user_data', 'fail_embedding_jobs', 'get_chat_history', 'get_chat_stats',
  'index_messages', 'interrupt_stale_messages', 'make_log_partitions', 'merge_usage', 'pin_session',
  'queue_missing_embeddings', 'read_session_as_admin', 'record_feedback', 'record_usage',
  'release_budget', 'release_legal_hold', 'reopen_conversation_session', 'reprice_messages',
  'reserve_budget', 'restore_session', 'retry_dead_embeddings', 'run_retention', 'select_branch',
  'set_embedding_model', 'set_legal_hold', 'set_session_state', 'settle_budget',
  'settle_storage_deletions', 'start_visitor_session', 'take_rate_limit', 'take_storage_deletions',
  'unarchive_session', 'wipe_session_content', 'brand_members', 'brands', 'budgets', 'model_prices',
  'performance_metrics', 'profiles', 'redaction_patterns', 'retention_policies',
  -- Have tests of their own: files are refused, and retrievals need an embedding of the question.
  'attachments', 'record_similar_questions'
]);
create view tests.ways_in as
select p.proname::text collate "default" as path
from pg_proc as p
where p.pronamespace = 'public'::regnamespace and p.provolatile = 'v'
  and p.prorettype <> 'trigger'::regtype
  and (
    has_function_privilege('authenticated', p.oid, 'execute')
    or has_function_privilege('service_role', p.oid, 'execute')
  )
  and not exists (
    select 1
    from pg_depend as d
    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
  )
union
select c.relname::text collate "default"
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  and (
    has_any_column_privilege('authenticated', c.oid, 'insert, update')
    or has_any_column_privilege('service_role', c.oid, 'insert, update')
  );
select is_empty(
  $$
    select path from tests.ways_in
    where path not in (select path from tests.write_paths)
      and path not in (select path from tests.others)
  $$,
  'whatever writes is tried with a marker, or said to write no content'
);
select is_empty(
  $$
    select path from (select path from tests.write_paths union all table tests.others) as k
    where path not in (select path from tests.ways_in) and not tests.is_left_out(path)
  $$,
  'and nothing else is named'
);
create function public.another_way(p_text text) returns void language sql volatile as '';
grant execute on function public.another_way(text) to authenticated;
select results_eq(
  $$
    select path from tests.ways_in
    where path not in (select path from tests.write_paths)
      and path not in (select path from tests.others)
  $$,
  array['another_way'], 'a new one is found'
);

-- With every text kept, the marker reaches each column of class content that a session has.
select tests.start(1, 'owner', 'brand');
select tests.write_all('Zebrafink@vogel.example');
select public.index_messages();
select set_eq(
  $$ select tests.where_is('zebrafink') $$,
  $$
    select c.table_name || '.' || c.column_name
    from private.data_columns as c
    join private.data_tables as t using (table_name)
    where c.class = 'content' and t.session_column is not null and to_regclass(c.table_name) is not null
      and (c.table_name, c.column_name) not in (
        -- Only between a delta and the next, of mode redacted.
        ('private.message_streams', 'held_text'),
        -- Numbers, below; made by a worker; a test of its own.
        ('public.message_retrievals', 'similarity_scores'),
        ('public.message_retrievals', 'query_embedding'), ('public.message_embeddings', 'embedding'),
        ('public.attachments', 'name')
      )
  $$,
  'every column gets it'
);
select set_eq(
  $$ select w.name from tests.where_is('0.7734375') as w (name) where w.name !~ 'message_embeddings' $$,
  array['public.message_retrievals.similarity_scores', 'public.message_retrievals.query_embedding'],
  'and so do the numbers'
);

select * from finish();
rollback;
