begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.findings as
select f.function, r.role
from tests.functions as f
cross join tests.rights(coalesce(f.acl, acldefault('f', f.owner)), f.owner) as r
where r.role in ('public', 'anon');

select is_empty('select * from tests.findings', 'no function may be executed by public or anon');

create function private.open() returns integer language sql as 'select 1';
grant execute on function private.open() to public, anon;
select set_eq(
  'select * from tests.findings',
  $$ values ('private.open', 'public'), ('private.open', 'anon') $$,
  'one that may is found'
);

select * from finish();
rollback;
