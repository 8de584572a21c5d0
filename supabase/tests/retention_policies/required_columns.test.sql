begin;
\ir ../_shared/setup.psql
select plan(2);

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
      'public.retention_policies',
      'action created_at data_class id is_enabled keep_days keep_pinned updated_at'
    ),
    (
      'public.retention_runs',
      'action cutoff data_class ended_at id is_complete is_dry_run items policy_id'
    )
) as c (relation, expected);

select * from finish();
rollback;
