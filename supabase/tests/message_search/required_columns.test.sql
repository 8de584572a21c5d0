begin;
\ir ../_shared/setup.psql
select plan(7);

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
    ('public.message_search', 'created_at message_id role session_id user_id'),
    ('private.session_search', 'session_id user_id words'),
    ('private.search_languages', 'language user_id'),
    ('private.search_secrets', 'is_only_row secret')
) as c (relation, expected);
select is((select count(*) from private.search_secrets), 1::bigint, 'there is one secret');
select is(
  tests.error_of('insert into private.search_secrets default values'), '23505', 'and no second one'
);
select is(
  tests.error_of('insert into private.search_secrets (is_only_row) values (false)'), '23514',
  'in no other form'
);

select * from finish();
rollback;
