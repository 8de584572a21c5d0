begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/write_paths.psql
\ir ../_fixtures/person.psql
select plan(16);

select tests.start(1, 'owner', 'brand'), tests.start(2, 'other');
select tests.fill(2, 3);
select tests.make_person('owner', 'Zebrafink', 0.7734375);
select tests.make_person('other', 'Stieglitz', 0.6484375);
select public.index_messages();

-- From the catalog: a column of class content or personal that nobody fills is found.
create view tests.marked as
select tests.where_is('zebrafink') as name union select tests.where_is('0.7734375');
create view tests.unmarked as
select c.table_name || '.' || c.column_name as name
from private.data_columns as c
join private.data_tables as t using (table_name)
where c.class in ('content', 'personal') and num_nonnulls(t.user_column, t.session_column, t.of_user) > 0
  and to_regclass(c.table_name) is not null
  -- Names of languages; what a brand is called, which outlives its maker.
  and (c.table_name, c.column_name) <> ('private.search_languages', 'language')
  and c.table_name <> 'public.brands'
except
table tests.marked;
select is_empty('table tests.unmarked', 'every column that holds something of a person has a marker');
alter table public.message_feedback add column nickname text;
insert into private.data_columns values ('public.message_feedback', 'nickname', 'personal');
select results_eq('table tests.unmarked', array['public.message_feedback.nickname'], 'a new one is found');
alter table public.message_feedback drop column nickname;
delete from private.data_columns where column_name = 'nickname';

select public.merge_usage();
create table tests.others as
select tests.all_rows(tests.id_of('other'), array(
  select id from public.conversation_sessions where user_id = tests.id_of('other')
)) as line;
create table tests.totals as select to_jsonb(u) - 'last_used_at' as u from public.usage_totals as u;
create table tests.spent as
select sum(cost_usd) as cost_usd, sum(requests) as requests from public.usage_daily;
-- What the receipt has to say.
create table tests.counts (table_name text, count bigint);
do $$
declare
  v_table private.data_tables;
begin
  for v_table in
    select t.* from private.data_tables as t
    where t.on_erase = 'delete' and t.table_name <> 'private.storage_deletions'
      and to_regclass(t.table_name) is not null
  loop
    execute format(
      'insert into tests.counts select %1$L, count(*) from %1$s as r where r::text like %2$L or r::text like %3$L',
      v_table.table_name, '%' || tests.id_of('owner') || '%', '%Zebrafink%'
    );
  end loop;
end
$$;

select tests.act_as('owner');
create temp table receipt as select public.erase_user_data() as r;
select tests.act_as('postgres');
select is_empty($$ select tests.where_is('zebrafink') $$, 'no text of theirs is left anywhere');
select is_empty($$ select tests.where_is('0.7734375') $$, 'nor a vector');
select set_eq(
  $$
    select w.name from tests.where_is(tests.id_of('owner')::text) as w (name) where w.name !~ '^storage'
  $$, array['private.storage_deletions.path'],
  'their id stands where a worker has yet to delete the files, and nowhere else'
);
select is((select count(*) from private.storage_deletions), 2::bigint, 'those without a row too');
select set_eq(
  $$ select key, value::bigint from receipt, jsonb_each_text(r -> 'counts') $$,
  $$
    select table_name, count from tests.counts where count > 0
    union all values ('public.budget_alerts', 1)
  $$, 'the receipt counts what went'
);
select is(
  (select (r ->> 'rows_erased')::bigint from receipt),
  (select sum(value::bigint)::bigint from receipt, jsonb_each_text(r -> 'counts')), 'and sums it'
);
select set_eq(
  $$ select tests.all_rows(tests.id_of('other'), array(
    select id from public.conversation_sessions where user_id = tests.id_of('other')
  )) $$,
  'table tests.others', 'everybody else''s rows are byte for byte as before'
);
select set_eq(
  'select to_jsonb(u) - ''last_used_at'' from public.usage_totals as u', 'table tests.totals',
  'the totals of the ledger are as before'
);
select results_eq(
  'select sum(cost_usd), sum(requests) from public.usage_daily', 'table tests.spent', 'to the last digit'
);
select is(tests.ledger(), 'daily exact, totals exact', 'and equal to a recount');
select is(
  (select concat_ws(' ', e.rows_erased, e.storage_objects, e.audit_hash = v.head_hash, v.ok)
    from public.erasure_receipts as e, public.verify_audit_chain() as v),
  (select concat_ws(' ', r ->> 'rows_erased', 2, true, true) from receipt),
    'the receipt is kept, with the end of the chain'
);
select is(
  (select (public.erase_user_data(tests.id_of('owner')) ->> 'rows_erased')::integer), 0,
    'a second time erases nothing'
);
select is(
  (select string_agg(action::text || ' ' || coalesce((subject is not null)::text, ''), ', ' order by id)
    from public.audit_log where action = 'data_erased'), 'data_erased true, data_erased false',
      'both stand in the audit log'
);
select is(
  tests.error_of('select public.export_user_data(tests.id_of(''owner''))'), 'ok', 'there is nothing to export'
);

select * from finish();
rollback;
