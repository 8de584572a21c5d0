begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('service_role');
insert into public.conversation_messages (id, session_id, role, content, provider, model_used, cost_usd)
values (tests.m(1), tests.s(1), 'assistant', 'a', 'acme', 'wrong', 0.1);
create function pg_temp.models()
returns text
language sql
as $$
  select string_agg(concat_ws(' ', u.model, u.requests, u.cost_usd), ', ' order by u.model)
  from public.usage_daily as u
  where u.provider = 'acme'
$$;
select is(pg_temp.models(), 'wrong 1 0.1', 'a model');
select public.merge_usage();
update public.conversation_messages set model_used = 'right' where id = tests.m(1);
select is(pg_temp.models(), 'right 1 0.1', 'corrected');
select public.merge_usage();
select is(pg_temp.models(), 'right 1 0.1', 'and merged');
select is(
  (select string_agg(u.model, ' ') from public.usage_totals as u where u.provider = 'acme'), 'right',
  'in the totals too'
);

select * from finish();
rollback;
