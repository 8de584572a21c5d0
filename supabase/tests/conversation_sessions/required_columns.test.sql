begin;
\ir ../_shared/setup.psql
select plan(3);

select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.conversation_sessions'::regclass and attnum > 0 and attnotnull
  ),
  array[
    'answered_questions', 'branch_count', 'content_mode', 'context', 'created_at', 'id', 'language',
    'last_activity_at', 'last_sequence', 'message_count', 'metadata', 'pending_questions',
    'selected_kb_ids', 'settings', 'state', 'total_cost_usd', 'total_tokens', 'updated_at'
  ], 'these are never null'
);
select tests.act_as('owner');
select is(
  tests.error_of('insert into public.conversation_sessions (state) values (null)'), '23502',
  'a state is needed'
);
select is(
  tests.error_of('insert into public.conversation_sessions (metadata) values (null)'), '23502',
  'metadata too'
);

select * from finish();
rollback;
