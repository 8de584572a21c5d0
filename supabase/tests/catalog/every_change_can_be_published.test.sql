begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

-- In a publication, which may be one of all tables, an update or a delete of a row that nothing
-- identifies fails.
create view tests.findings as
select c.oid::regclass::text as name
from pg_class as c
join tests.relations as r on r.id = c.oid
where c.relkind in ('r', 'p')
  and c.relpersistence = 'p'
  and not (
    c.relreplident = 'f'
    or exists (
      select 1
      from pg_index as i
      where i.indrelid = c.oid
        and case c.relreplident
          when 'd' then i.indisprimary
          when 'i' then i.indisreplident
          else false
        end
    )
  );
select is_empty('select * from tests.findings', 'every table says how a row is known elsewhere');

create table public.without_a_key (id uuid);
create table public.with_full_rows (id uuid);
alter table public.with_full_rows replica identity full;
create table public.without_identity (id uuid primary key);
alter table public.without_identity replica identity nothing;
select set_eq(
  'select * from tests.findings', array['without_a_key', 'without_identity'],
  'one that does not is found'
);

select * from finish();
rollback;
