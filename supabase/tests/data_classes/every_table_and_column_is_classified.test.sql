begin;
\ir ../_shared/setup.psql
\ir ../catalog/objects.psql
select plan(5);

-- A partition is part of its table.
create view tests.tables as
select r.id, r.relation from tests.relations as r where r.kind = 'table' and not r.is_partition;
-- Columns that tell of a person or a session, and whether a delete empties them by itself.
create view tests.links as
select
  t.relation, a.attname::text as name,
  case
    when f.confrelid = 'auth.users'::regclass or f.confrelid is null and a.attname = 'user_id'
      then 'user'
    else 'session'
  end as of_what,
  coalesce(f.confdeltype = 'n', false) as is_emptied
from tests.tables as t
join pg_attribute as a
  on a.attrelid = t.id and a.attnum > 0 and not a.attisdropped and a.atttypid = 'uuid'::regtype
left join pg_constraint as f
  on f.conrelid = t.id and f.contype = 'f' and f.conkey[1] = a.attnum and cardinality(f.conkey) = 1
  and f.confrelid in ('auth.users'::regclass, 'public.conversation_sessions'::regclass)
where f.confrelid is not null or a.attname in ('user_id', 'session_id');
create view tests.classified as
select
  t.*, to_regclass(t.table_name) is not null as is_there,
  num_nonnulls(t.user_column, t.session_column, t.of_user) > 0 as is_of_somebody,
  exists (
    select 1
    from private.data_columns as c
    where c.table_name = t.table_name and c.class in ('content', 'personal')
  ) as is_telling,
  exists (
    select 1 from private.data_columns as c where c.table_name = t.table_name and c.class = 'content'
  ) as has_content
from private.data_tables as t;

create view tests.findings as
select t.relation || ' is not classified' as finding
from tests.tables as t
where not exists (select 1 from private.data_tables as d where d.table_name = t.relation)
union all
select format('%s.%s is not classified', t.relation, a.attname)
from tests.tables as t
join pg_attribute as a on a.attrelid = t.id and a.attnum > 0 and not a.attisdropped
where not exists (
  select 1
  from private.data_columns as d
  where d.table_name = t.relation and d.column_name = a.attname
)
union all
select d.table_name || ' is not there'
from tests.classified as d
where not d.is_there and not tests.is_left_out(d.table_name)
union all
select format('%s.%s is not there', d.table_name, d.column_name)
from private.data_columns as d
where to_regclass(d.table_name) is not null
  and not exists (
    select 1
    from pg_attribute as a
    where a.attrelid = to_regclass(d.table_name) and a.attname = d.column_name
      and a.attnum > 0 and not a.attisdropped
  )
union all
select format('%s.%s is not there: its %s_column', d.table_name, v.column_name, v.of_what)
from tests.classified as d
cross join lateral (
  values ('user', d.user_column), ('session', d.session_column)
) as v (of_what, column_name)
where d.is_there and v.column_name is not null
  and not exists (
    select 1
    from private.data_columns as c
    where c.table_name = d.table_name and c.column_name = v.column_name
  )
union all
-- A second person may stand in a row whose delete empties the column: who moved a session.
select format('%s.%s is not its %s_column', l.relation, l.name, l.of_what)
from tests.links as l
join tests.classified as d on d.table_name = l.relation
where l.name is distinct from case l.of_what when 'user' then d.user_column else d.session_column end
  and not (l.is_emptied and d.user_column is not null)
union all
select d.table_name || ' tells of somebody, and does not say of whom'
from tests.classified as d
where d.is_telling and not d.is_of_somebody
union all
select d.table_name || ' tells of somebody, and outlives them'
from tests.classified as d
where d.is_telling and d.is_of_somebody and d.on_erase not in ('delete', 'unlink')
union all
select d.table_name || ' gives no reason'
from tests.classified as d
where d.note !~ '\w \w'
union all
-- What is made of a text changes with it.
select d.table_name || ' keeps content of a session that is wiped'
from tests.classified as d
where d.has_content and d.session_column is not null
  and d.on_wipe = 'keep' and d.note !~ '\mfollows?\M';

select is_empty('select * from tests.findings', 'every table and column is classified');
select set_eq(
  $$
    select d.table_name
    from tests.classified as d
    where d.is_telling and d.export_order is null and not tests.is_left_out(d.table_name)
  $$,
  $$
    select r.relation
    from (
      values
        -- Not theirs alone.
        ('public.brands'),
        -- Duties of who keeps the data.
        ('public.legal_holds'), ('private.audit_reasons'),
        -- Made of what is exported.
        ('private.message_streams'), ('public.message_search'), ('private.session_search'),
        ('private.search_languages'), ('public.message_embeddings'), ('private.embedding_queue')
    ) as r (relation)
    where not tests.is_left_out(r.relation)
  $$,
  'what tells of people is exported, but for these'
);

create table private.notes (
  id        uuid primary key,
  user_id   uuid,
  chat      uuid references public.conversation_sessions (id) on delete cascade,
  note      text
);
alter table public.brands add column motto text;
select set_eq(
  'select * from tests.findings',
  array[
    'private.notes is not classified', 'private.notes.id is not classified',
    'private.notes.user_id is not classified', 'private.notes.chat is not classified',
    'private.notes.note is not classified', 'public.brands.motto is not classified'
  ],
  'a new table and a new column are found'
);
alter table public.brands drop column motto, drop column settings;
alter table public.message_feedback set schema tests;
insert into private.data_tables (table_name, on_erase, on_wipe, note)
values ('private.notes', 'keep', 'keep', '');
insert into private.data_columns (table_name, column_name, class)
values
  ('private.notes', 'id', 'key'), ('private.notes', 'user_id', 'key'),
  ('private.notes', 'chat', 'key'), ('private.notes', 'note', 'content');
select set_eq(
  'select * from tests.findings',
  array[
    'public.brands.settings is not there', 'public.message_feedback is not there',
    'private.notes.user_id is not its user_column', 'private.notes.chat is not its session_column',
    'private.notes tells of somebody, and does not say of whom', 'private.notes gives no reason'
  ],
  'one that is gone, and one that does not say whose it is'
);
update private.data_tables set user_column = 'user_id', session_column = 'chat', note = 'What was noted.'
where table_name = 'private.notes';
update private.data_tables set session_column = 'message' where table_name = 'public.agent_logs';
select set_eq(
  $$ select * from tests.findings where finding not like '%is not there' $$,
  array[
    'private.notes tells of somebody, and outlives them',
    'private.notes keeps content of a session that is wiped',
    'public.agent_logs.session_id is not its session_column',
    'public.agent_logs.message is not there: its session_column'
  ],
  'one that outlives its person or a wipe, and one whose column has another name'
);

select * from finish();
rollback;
