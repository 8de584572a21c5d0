begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.findings as
select p.relation, p.name, role.id::regrole::text as role
from tests.policies as p
cross join unnest(p.roles) as role (id)
where role.id::regrole::text not in ('authenticated', 'analyst');

select is_empty('select * from tests.findings', 'every policy is to authenticated or analyst');

create policy brands_select_all on public.brands for select using (true);
select set_eq(
  'select name, role from tests.findings',
  $$ values ('brands_select_all', '-') $$,
  'a policy to public is found'
);

select * from finish();
rollback;
