begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.findings as
select f.function
from tests.functions as f
where not f.config @> array['search_path=""'] and not f.is_atomic
  -- An aggregate has no body and cannot have settings; its parts are functions themselves.
  and not f.is_aggregate;

select is_empty(
  'select * from tests.findings', 'every function has an empty search_path or a parsed body'
);

create function private.loose() returns integer language sql as 'select 1';
create function private.added(integer, integer) returns integer language sql as 'select $1 + $2';
create function private.elsewhere() returns integer language sql set search_path = public
as 'select 1';
create aggregate private.total(integer) (sfunc = private.added, stype = integer);
create function private.parsed() returns integer language sql begin atomic select 1; end;
select set_eq(
  'select * from tests.findings',
  array['private.loose', 'private.added', 'private.elsewhere'],
  'one with neither is found'
);

select * from finish();
rollback;
