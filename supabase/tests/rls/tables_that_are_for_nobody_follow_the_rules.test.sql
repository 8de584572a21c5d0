begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
\ir rules.psql
\ir cells.psql

-- For whom every cell is the same: they share the fixtures.
create view tests.closed_tables as
select c.relation
from tests.cells as c
group by c.relation
having bool_and(c.expected = '42501');
select plan(6 * count(*)::integer + 1) from tests.closed_tables;

select isnt_empty('select relation from tests.closed_tables', 'there are such tables');
select is_empty(
  format('select * from tests.wrong_cells(%L, %L)', t.relation, v.verb),
  format('%s: %s is for nobody', t.relation, v.verb)
)
from tests.closed_tables as t
cross join unnest(
  array['select', 'insert', 'update', 'update all', 'delete', 'delete all']
) as v (verb)
order by t.relation;

select * from finish();
rollback;
