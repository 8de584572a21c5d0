begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

-- The ledger's tail and what was removed are facts without a name; the key of the roll-ups has nulls.
create view pg_temp.tables_without_a_key as
select c.oid::regclass::text as name
from pg_catalog.pg_class as c
where c.relkind in ('r', 'p')
  and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
  and not exists (
    select 1 from pg_catalog.pg_constraint as k where k.conrelid = c.oid and k.contype = 'p'
  );
select set_eq(
  'select name from pg_temp.tables_without_a_key',
  array['private.usage_tail', 'private.usage_rollups'],
  'every table has a primary key, but for three of the ledger'
);
create table public.without_a_key (id uuid);
select ok(
  exists (select 1 from pg_temp.tables_without_a_key as t where t.name like '%without_a_key'),
  'one without is found'
);

select * from finish();
rollback;
