begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.findings as
select r.relation as object
from tests.relations as r
where r.kind in ('table', 'view') and obj_description(r.id, 'pg_class') is null
union all
select format('%s.%s', c.relation, c.name)
from tests.columns as c
where col_description(c.relation_id, c.position) is null
  -- A helper view: its columns are those of the tables below it, and nobody is shown them.
  and not (c.schema = 'private' and c.kind = 'view')
union all
select f.function || '()'
from tests.functions as f
where obj_description(f.id, 'pg_proc') is null
union all
select t.type
from tests.types as t
where coalesce(obj_description(t.id, 'pg_type'), obj_description(t.relation_id, 'pg_class')) is null
union all
select format('%s on %s', p.name, p.relation)
from tests.policies as p
where obj_description(p.id, 'pg_policy') is null;

select is_empty(
  'select * from tests.findings',
  'every table, column, view, type, function and policy is commented'
);

create table private.mute (id integer);
create view public.mute_view as select 1 as id;
create view private.mute_view as select 1 as id;
create function private.mute() returns integer language sql as 'select 1';
create type public.mute_type as (id integer);
create type public.mute_enum as enum ('a');
create policy mute_policy on private.mute for select to authenticated using (true);
select set_eq(
  'select * from tests.findings',
  array[
    'private.mute', 'private.mute.id', 'public.mute_view', 'public.mute_view.id', 'private.mute_view',
    'private.mute()', 'public.mute_type', 'public.mute_enum', 'mute_policy on private.mute'
  ],
  'what has no comment is found'
);

select * from finish();
rollback;
