begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/waiting.psql
\ir ../rls/plans/plan.psql
select plan(2);

select tests.start(1);
analyze;
-- All in one transaction, whose rows the statistics do not know: the plan of the first is kept.
select tests.act_as('owner');
create function pg_temp.write(p_rows integer)
returns bigint
language plpgsql
as $$
declare
  v_before constant bigint := tests.rows_counted('public.message_search');
begin
  insert into public.conversation_messages (session_id, role, content)
  select tests.s(1), 'user', 'message ' || i from generate_series(1, p_rows) as i;
  return tests.rows_counted('public.message_search') - v_before;
end
$$;
select pg_temp.write(60) from generate_series(1, 10);
select cmp_ok(pg_temp.write(60), '<', 1000::bigint, '60 rows more read no more than they need');
select is(tests.waiting('owner'), 0::bigint, 'and are indexed');

select * from finish();
rollback;
