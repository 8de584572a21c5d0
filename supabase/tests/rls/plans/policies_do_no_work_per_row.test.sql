begin;
\ir ../../_shared/setup.psql
\ir plan.psql
select plan(4);

create view tests.readable as
select format('%I.%I', n.nspname, c.relname) as relation
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private')
  and c.relkind in ('r', 'p', 'v')
  and has_table_privilege('authenticated', c.oid, 'select')
  -- Views that themselves work per row; the tables that they read are here.
  and c.oid not in (
    'public.common_questions'::regclass, 'public.chat_messages'::regclass,
    'public.messages'::regclass
  )
  and not exists (
    select 1
    from pg_depend as d
    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  );
grant select on tests.readable to authenticated;
select isnt_empty('select relation from tests.readable', 'there are tables to read');

select tests.act_as('owner');
select is_empty(
  $$
    select r.relation, w.work
    from tests.readable as r
    cross join tests.per_row_work(tests.plan_of('select * from ' || r.relation)) as w (work)
  $$,
  'reading a table asks its policy once a query'
);

-- What the test is there to find.
select tests.act_as('postgres');
alter policy conversation_sessions_select_own on public.conversation_sessions
  using (user_id = auth.uid() and deleted_at is null);
alter policy session_events_select_own on public.session_events
  using (
    exists (
      select 1
      from public.conversation_sessions as s
      where s.id = session_events.session_id and s.title = session_events.from_state::text
    )
  );
select tests.act_as('owner');
select isnt_empty(
  $$
    select w.work
    from tests.per_row_work(tests.plan_of('select * from public.conversation_sessions')) as w (work)
  $$,
  'a bare auth.uid() is found'
);
set local enable_hashagg = off;
select tests.act_as('postgres');
alter policy brands_select_member on public.brands
  using (
    (select count(*) from public.brand_members as m where m.brand_id = brands.id) > 0
  );
select tests.act_as('owner');
select isnt_empty(
  $$
    select w.work from tests.per_row_work(tests.plan_of('select * from public.brands')) as w (work)
  $$,
  'a subquery that depends on the row is found'
);

select * from finish();
rollback;
