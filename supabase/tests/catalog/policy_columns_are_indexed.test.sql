begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(3);

-- Row level security adds user_id to every read of a user's, and before it no other condition is looked up in
-- an index, unless its operator is leakproof: an index that serves users begins with user_id, or each of them
-- reads everybody's rows.
create view tests.policies_by_user as
select distinct r.relation as name, p.polrelid as table_id, a.attnum as column_number
from pg_policy as p
join tests.relations as r on r.id = p.polrelid
join pg_attribute as a on a.attrelid = p.polrelid and a.attname = 'user_id'
where p.polcmd = 'r' and to_regrole('authenticated') = any (p.polroles)
  and pg_get_expr(p.polqual, p.polrelid) like '%user_id = ( SELECT auth.uid()%';

create view tests.findings as
select p.name
from tests.policies_by_user as p
where not exists (
  select 1
  from pg_index as i
  where i.indrelid = p.table_id and i.indkey[0] = p.column_number
    and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) = '(user_id IS NOT NULL)')
);

select isnt_empty('select * from tests.policies_by_user', 'there are policies by user_id');
-- The tail of the ledger is short, and read as a whole.
select set_eq(
  'select * from tests.findings', array['private.usage_tail'], 'each finds its rows by an index'
);

create table public.scanned (
  scope public.message_role not null, user_id uuid not null, primary key (scope, user_id)
);
alter table public.scanned enable row level security;
create policy scanned_select_own on public.scanned for select to authenticated
  using (user_id = (select auth.uid()));
select set_eq(
  'select * from tests.findings', array['private.usage_tail', 'public.scanned'],
  'an index that begins with another column is none'
);

select * from finish();
rollback;
