begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
\ir rules.psql
\ir cells.psql

create view tests.ruled_views as
select distinct c.relation
from tests.cells as c
join pg_class as v on v.oid = c.relation::regclass
where v.relkind = 'v';
select plan(count(*)::integer + 1) from tests.ruled_views;

select isnt_empty('select relation from tests.ruled_views', 'there are views');
select is_empty(
  format($$ select * from tests.wrong_cells(%L, 'select') $$, v.relation),
  v.relation || ': every actor meets what the rules say'
)
from tests.ruled_views as v
order by v.relation;

select * from finish();
rollback;
