begin;
\ir ../_shared/setup.psql
select plan(1);

select columns_are(
  'public', 'chat_sessions',
  array[
    'id', 'session_token', 'user_identifier', 'user_id', 'title', 'description', 'status', 'agent_type',
    'context', 'settings', 'metadata', 'is_pinned', 'started_at', 'ended_at', 'last_activity',
    'last_message_at', 'message_count', 'total_messages', 'total_tokens', 'user_agent', 'referrer',
    'device_type', 'ip_address', 'created_at', 'updated_at'
  ]
);

select * from finish();
rollback;
