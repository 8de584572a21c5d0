begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.findings as
select c.conname::text as name
from pg_constraint as c
join tests.relations as r on r.id = c.conrelid
where c.contype = 'f' and c.confdeltype not in ('c', 'n');

select set_eq(
  'select * from tests.findings',
  array[
    'conversation_sessions_brand_id_fkey',  -- a brand with sessions cannot be deleted
    'conversation_messages_parent_fkey'     -- a trigger hands the children on
  ],
  'every foreign key cascades or sets null, but for two'
);

create table private.child (id uuid constraint plain references public.brands (id));
select ok(
  exists (select 1 from tests.findings as f where f.name = 'plain'),
  'one that does neither is found'
);

select * from finish();
rollback;
