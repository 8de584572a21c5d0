begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(3);

create view tests.findings as
select p.relation, p.name
from tests.policies as p
where p.verb = '*'
union all
select p.relation, string_agg(p.name, ', ' order by p.name)
from tests.policies as p
where p.is_permissive
group by p.relation, p.verb, p.roles
having count(*) > 1;

select is_empty(
  'select * from tests.findings',
  'every policy is for one verb, and the only permissive one of its table, role and verb'
);

create policy brands_all on public.brands to authenticated using (true);
select set_eq(
  'select name from tests.findings', array['brands_all'], 'a policy for every verb is found'
);
drop policy brands_all on public.brands;
create policy brands_select_more on public.brands for select to authenticated using (true);
select set_eq(
  'select name from tests.findings',
  array['brands_select_member, brands_select_more'],
  'a second one for a verb is found'
);

select * from finish();
rollback;
