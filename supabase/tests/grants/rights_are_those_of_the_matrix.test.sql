begin;
\ir ../_shared/setup.psql
\ir ../catalog/objects.psql
\ir matrix.psql
select plan(5);

-- One line for each object, role, privilege and column.
create view tests.expected_rights as
select m.object, r.role, p.privilege, c.name as column_name
from tests.matrix as m
cross join unnest(string_to_array(m.roles, ', ')) as r (role)
cross join unnest(string_to_array(m.privileges, ', ')) as p (privilege)
left join unnest(string_to_array(m.columns, ', ')) as c (name) on true;

create view tests.actual_rights as
select r.kind || ' ' || r.relation as object, g.role, g.privilege, null::text as column_name
from tests.relations as r
cross join tests.rights(r.acl, r.owner) as g
union all
select c.kind || ' ' || c.relation, g.role, g.privilege, c.name
from tests.columns as c
join tests.relations as r on r.id = c.relation_id
cross join tests.rights(c.acl, r.owner) as g
union all
select 'function ' || f.function, g.role, g.privilege, null
from tests.functions as f
cross join tests.rights(coalesce(f.acl, acldefault('f', f.owner)), f.owner) as g
union all
-- A type is for everybody unless it is said otherwise.
select 'type ' || t.type, g.role, g.privilege, null
from tests.types as t
cross join tests.rights(t.acl, t.owner) as g
where g.role <> 'public'
union all
select 'schema ' || n.nspname, g.role, g.privilege, null
from pg_namespace as n
cross join tests.rights(n.nspacl, n.nspowner) as g
where n.nspname = 'private';

create view tests.missing_rights as
select object, role, privilege, column_name from tests.expected_rights
except
select object, role, privilege, column_name from tests.actual_rights;
create view tests.extra_rights as
select object, role, privilege, column_name from tests.actual_rights
except
select object, role, privilege, column_name from tests.expected_rights;

select is_empty(
  'select * from tests.missing_rights order by 1, 2, 3, 4', 'no right of the matrix is missing'
);
select is_empty(
  'select * from tests.extra_rights order by 1, 2, 3, 4', 'no right goes beyond the matrix'
);
select is_empty(
  $$
    select object, role, privilege, column_name
    from tests.expected_rights
    group by object, role, privilege, column_name
    having count(*) > 1
  $$,
  'the matrix says everything once'
);

-- What the test is there to find; beside it, other findings may stand.
create function tests.lines_of(p_view regclass)
returns setof text
language plpgsql
as $$
begin
  return query execute format(
    'select concat_ws('' '', object, role, privilege, column_name) from %s', p_view
  );
end
$$;
revoke select on public.profiles from authenticated;
revoke update (name) on public.brands from service_role;
revoke usage on schema private from authenticated;
revoke select on public.usage_daily from analyst;
revoke execute on function public.get_session(uuid) from service_role;
select is_empty(
  $$
    values
      ('table public.profiles authenticated select'),
      ('table public.brands service_role update name'),
      ('schema private authenticated usage'),
      ('view public.usage_daily analyst select'),
      ('function public.get_session service_role execute')
    except
    select * from tests.lines_of('tests.missing_rights')
  $$,
  'rights that are taken away are found'
);
create sequence private.counter;
grant usage on sequence private.counter to anon;
grant truncate on public.brands to service_role;
grant update (content) on public.conversation_messages to authenticated;
grant select (title) on public.conversation_sessions to analyst;
grant select on public.brands to authenticated with grant option;
grant execute on function private.lock_session(uuid) to public;
grant usage on type public.brand_role to anon;
grant create on schema private to service_role;
select is_empty(
  $$
    values
      ('sequence private.counter anon usage'),
      ('table public.brands service_role truncate'),
      ('table public.conversation_messages authenticated update content'),
      ('table public.conversation_sessions analyst select title'),
      ('table public.brands authenticated select with grant option'),
      ('function private.lock_session public execute'),
      ('type public.brand_role anon usage'),
      ('schema private service_role create')
    except
    select * from tests.lines_of('tests.extra_rights')
  $$,
  'rights that are added are found'
);

select * from finish();
rollback;
