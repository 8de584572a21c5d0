begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(3);

create view tests.findings as
select c.relation, c.policy, c.call
from tests.policy_calls as c
where not c.is_in_subquery or c.takes_a_column;

select is_empty(
  'select * from tests.findings',
  'policies call functions in a subquery and never with a column of the row'
);
select set_eq(
  'select distinct call from tests.policy_calls',
  array['auth.uid', 'auth.jwt', 'private.my_brand_ids', 'private.my_deleted_session_ids'],
  'these functions they call'
);

create function private.is_member(p_brand_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (select 1 from private.my_brand_ids() as b (id) where b.id = p_brand_id)
$$;
create policy brands_bare on public.brands for select to authenticated
  using (created_by = auth.uid());
create policy brands_per_row on public.brands for update to authenticated
  using (private.is_member(id));
create policy brands_wrapped_per_row on public.brands for insert to authenticated
  with check ((select private.is_member(id)));
create policy brands_good on public.brands for delete to authenticated
  using (
    id in (select private.my_brand_ids('{owner}'))
    and created_by = (select (auth.jwt() ->> 'id')::uuid)
  );
select set_eq(
  'select policy, call from tests.findings',
  $$
    values
      ('brands_bare', 'auth.uid'), ('brands_per_row', 'private.is_member'),
      ('brands_wrapped_per_row', 'private.is_member')
  $$,
  'bare calls and calls with a column are found, and no others'
);

select * from finish();
rollback;
