begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.findings as
select p.relation, p.name
from tests.policies as p
where p.verb = 'w' and (p.using_expression is null or p.check_expression is null)
  or p.verb = 'a' and p.check_expression is null
  or p.verb in ('r', 'd') and p.using_expression is null;

select is_empty(
  'select * from tests.findings', 'update policies ask for the old row and for the new one'
);

create policy brands_old_only on public.brands for update to authenticated using (true);
select set_eq(
  'select name from tests.findings', array['brands_old_only'], 'one without with check is found'
);

select * from finish();
rollback;
