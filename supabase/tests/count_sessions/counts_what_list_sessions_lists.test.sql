begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

insert into public.conversation_sessions (id, user_id, brand_id, agent_type)
values
  (tests.s(1), tests.id_of('owner'), null, 'chat'),
  (tests.s(2), tests.id_of('owner'), tests.id_of('brand'), 'plan'),
  (tests.s(3), tests.id_of('owner'), null, null),
  (tests.s(4), tests.id_of('owner'), null, 'chat'),
  (tests.s(5), tests.id_of('owner'), null, 'chat'),
  (tests.s(6), tests.id_of('other'), null, 'chat');
update public.conversation_sessions
set
  archived_at = case when id = tests.s(3) then now() end,
  pinned_at = case when id = tests.s(4) then now() end,
  deleted_at = case when id = tests.s(5) then now() end
where user_id = tests.id_of('owner');
select tests.act_as('owner');
select is(public.count_sessions(), 4::bigint, 'all but the trash and the others''');
select is(public.count_sessions(p_status => 'active'), 3::bigint, 'active');
select is(public.count_sessions(p_status => 'archived'), 1::bigint, 'archived');
select is(
  tests.error_of('select public.count_sessions(''deleted'')'), 'PT400 INVALID_ARGUMENT',
  'deleted: the trash stays hidden, and no 0 says that it is empty'
);
select is(public.count_sessions(p_agent_type => 'chat'), 2::bigint, 'agent type');
select is(public.count_sessions(p_brand_id => tests.id_of('brand')), 1::bigint, 'brand');
select is(public.count_sessions(p_pinned => true), 1::bigint, 'pinned');
select is(public.count_sessions(p_pinned => false), 3::bigint, 'not pinned');

select * from finish();
rollback;
