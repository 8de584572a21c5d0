begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(10);

insert into public.conversation_sessions (id, user_id, brand_id, agent_type)
values
  (tests.s(1), tests.id_of('owner'), null, 'chat'),
  (tests.s(2), tests.id_of('owner'), tests.id_of('brand'), 'plan'),
  (tests.s(3), tests.id_of('owner'), null, null),
  (tests.s(4), tests.id_of('owner'), null, 'chat'),
  (tests.s(5), tests.id_of('owner'), null, 'chat');
update public.conversation_sessions
set
  archived_at = case when id = tests.s(3) then now() end,
  pinned_at = case when id = tests.s(4) then now() end,
  deleted_at = case when id = tests.s(5) then now() end
where user_id = tests.id_of('owner');
select tests.act_as('owner');
create function pg_temp.listed(p_arguments text)
returns text
language plpgsql
as $$
declare
  v_listed text;
begin
  execute format(
    'select string_agg(right(id::text, 1), %L order by id) from public.list_sessions(%s)', ' ',
    p_arguments
  ) into v_listed;
  return coalesce(v_listed, 'none');
end
$$;
select is(pg_temp.listed(''), '1 2 3 4', 'no filter: all but the trash');
select is(pg_temp.listed($$p_status => 'active'$$), '1 2 4', 'active');
select is(pg_temp.listed($$p_status => 'archived'$$), '3', 'archived');
select is(
  tests.error_of('select public.list_sessions(''deleted'')'), 'PT400 INVALID_ARGUMENT',
  'deleted: the trash stays hidden, and no empty list says that it is empty'
);
select is(pg_temp.listed($$p_agent_type => 'chat'$$), '1 4', 'agent type');
select is(pg_temp.listed(format('p_brand_id => %L', tests.id_of('brand'))), '2', 'brand');
select is(pg_temp.listed('p_pinned => true'), '4', 'pinned');
select is(pg_temp.listed('p_pinned => false'), '1 2 3', 'not pinned');
select is(pg_temp.listed($$p_agent_type => 'chat', p_pinned => false$$), '1', 'two at once');
select is(
  pg_temp.listed(format('p_brand_id => %L', tests.id_of('other_brand'))), 'none',
  'a brand without sessions'
);

select * from finish();
rollback;
