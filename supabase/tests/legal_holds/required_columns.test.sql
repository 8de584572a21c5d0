begin;
\ir ../_shared/setup.psql
select plan(1);

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
    ('public.legal_holds', 'id placed_at reason')
) as c (relation, expected);

select * from finish();
rollback;
