begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.findings as
select r.relation, g.role, g.privilege
from tests.relations as r
cross join tests.rights(r.acl, r.owner) as g
where r.kind in ('table', 'view') and g.privilege not in ('select', 'delete');

select is_empty(
  'select * from tests.findings',
  'nobody has insert, update, truncate, references, trigger or maintain on a whole table'
);

grant insert, truncate on public.brands to service_role;
select set_eq(
  'select * from tests.findings',
  $$
    values
      ('public.brands', 'service_role', 'insert'), ('public.brands', 'service_role', 'truncate')
  $$,
  'one that is granted is found'
);

select * from finish();
rollback;
