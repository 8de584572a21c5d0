begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content, provider, cost_usd)
values (tests.m(1), tests.s(1), 'assistant', 'a', 'acme', 5);
create function pg_temp.claims()
returns text
language sql
as $$
  select string_agg(concat_ws(' ', u.reported_by, trim_scale(u.cost_usd)), ', ' order by u.reported_by)
  from public.usage_daily as u
$$;
select is(pg_temp.claims(), 'authenticated 5', 'what the user claims');
select tests.act_as('service_role');
update public.conversation_messages set latency_ms = 5 where id = tests.m(1);
select tests.act_as('owner');
select is(pg_temp.claims(), 'authenticated 5', 'a latency says nothing about it');
select tests.act_as('service_role');
update public.conversation_messages set input_tokens = 10, provider = 'acme' where id = tests.m(1);
select tests.act_as('owner');
select is(pg_temp.claims(), 'authenticated 5', 'nor do tokens: the claim stays a claim');
select tests.act_as('service_role');
update public.conversation_messages set cost_usd = 0.5 where id = tests.m(1);
select tests.act_as('owner');
select is(pg_temp.claims(), 'service_role 0.5', 'the cost of the server does');

-- A claim that was right.
insert into public.conversation_messages (id, session_id, role, content, provider, cost_usd)
values (tests.m(2), tests.s(1), 'assistant', 'b', 'acme', 0.25);
select tests.act_as('service_role');
update public.conversation_messages set cost_usd = 0.250 where id = tests.m(2);
select tests.act_as('owner');
select is(pg_temp.claims(), 'service_role 0.75', 'so does the same cost, said by the server');

-- The server ends an answer whose cost the user claims, and names none.
select public.begin_message(tests.s(1), tests.m(3), p_provider => 'acme');
select public.finish_message(tests.m(3), 'interrupted', p_cost_usd => 2);
select tests.act_as('service_role');
select public.finish_message(tests.m(3), 'complete');
select tests.act_as('owner');
select is(
  pg_temp.claims(), 'authenticated 2, service_role 0.75', 'who names no cost leaves the claim a claim'
);

select * from finish();
rollback;
