begin;
\ir ../_shared/setup.psql
select plan(6);

select is(
  (
    select count(*) from information_schema.tables
    where table_name in ('conversation_sessions', 'conversation_messages')
  ),
  2::bigint,
  'two tables'
);
select is(
  (
    select count(*) from pg_tables
    where tablename in ('conversation_sessions', 'conversation_messages') and rowsecurity = true
  ),
  2::bigint,
  'row level security on both'
);
select is(
  (
    select count(*) from pg_policies
    where tablename in ('conversation_sessions', 'conversation_messages')
  ),
  8::bigint,
  'eight policies'
);
select is(
  (
    select count(*) from information_schema.routines
    where routine_name in (
      'update_session_activity', 'complete_conversation_session', 'cancel_conversation_session',
      'update_session_on_message', 'get_conversation_history', 'get_session_cost',
      'get_session_message_stats'
    )
  ),
  7::bigint,
  'seven functions'
);
select is(
  (
    select count(*) from pg_indexes
    where tablename in ('conversation_sessions', 'conversation_messages')
  ),
  14::bigint,
  'fourteen indexes'
);
select is(
  (
    select count(*) from information_schema.views
    where table_name in ('provider_usage_stats', 'daily_message_volume')
  ),
  2::bigint,
  'two views'
);

select * from finish();
rollback;
