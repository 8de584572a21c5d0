-- 0920_old_names: optional. Read-only views with the table and column names that earlier chat schemas
-- use, so that their queries run as they are. Ids are texts.
-- Makes: views chat_sessions, chat_messages, chat_conversations, chat_analytics, messages.
-- Needs: 0030, 0050, 0130, 0180, 0190, 0200. Locks: none. Breaking: no.

create view public.chat_sessions with (security_invoker = true) as
select
  s.id::text as id,
  c.session_token,
  c.user_identifier,
  s.user_id::text as user_id,
  s.title,
  s.description,
  s.status::text as status,
  s.agent_type,
  s.context,
  s.settings,
  s.metadata,
  s.pinned_at is not null as is_pinned,
  s.created_at as started_at,
  s.completed_at as ended_at,
  s.last_activity_at as last_activity,
  s.last_activity_at as last_message_at,
  s.message_count,
  s.message_count as total_messages,
  s.total_tokens,
  c.user_agent,
  c.referrer,
  c.device_type::text as device_type,
  c.address as ip_address,
  s.created_at,
  s.updated_at
from public.conversation_sessions as s
left join public.session_clients as c on c.session_id = s.id;
comment on view public.chat_sessions is
  E'conversation_sessions and session_clients under older names. Read-only.\n\n'
  'Who: each user sees their own; service_role everybody''s.';
comment on column public.chat_sessions.id is 'conversation_sessions.id as text.';
comment on column public.chat_sessions.session_token is 'session_clients.session_token.';
comment on column public.chat_sessions.user_identifier is 'session_clients.user_identifier.';
comment on column public.chat_sessions.user_id is 'conversation_sessions.user_id as text.';
comment on column public.chat_sessions.title is 'conversation_sessions.title.';
comment on column public.chat_sessions.description is 'conversation_sessions.description.';
comment on column public.chat_sessions.status is 'conversation_sessions.status.';
comment on column public.chat_sessions.agent_type is 'conversation_sessions.agent_type.';
comment on column public.chat_sessions.context is 'conversation_sessions.context.';
comment on column public.chat_sessions.settings is 'conversation_sessions.settings.';
comment on column public.chat_sessions.metadata is 'conversation_sessions.metadata.';
comment on column public.chat_sessions.is_pinned is 'Whether conversation_sessions.pinned_at is set.';
comment on column public.chat_sessions.started_at is 'conversation_sessions.created_at.';
comment on column public.chat_sessions.ended_at is 'conversation_sessions.completed_at.';
comment on column public.chat_sessions.last_activity is 'conversation_sessions.last_activity_at.';
comment on column public.chat_sessions.last_message_at is 'conversation_sessions.last_activity_at.';
comment on column public.chat_sessions.message_count is 'conversation_sessions.message_count.';
comment on column public.chat_sessions.total_messages is 'conversation_sessions.message_count.';
comment on column public.chat_sessions.total_tokens is 'conversation_sessions.total_tokens.';
comment on column public.chat_sessions.user_agent is 'session_clients.user_agent.';
comment on column public.chat_sessions.referrer is 'session_clients.referrer.';
comment on column public.chat_sessions.device_type is 'session_clients.device_type.';
comment on column public.chat_sessions.ip_address is
  'session_clients.address: a salted hash or a network, never the whole address.';
comment on column public.chat_sessions.created_at is 'conversation_sessions.created_at.';
comment on column public.chat_sessions.updated_at is 'conversation_sessions.updated_at.';
revoke all on table public.chat_sessions from public, anon, authenticated, service_role;
grant select on table public.chat_sessions to authenticated, service_role;

create view public.chat_messages with (security_invoker = true) as
select
  m.id::text as id,
  m.session_id::text as session_id,
  m.role::text as message_type,
  m.role::text as role,
  m.content,
  r.query_embedding as embedding,
  r.similar_qa_matches,
  r.similarity_scores,
  m.latency_ms as processing_time_ms,
  m.error_message,
  m.tool_calls -> 0 -> 'function' ->> 'name' as function_name,
  m.tool_calls -> 0 -> 'function' ->> 'arguments' as function_args,
  case when m.tool_calls is not null then coalesce(
    (
      -- Answers to several calls of one message follow each other, in any order.
      with recursive answer as (
        select t.id, t.tool_call_id, t.content, t.sequence_order
        from public.conversation_messages as t
        where t.session_id = m.session_id and t.parent_message_id = m.id and t.role = 'tool'
        union all
        select n.id, n.tool_call_id, n.content, n.sequence_order
        from answer as a
        cross join lateral (
          select t.id, t.tool_call_id, t.content, t.sequence_order
          from public.conversation_messages as t
          where t.session_id = m.session_id and t.parent_message_id = a.id and t.role = 'tool'
          offset 0
        ) as n
      )
      select a.content
      from answer as a
      where a.tool_call_id = m.tool_calls -> 0 ->> 'id'
      order by a.sequence_order
      limit 1
    ),
    (
      select e.output::text
      from public.tool_executions as e
      where e.session_id = m.session_id and e.message_id = m.id
        -- By name only what does not say which call it is: one tool may be called twice.
        and coalesce(
          e.tool_call_id = m.tool_calls -> 0 ->> 'id',
          e.tool_name = m.tool_calls -> 0 -> 'function' ->> 'name'
        )
      order by e.tool_call_id is null, e.created_at, e.id
      limit 1
    )
  ) end as function_result,
  m.sequence_order,
  m.created_at as timestamp,
  m.created_at
from public.conversation_messages as m
left join public.message_retrievals as r on r.message_id = m.id;
comment on view public.chat_messages is
  E'conversation_messages and message_retrievals under older names, with the first tool call. '
  'Read-only.\n\n'
  'Who: each user sees their own; service_role everybody''s.';
comment on column public.chat_messages.id is 'conversation_messages.id as text.';
comment on column public.chat_messages.session_id is 'conversation_messages.session_id as text.';
comment on column public.chat_messages.message_type is 'conversation_messages.role.';
comment on column public.chat_messages.role is 'conversation_messages.role.';
comment on column public.chat_messages.content is 'conversation_messages.content.';
comment on column public.chat_messages.embedding is 'message_retrievals.query_embedding.';
comment on column public.chat_messages.similar_qa_matches is 'message_retrievals.similar_qa_matches.';
comment on column public.chat_messages.similarity_scores is 'message_retrievals.similarity_scores.';
comment on column public.chat_messages.processing_time_ms is
  'conversation_messages.latency_ms, milliseconds.';
comment on column public.chat_messages.error_message is 'conversation_messages.error_message.';
comment on column public.chat_messages.function_name is 'Name in the first of tool_calls.';
comment on column public.chat_messages.function_args is 'Arguments in the first of tool_calls, JSON.';
comment on column public.chat_messages.function_result is
  'What that call gave: the tool message that answers it, or the output of its execution.';
comment on column public.chat_messages.sequence_order is 'conversation_messages.sequence_order.';
comment on column public.chat_messages.timestamp is 'conversation_messages.created_at.';
comment on column public.chat_messages.created_at is 'conversation_messages.created_at.';
revoke all on table public.chat_messages from public, anon, authenticated, service_role;
grant select on table public.chat_messages to authenticated, service_role;

create view public.chat_conversations with (security_invoker = true) as
select
  t.turn_id::text as id,
  t.session_id::text as session_id,
  c.session_token,
  t.user_message,
  t.ai_response,
  t.mood,
  t.created_at as timestamp,
  c.address as user_ip,
  c.user_agent,
  t.latency_ms as response_time_ms,
  t.metadata
from public.conversation_turns as t
left join public.session_clients as c on c.session_id = t.session_id;
comment on view public.chat_conversations is
  E'conversation_turns under older names. Read-only.\n\n'
  'Who: each user sees their own; service_role everybody''s.';
comment on column public.chat_conversations.id is 'conversation_turns.turn_id as text.';
comment on column public.chat_conversations.session_id is 'conversation_turns.session_id as text.';
comment on column public.chat_conversations.session_token is 'session_clients.session_token.';
comment on column public.chat_conversations.user_message is 'conversation_turns.user_message.';
comment on column public.chat_conversations.ai_response is 'conversation_turns.ai_response.';
comment on column public.chat_conversations.mood is 'conversation_turns.mood.';
comment on column public.chat_conversations.timestamp is 'conversation_turns.created_at.';
comment on column public.chat_conversations.user_ip is
  'session_clients.address: a salted hash or a network, never the whole address.';
comment on column public.chat_conversations.user_agent is 'session_clients.user_agent.';
comment on column public.chat_conversations.response_time_ms is
  'conversation_turns.latency_ms, milliseconds.';
comment on column public.chat_conversations.metadata is 'conversation_turns.metadata.';
revoke all on table public.chat_conversations from public, anon, authenticated, service_role;
grant select on table public.chat_conversations to authenticated, service_role;

create view public.chat_analytics with (security_invoker = true) as
select
  o.session_id::text as id,
  o.session_id::text as session_id,
  to_jsonb(o.products_viewed)::text as products_viewed,
  to_jsonb(o.products_added_to_cart)::text as products_added_to_cart,
  o.query_type,
  o.user_satisfaction::integer as user_satisfaction,
  o.conversion_occurred::integer as conversion_occurred,
  s.total_cost_usd,
  o.created_at
from public.session_outcomes as o
join public.conversation_sessions as s on s.id = o.session_id;
comment on view public.chat_analytics is
  E'session_outcomes with what the session cost, under older names. Read-only.\n\n'
  'Who: each user sees their own; service_role everybody''s.';
comment on column public.chat_analytics.id is 'session_outcomes.session_id as text.';
comment on column public.chat_analytics.session_id is 'session_outcomes.session_id as text.';
comment on column public.chat_analytics.products_viewed is
  'session_outcomes.products_viewed as the text of a JSON array.';
comment on column public.chat_analytics.products_added_to_cart is
  'session_outcomes.products_added_to_cart as the text of a JSON array.';
comment on column public.chat_analytics.query_type is 'session_outcomes.query_type.';
comment on column public.chat_analytics.user_satisfaction is 'session_outcomes.user_satisfaction.';
comment on column public.chat_analytics.conversion_occurred is
  'session_outcomes.conversion_occurred: 1 or 0.';
comment on column public.chat_analytics.total_cost_usd is
  'conversation_sessions.total_cost_usd, US dollars, exact.';
comment on column public.chat_analytics.created_at is 'session_outcomes.created_at.';
revoke all on table public.chat_analytics from public, anon, authenticated, service_role;
grant select on table public.chat_analytics to authenticated, service_role;

create view public.messages with (security_invoker = true) as
select
  m.id::text as id,
  m.session_id::text as session_id,
  m.parent_message_id::text as parent_message_id,
  m.role::text as role,
  m.content,
  m.content_type::text as content_type,
  m.tool_calls,
  (
    select jsonb_agg(
      jsonb_build_object(
        'tool_name', e.tool_name, 'status', e.status, 'output', e.output, 'error', e.error
      )
      order by e.created_at, e.id
    )
    from public.tool_executions as e
    where e.session_id = m.session_id and e.message_id = m.id
  ) as tool_results,
  m.tokens_used,
  m.latency_ms,
  m.model_used as model,
  s.agent_type,
  m.error_message,
  m.metadata,
  m.created_at
from public.conversation_messages as m
join public.conversation_sessions as s on s.id = m.session_id;
comment on view public.messages is
  E'conversation_messages with the results of their tools, under older names. Read-only.\n\n'
  'Who: each user sees their own; service_role everybody''s.';
comment on column public.messages.id is 'conversation_messages.id as text.';
comment on column public.messages.session_id is 'conversation_messages.session_id as text.';
comment on column public.messages.parent_message_id is 'conversation_messages.parent_message_id as text.';
comment on column public.messages.role is 'conversation_messages.role.';
comment on column public.messages.content is 'conversation_messages.content.';
comment on column public.messages.content_type is 'conversation_messages.content_type.';
comment on column public.messages.tool_calls is 'conversation_messages.tool_calls.';
comment on column public.messages.tool_results is
  'Its tool_executions. JSON array of {tool_name, status, output, error}; null: none.';
comment on column public.messages.tokens_used is 'conversation_messages.tokens_used.';
comment on column public.messages.latency_ms is 'conversation_messages.latency_ms, milliseconds.';
comment on column public.messages.model is 'conversation_messages.model_used.';
comment on column public.messages.agent_type is 'conversation_sessions.agent_type.';
comment on column public.messages.error_message is 'conversation_messages.error_message.';
comment on column public.messages.metadata is 'conversation_messages.metadata.';
comment on column public.messages.created_at is 'conversation_messages.created_at.';
revoke all on table public.messages from public, anon, authenticated, service_role;
grant select on table public.messages to authenticated, service_role;
