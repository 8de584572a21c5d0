begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(4);

create function tests.shape(p_type regclass)
returns text[]
language sql
stable
as $$
  select
    array_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)) order by a.attnum)
  from pg_attribute as a
  where a.attrelid = p_type and a.attnum > 0 and not a.attisdropped
$$;

select is(
  tests.shape('public.session_list_item'),
  tests.shape('public.conversation_sessions') || 'cursor text'::text,
  'session_list_item is a session and its cursor'
);
select is(
  tests.shape('public.appended_message'),
  tests.shape('public.conversation_messages') || 'inserted boolean'::text,
  'appended_message is a message and whether it was inserted'
);
select is(
  tests.shape('public.streamed_message'),
  tests.shape('public.conversation_messages') || array['next_seq integer', 'inserted boolean'],
  'streamed_message is a message, its next delta, and whether it was inserted'
);
select is(
  tests.shape('public.message_with_tools'),
  tests.shape('public.conversation_messages')
  || array['tool_executions jsonb', 'tool_results jsonb'],
  'message_with_tools is a message, its runs and the answers to its calls'
);

select * from finish();
rollback;
