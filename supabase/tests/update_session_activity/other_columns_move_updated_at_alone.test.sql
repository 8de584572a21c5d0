begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(10);

select tests.start(1);
create function tests.moved(p_actor text, p_change text)
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
  perform tests.act_as(p_actor);
  execute format(
    'update public.conversation_sessions set %s where id = %L
     returning concat_ws(%L, case when last_activity_at = now() then %L end,
       case when updated_at = now() then %L end)',
    p_change, tests.s(1), ' ', 'activity', 'updated'
  ) into v_moved;
  return v_moved;
end
$$;
select is(tests.moved('owner', $$title = 'a'$$), 'updated', 'title');
select is(tests.moved('owner', $$description = 'a'$$), 'updated', 'description');
select is(tests.moved('owner', $$agent_type = 'a'$$), 'updated', 'agent type');
select is(tests.moved('owner', $$language = 'english'$$), 'updated', 'language');
select is(tests.moved('owner', $$context = '{"a": 1}'$$), 'updated', 'context');
select is(tests.moved('owner', $$settings = '{"a": 1}'$$), 'updated', 'settings');
select is(tests.moved('owner', $$metadata = '{"a": 1}'$$), 'updated', 'metadata');
select is(tests.moved('postgres', 'pinned_at = now()'), 'updated', 'pin');
select is(tests.moved('postgres', 'archived_at = now()'), 'updated', 'archive');
select is(tests.moved('owner', $$parsed_intent = null$$), 'updated', 'the same intent again');

select * from finish();
rollback;
