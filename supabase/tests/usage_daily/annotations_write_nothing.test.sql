-- Repeatable read, because there no writer merges the tail.
begin isolation level repeatable read;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(6);

select tests.work();
create function tests.ledger_rows()
returns text
language sql
security definer
as $$
  select concat_ws(
    ' ', (select count(*) from private.usage_tail), (select count(*) from private.usage_rollups),
    (select count(*) from private.removed_usage)
  )
$$;
create function pg_temp.rows_after(p_set text)
returns text
language plpgsql
as $$
begin
  execute 'update public.conversation_messages set ' || p_set;
  return tests.ledger_rows();
end
$$;
select tests.act_as('owner');
select is(tests.ledger_rows(), '15 0 0', 'a row for each message');
select is(
  pg_temp.rows_after($$mood = 'happy', metadata = '{"a": 1}', action_taken = 'x'$$), '15 0 0',
  'mood, metadata and action'
);
select is(
  pg_temp.rows_after($$questions_asked = '[]', delegation_plan = '{}'$$), '15 0 0',
  'questions and delegation'
);
select tests.act_as('service_role');
select is(
  pg_temp.rows_after('cost_usd = cost_usd'), '17 0 0', 'the one claim becomes the server''s, who says the same'
);
select is(
  pg_temp.rows_after('cost_usd = cost_usd, model_used = model_used'), '17 0 0',
  'a correction to what is there already'
);
update public.conversation_messages set cost_usd = 0.2 where id = tests.m(2);
select is(tests.ledger_rows(), '19 0 0', 'a correction takes the old numbers away and adds the new');

select * from finish();
rollback;
