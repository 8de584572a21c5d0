begin;
\ir ../_shared/setup.psql
\ir objects.psql
\ir definers.psql
select plan(2);

create view tests.found_definers as
select
  f.function,
  has_function_privilege('authenticated', f.id, 'execute')
  or has_function_privilege('service_role', f.id, 'execute') as is_callable
from tests.functions as f
where f.is_definer;

select set_eq(
  'select * from tests.found_definers',
  'select * from tests.definers',
  'the security definer functions are those of definers.psql, callable where it says so'
);

create function private.sly() returns integer language sql security definer as 'select 1';
revoke execute on function private.sly() from public, authenticated, service_role;
grant execute on function private.tg_brands__add_owner() to authenticated;
select set_eq(
  'select * from tests.found_definers except select * from tests.definers',
  $$ values ('private.sly', false), ('private.tg_brands__add_owner', true) $$,
  'a new one, and one that has become callable, are found'
);

select * from finish();
rollback;
