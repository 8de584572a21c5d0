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
    ('private.data_tables', 'is_imported note on_erase on_wipe table_name'),
    ('private.data_columns', 'class column_name is_secret table_name')
) as c (relation, expected);

select * from finish();
rollback;
