begin;
\ir ../_shared/setup.psql
select plan(3);

select is(
  (
    select string_agg(a.attname::text, ' ' order by a.attname)
    from pg_attribute as a
    where a.attrelid = c.relation::regclass and a.attnum > 0 and a.attnotnull
  ),
  c.expected, c.relation || ': these are never null'
)
from (
  values
    (
      'public.message_embeddings',
      'content_hash dimensions embedded_at embedding message_id model session_id user_id'
    ),
    ('private.embedding_queue', 'attempts due_at message_id'),
    ('private.embedding_settings', 'exact_up_to is_enabled is_only_row')
) as c (relation, expected);

select * from finish();
rollback;
