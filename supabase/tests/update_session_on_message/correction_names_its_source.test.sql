begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content, provider, cost_usd)
values
  (tests.m(1), tests.s(1), 'assistant', 'a', 'openai', null),
  (tests.m(2), tests.s(1), 'assistant', 'a', 'openai', 0.1);
select tests.act_as('service_role');
update public.conversation_messages set cost_usd = 0.5 where id = tests.m(1);
select is(
  (
    select concat_ws(' ', cost_source, reported_by) from public.conversation_messages
    where id = tests.m(1)
  ), 'reported service_role', 'a cost that the server fills in is reported, by the server'
);
update public.conversation_messages set cost_usd = null where id = tests.m(2);
select is(
  (select cost_source from public.conversation_messages where id = tests.m(2)), 'unpriced',
  'one that it takes back is unpriced'
);

select * from finish();
rollback;
