begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.index_columns as
select i.indexrelid as id, a.attname::text as name, k.position
from pg_index as i
cross join unnest(string_to_array(i.indkey::text, ' ')::smallint[])
  with ordinality as k (attnum, position)
join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
where k.position <= i.indnkeyatts;

create view tests.findings as
select c.relname::text as name
from pg_index as i
join tests.relations as r on r.id = i.indrelid
join pg_class as c on c.oid = i.indexrelid
where not (i.indisprimary and c.relname = r.name || '_pkey')
  -- S3 names those of its two tables.
  and not (r.relation = 'public.conversation_sessions' and c.relname like 'idx\_sessions\_%')
  and not (r.relation = 'public.conversation_messages' and c.relname like 'idx\_messages\_%')
  -- Where parts of the key may be null, a unique index stands in for the primary key.
  and not (
    i.indisunique and i.indnullsnotdistinct and c.relname = r.name || '_key'
    and not exists (
      select 1 from pg_index as p where p.indrelid = i.indrelid and p.indisprimary
    )
  )
  and c.relname not in (
    select
      r.name || '_' || string_agg(k.name, '_' order by k.position)
      || case
        when i.indisexclusion then '_excl'
        when i.indisunique then '_key'
        else '_idx'
      end
    from generate_series(1, i.indnkeyatts) as n
    join tests.index_columns as k on k.id = i.indexrelid and k.position <= n
    group by n
  );

select is_empty(
  'select * from tests.findings',
  'every index is named <table>_<columns>_idx, _key, _excl or _pkey, or as S3 names it'
);

create index brands_by_name on public.brands (name);
create index idx_sessions_name on public.brands (name);
create index brands_name_created_at_idx on public.brands (name, created_at, updated_at);
alter table public.brands add constraint brands_no_twins exclude (name with =);
create unique index brands_key on public.brands (id, settings) nulls not distinct;
create table private.keyless (
  id integer,
  constraint keyless_key unique nulls not distinct (id),
  constraint keyless_id_excl exclude (id with =)
);
select set_eq(
  'select * from tests.findings',
  array['brands_by_name', 'idx_sessions_name', 'brands_no_twins', 'brands_key'],
  'one with another name is found'
);

select * from finish();
rollback;
