begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.findings as
select r.relation
from tests.relations as r
where r.kind = 'table' and not r.has_rls;

select is_empty('select * from tests.findings', 'every table has row level security');

create table private.open (id integer);
alter table private.open disable row level security;
select set_eq(
  'select * from tests.findings', array['private.open'], 'a table without is found'
);

select * from finish();
rollback;
