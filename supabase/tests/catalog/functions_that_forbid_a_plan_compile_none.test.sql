-- A forbidden plan that cannot be helped costs more than any limit of jit, and compiling it takes longer than
-- the call.
begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.findings as
select f.function
from tests.functions as f
where array_to_string(f.config, ' ') ~ '\menable_\w+=off' and not f.config @> array['jit=off'];

select is_empty(
  'select * from tests.findings', 'every function that forbids a kind of plan compiles none'
);

create function private.walk() returns integer language sql set search_path = ''
set enable_seqscan = off as 'select 1';
create function private.nearest() returns integer language sql set search_path = ''
set enable_sort = off set jit = off as 'select 1';
select set_eq('select * from tests.findings', array['private.walk'], 'one that may is found');

select * from finish();
rollback;
