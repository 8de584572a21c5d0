begin;
\ir ../_shared/setup.psql
select plan(4);

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
    ('public.audit_log', 'action actor at details hash id previous_hash'),
    ('private.subject_keys', 'key user_id'),
    ('private.audit_head', 'hash id is_only_row'),
    ('private.audit_reasons', 'audit_id reason session_id user_id')
) as c (relation, expected);

select * from finish();
rollback;
