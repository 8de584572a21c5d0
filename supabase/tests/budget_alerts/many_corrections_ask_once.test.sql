-- The tail is read for each look at a budget, and grows with each message that is corrected.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(3);

create function pg_temp.tail_rows_read()
returns bigint
language sql
volatile
as $$ select pg_stat_get_xact_tuples_returned('private.usage_tail'::regclass) $$;

select tests.set_budget('owner', 3, 2);
insert into public.conversation_messages (id, session_id, role, content, cost_usd)
select tests.m(i), tests.s(1), 'assistant', 'a', 0.001 from generate_series(1, 300) as i;
select set_config('tests.rows_read', pg_temp.tail_rows_read()::text, true);
select tests.act_as('service_role');
update public.conversation_messages set cost_usd = 0.002 where session_id = tests.s(1);
select tests.act_as('postgres');
select cmp_ok(
  pg_temp.tail_rows_read() - current_setting('tests.rows_read')::bigint, '<', 6000::bigint,
  '300 corrections in one statement read the tail a few times'
);

select tests.act_as('service_role');
update public.conversation_messages
set cost_usd = case when id = tests.m(1) then 3 else 0 end
where id in (tests.m(1), tests.m(2));
select is(tests.alerts_of('owner'), 'hard 3 at 3.596, soft 2 at 3.596', 'and leave their alerts');
select tests.act_as('postgres');
delete from public.budget_alerts;
select tests.act_as('service_role');
update public.conversation_messages set mood = 'calm' where id = tests.m(1);
select is(tests.alerts_of('owner'), 'none', 'a change without a cost asks nothing');

select * from finish();
rollback;
