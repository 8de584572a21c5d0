begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.findings as
select f.function
from tests.functions as f
group by f.function
having count(*) > 1;

select is_empty('select * from tests.findings', 'no two functions share a name');

create function public.get_session(p_title text) returns text language sql as 'select p_title';
select set_eq(
  'select * from tests.findings', array['public.get_session'], 'an overload is found'
);

select * from finish();
rollback;
