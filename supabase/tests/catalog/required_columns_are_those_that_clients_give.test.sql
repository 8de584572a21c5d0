begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

-- The generated types make these required, so a column that a trigger fills needs a default.
create view tests.findings as
select c.relation, c.name
from tests.columns as c
where c.kind = 'table' and c.is_not_null and not c.has_default
  and (
    has_any_column_privilege('authenticated', c.relation_id, 'insert')
    or has_any_column_privilege('service_role', c.relation_id, 'insert')
  );

select set_eq(
  'select * from tests.findings',
  $$
    values
      ('public.brands', 'slug'), ('public.brands', 'name'),
      ('public.brand_members', 'brand_id'), ('public.brand_members', 'user_id'),
      ('public.conversation_messages', 'session_id'), ('public.conversation_messages', 'role'),
      ('public.conversation_messages', 'content'), ('public.model_prices', 'provider'),
      ('public.model_prices', 'model'), ('public.model_prices', 'input_usd_per_mtok'),
      ('public.model_prices', 'output_usd_per_mtok'), ('public.model_prices', 'source'),
      ('public.model_prices', 'source_date'), ('public.budgets', 'period'),
      ('public.agent_logs', 'log_type'), ('public.performance_metrics', 'name'),
      ('public.performance_metrics', 'type'), ('public.performance_metrics', 'value'),
      ('public.attachments', 'session_id'), ('public.attachments', 'name'),
      ('public.attachments', 'size_bytes'), ('public.attachments', 'mime_type'),
      ('public.attachments', 'sha256'), ('public.message_feedback', 'message_id'),
      ('public.message_feedback', 'rating'),
      ('public.tool_executions', 'session_id'), ('public.tool_executions', 'tool_name'),
      ('public.redaction_patterns', 'name'), ('public.redaction_patterns', 'pattern'),
      ('public.redaction_patterns', 'replacement'), ('public.retention_policies', 'data_class'),
      ('public.retention_policies', 'keep_days'), ('public.retention_policies', 'action')
  $$,
  'these columns have to be given'
);

alter table public.brands alter column settings drop default;
select ok(
  exists (select 1 from tests.findings as f where f.name = 'settings'),
  'one that loses its default is found'
);

select * from finish();
rollback;
