begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
\ir rules.psql
\ir cells.psql

-- service_role selects and that is all: they share the fixtures.
create view tests.server_tables as
select c.relation
from tests.cells as c
group by c.relation
having bool_and(
  c.expected = case when (c.verb, c.actor) = ('select', 'service_role') then 'rows' else '42501' end
);
select plan(6 * count(*)::integer + 1) from tests.server_tables;

select set_has(
  'select relation from tests.server_tables',
  $$
    values
      ('public.audit_log'), ('public.erasure_receipts'), ('public.legal_holds'),
      ('public.retention_runs')
  $$,
  'there are such tables'
);
select is_empty(
  format('select * from tests.wrong_cells(%L, %L)', t.relation, v.verb),
  format('%s: %s: every actor meets what the rules say', t.relation, v.verb)
)
from tests.server_tables as t
cross join unnest(
  array['select', 'insert', 'update', 'update all', 'delete', 'delete all']
) as v (verb)
order by t.relation;

select * from finish();
rollback;
