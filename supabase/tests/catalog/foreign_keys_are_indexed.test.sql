begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(3);

create view tests.foreign_keys as
select c.conname::text as name, c.conrelid as table_id, c.conkey as columns
from pg_constraint as c
join tests.relations as r on r.id = c.conrelid
where c.contype = 'f';

create view tests.findings as
select k.name
from tests.foreign_keys as k
where not exists (
  select 1
  from pg_index as i
  where i.indrelid = k.table_id
    and i.indisvalid
    -- The first columns of the index, in any order, are those of the key.
    and (string_to_array(i.indkey::text, ' ')::smallint[])[1:cardinality(k.columns)] @> k.columns
    -- A lookup by key never asks for nulls, so an index without them serves as well.
    and (
      i.indpred is null
      or pg_get_expr(i.indpred, i.indrelid) in (
        select format('(%I IS NOT NULL)', a.attname)
        from pg_attribute as a
        where a.attrelid = k.table_id and a.attnum = any (k.columns)
      )
    )
);

select isnt_empty('select * from tests.foreign_keys', 'there are foreign keys');
select is_empty('select * from tests.findings', 'every foreign key leads an index');

create table private.child (
  id uuid,
  other_id uuid,
  session_id uuid constraint unindexed references public.conversation_sessions (id),
  brand_id uuid constraint partly references public.brands (id),
  user_id uuid constraint indexed references auth.users (id)
);
create index on private.child (other_id, session_id);
create index on private.child (brand_id) where id is not null;
create index on private.child (user_id, id) where user_id is not null;
select set_eq(
  'select * from tests.findings', array['unindexed', 'partly'], 'one that does not is found'
);

select * from finish();
rollback;
