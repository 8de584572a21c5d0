begin;
\ir ../_shared/setup.psql
\ir objects.psql
\ir sharding.psql
select plan(5);

create view tests.whole_tables as
select r.id, r.relation from tests.relations as r where r.kind = 'table' and not r.is_partition;

select set_eq(
  'select relation from tests.whole_tables',
  'select relation from tests.shard_tables where not tests.is_left_out(relation)',
  'of every table sharding.psql says where a split over servers puts it'
);

-- What is unique or refers across users: a key of a sharded table without the user's id, unless it
-- refers to a table that every server has.
create view tests.across_users as
select
  coalesce(k.conname, i.indexrelid::regclass::name)::text as name
from tests.whole_tables as t
join tests.shard_tables as s on s.relation = t.relation and s.kind = 'sharded'
join pg_index as i on i.indrelid = t.id and (i.indisunique or i.indisexclusion)
left join pg_constraint as k on k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
where not exists (
  select 1
  from pg_attribute as a
  where a.attrelid = i.indrelid and a.attnum = any (i.indkey::smallint[]) and a.attname = 'user_id'
)
union all
select k.conname::text
from tests.whole_tables as t
join tests.shard_tables as s on s.relation = t.relation
join pg_constraint as k on k.conrelid = t.id and k.contype = 'f'
join tests.whole_tables as o on o.id = k.confrelid
join tests.shard_tables as os on os.relation = o.relation and os.kind <> 'reference'
where s.kind <> 'sharded'
  or os.kind = 'node'
  or not exists (
    select 1
    from pg_attribute as a
    where a.attrelid = k.conrelid and a.attnum = any (k.conkey) and a.attname = 'user_id'
  );
select set_eq(
  'select name from tests.across_users',
  'select name from tests.shard_constraints where not tests.is_left_out(name)',
  'what is unique or refers across users is decided on in sharding.psql'
);
select set_eq(
  'select decision from tests.shard_constraints', array['random', 'together', 'everybody'],
  'there are three decisions'
);

create table public.undecided (id uuid constraint undecided_pkey primary key, user_id uuid);
select set_eq(
  $$
    select relation from tests.whole_tables except select relation from tests.shard_tables
  $$,
  array['public.undecided'],
  'a new table is found'
);
insert into tests.shard_tables (relation, kind) values ('public.undecided', 'sharded');
alter table public.undecided
  add constraint undecided_user_id_key unique (user_id),
  add column session_id uuid
    constraint undecided_session_id_fkey references public.conversation_sessions (id);
alter table public.brands
  add column last_session_id uuid
    constraint brands_last_session_id_fkey references public.conversation_sessions (id);
select set_eq(
  'select name from tests.across_users except select name from tests.shard_constraints',
  array['undecided_pkey', 'undecided_session_id_fkey', 'brands_last_session_id_fkey'],
  'new constraints across users are found, and none within a user'
);

select * from finish();
rollback;
