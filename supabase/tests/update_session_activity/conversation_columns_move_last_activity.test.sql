begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
create function tests.moved(p_change text)
returns text
language plpgsql
as $$
declare
  v_moved text;
begin
  perform tests.act_as('postgres');
  update public.conversation_sessions set last_sequence = last_sequence + 1,
    last_activity_at = '2026-01-01 00:00:00+00', updated_at = '2026-01-01 00:00:00+00'
  where id = tests.s(1);
  perform tests.act_as('owner');
  execute format(
    'update public.conversation_sessions set %s where id = %L
     returning concat_ws(%L, case when last_activity_at = now() then %L end,
       case when updated_at = now() then %L end)',
    p_change, tests.s(1), ' ', 'activity', 'updated'
  ) into v_moved;
  return v_moved;
end
$$;
select is(tests.moved($$state = 'planning'$$), 'activity updated', 'state');
select is(tests.moved($$parsed_intent = '{"a": 1}'$$), 'activity updated', 'intent');
select is(tests.moved($$answered_questions = '{"a": 1}'$$), 'activity updated', 'answers');
select is(tests.moved($$pending_questions = '["a"]'$$), 'activity updated', 'questions');
select is(
  tests.moved(format('selected_kb_ids = array[%L]::uuid[]', tests.s(1))), 'activity updated',
  'knowledge bases'
);
select is(
  tests.moved(format('active_task_plan_id = %L', tests.s(1))), 'activity updated', 'task plan'
);

select * from finish();
rollback;
