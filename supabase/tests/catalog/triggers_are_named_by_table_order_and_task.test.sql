begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.findings as
select t.tgrelid::regclass::text as relation, t.tgname::text as name
from pg_trigger as t
join tests.functions as f on f.id = t.tgfoid
join pg_class as c on c.oid = t.tgrelid
-- Of partitions: copies of their table's, with its name.
where not t.tgisinternal and t.tgparentid = 0
  and t.tgname !~ ('^' || c.relname || '_[0-9]{2}_[a-z_]+$')
union all
select t.tgrelid::regclass::text, t.tgname::text || ' is off'
from pg_trigger as t
join tests.functions as f on f.id = t.tgfoid
where not t.tgisinternal and t.tgenabled <> 'O';

select is_empty(
  'select * from tests.findings', 'every trigger is on and named <table>_<NN>_<task>'
);

create trigger touch before update on public.brands
  for each row execute function private.tg__touch_updated_at();
alter table public.brands disable trigger brands_30_touch;
select set_eq(
  'select name from tests.findings',
  array['touch', 'brands_30_touch is off'],
  'one with another name, and one that is off, are found'
);

select * from finish();
rollback;
