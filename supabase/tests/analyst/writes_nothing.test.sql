begin;
\ir ../_shared/setup.psql
\ir ../catalog/objects.psql
\ir decisions.psql
select plan(4);

create view tests.writes as
select
  d.relation, q.sql, tests.answer_to_analyst(format(q.sql, d.relation, c.name)) as answer
from tests.decisions as d
cross join lateral (
  select k.name
  from tests.columns as k
  where k.relation = d.relation
  -- Not one that nobody may set.
  order by k.has_default, k.position
  limit 1
) as c
cross join (
  values ('insert into %1$s default values'), ('update %1$s set %2$I = null'),
    ('delete from %1$s'), ('truncate %1$s'), ('lock table %1$s in row exclusive mode')
) as q (sql);

select is_empty(
  $$
    select relation, sql, answer
    from tests.writes
    -- 42809, 55000, 0A000: no table, or a view that nobody writes.
    where answer <> '42501'
      and not (answer in ('42809', '55000', '0A000') and relation in (
        select r.relation from tests.relations as r where r.kind = 'view'
      ))
  $$,
  'no insert, update, delete, truncate or lock'
);
select is_empty(
  $$
    select c.relation, c.name
    from tests.columns as c
    where has_column_privilege('analyst', c.relation_id, c.position, 'insert, update, references')
  $$,
  'no right to write a column'
);
select is_empty(
  $$
    select r.relation
    from tests.relations as r
    where case r.kind
        when 'sequence' then has_sequence_privilege('analyst', r.id, 'usage, select, update')
      end
  $$,
  'no right on a sequence'
);
select is(
  tests.answer_to_analyst('create table public.mine ()') || ' '
  || tests.answer_to_analyst('create table private.mine ()'),
  '42501 42501', 'nothing is made in our schemas'
);

select * from finish();
rollback;
