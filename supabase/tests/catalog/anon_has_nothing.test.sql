begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

-- Effective rights, by whatever way they come.
create view tests.findings as
select r.relation as object, v.privilege
from tests.relations as r
cross join unnest(array['select', 'insert', 'update', 'references']) as v (privilege)
where r.kind in ('table', 'view') and has_any_column_privilege('anon', r.id, v.privilege)
union all
select r.relation, v.privilege
from tests.relations as r
cross join unnest(array['delete', 'truncate', 'trigger']) as v (privilege)
where r.kind in ('table', 'view') and has_table_privilege('anon', r.id, v.privilege)
union all
select r.relation, v.privilege
from tests.relations as r
cross join unnest(array['select', 'update', 'usage']) as v (privilege)
-- Only sequences may be asked, and the order of conditions is the server's.
where case
  when r.kind = 'sequence' then has_sequence_privilege('anon', r.id, v.privilege)
  else false
end
union all
select f.function, 'execute'
from tests.functions as f
where has_function_privilege('anon', f.id, 'execute')
union all
select t.type, g.privilege
from tests.types as t
cross join tests.rights(t.acl, t.owner) as g
where g.role = 'anon'
union all
select 'private', v.privilege
from unnest(array['usage', 'create']) as v (privilege)
where has_schema_privilege('anon', 'private', v.privilege)
union all
select 'public', 'create'
where has_schema_privilege('anon', 'public', 'create');

select is_empty('select * from tests.findings', 'anon has no right on anything');

grant select (id) on public.brands to anon;
grant usage on schema private to public;
grant execute on function public.get_session(uuid) to anon;
grant delete on public.profiles to public;
grant usage on type public.brand_role to anon;
create sequence private.counter;
grant usage on sequence private.counter to anon;
select set_eq(
  $$
    select * from tests.findings
    where object in (
      'public.brands', 'private', 'public.get_session', 'public.profiles', 'public.brand_role',
      'private.counter'
    )
  $$,
  $$
    values
      ('public.brands', 'select'), ('private', 'usage'), ('public.get_session', 'execute'),
      ('public.profiles', 'delete'), ('public.brand_role', 'usage'), ('private.counter', 'usage')
  $$,
  'a right on a column, a schema, a function, a table, a type and a sequence is found'
);

select * from finish();
rollback;
