begin;
\ir ../_shared/setup.psql
\ir ../catalog/objects.psql
\ir decisions.psql
select plan(5);

create view tests.read_columns as
select
  d.relation, c.name,
  d.is_read and (d.columns is null or c.name = any (string_to_array(d.columns, ', '))) as is_read,
  tests.answer_to_analyst(format('select %I from %s', c.name, d.relation)) as answer
from tests.decisions as d
join tests.columns as c on c.relation = d.relation;

select cmp_ok(
  (select count(*) from tests.read_columns where not is_read), '>=', 121::bigint,
  'there are columns to ask for'
);
select is_empty(
  'select relation, name, answer from tests.read_columns where not is_read and answer <> ''42501''',
  'each column of the others is refused'
);
select is_empty(
  'select relation, name, answer from tests.read_columns where is_read and answer <> ''ok''',
  'each column of the numbers is read'
);
select is_empty(
  $$
    select d.relation, q.sql
    from tests.decisions as d
    cross join (
      values ('select count(*) from %s'), ('select x from %s as x'), ('select from %s'),
        ('select ctid from %s'), ('table %s')
    ) as q (sql)
    where not d.is_read
      and tests.answer_to_analyst(format(q.sql, d.relation)) not in ('42501', '42703')
  $$,
  'rows of the others are not even counted'
);
-- What the test is there to find.
grant select (title) on public.conversation_sessions to analyst;
select is(
  (
    select string_agg(relation || '.' || name, ' ')
    from tests.read_columns
    where not is_read and answer <> '42501'
  ),
  'public.conversation_sessions.title', 'a grant of one column is found'
);

select * from finish();
rollback;
