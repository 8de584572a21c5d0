begin;
\ir ../_shared/setup.psql
\ir ../catalog/objects.psql
select plan(4);

create view tests.telling_columns as
select to_regclass(c.table_name) as relation_id, a.attnum, c.table_name, c.column_name
from private.data_columns as c
join pg_attribute as a on a.attrelid = to_regclass(c.table_name) and a.attname = c.column_name
where c.class in ('content', 'personal');
create view tests.findings as
select format('%s.%s', t.table_name, t.column_name) as finding
from tests.telling_columns as t
where has_column_privilege('analyst', t.relation_id, t.attnum, 'select')
union all
-- Whatever a view does with a column that it reads, analysts are not to need it.
select distinct format('%s by %s.%s', r.relation, t.table_name, t.column_name)
from tests.relations as r
join pg_rewrite as w on w.ev_class = r.id
join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
join tests.telling_columns as t on t.relation_id = d.refobjid and t.attnum = d.refobjsubid
where r.kind = 'view' and has_any_column_privilege('analyst', r.id, 'select');

select isnt_empty(
  $$ select 1 from tests.relations as r where has_any_column_privilege('analyst', r.id, 'select') $$,
  'analysts read something'
);
select is_empty('select * from tests.findings', 'and nothing that tells of people');

grant select (comment) on table public.message_feedback to analyst;
create view public.longest with (security_invoker = true) as
select max(length(m.content)) as longest from public.conversation_messages as m;
grant select on table public.longest to analyst;
select set_eq(
  'select * from tests.findings',
  array['public.message_feedback.comment', 'public.longest by public.conversation_messages.content'],
  'a column that is granted, and a view that reads one, are found'
);
update private.data_columns set class = 'personal' where column_name = 'tool_name';
select ok(
  exists (select 1 from tests.findings as f where f.finding = 'public.tool_executions.tool_name'),
  'and one that turns out to tell of people'
);

select * from finish();
rollback;
