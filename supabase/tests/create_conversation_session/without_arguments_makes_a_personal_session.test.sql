begin;
\ir ../_shared/setup.psql
select plan(7);

select tests.act_as('owner');
create temp table made as select * from public.create_conversation_session();
select is((select user_id from made), tests.id_of('owner'), 'it is the caller''s');
select is((select brand_id from made), null, 'it is personal');
select is(
  (select concat_ws(' ', state, status, language, content_mode) from made),
  'initial active simple full', 'state, status, language and content mode'
);
select is(
  (select array[context, settings, metadata, answered_questions, pending_questions] from made),
  array['{}', '{}', '{}', '{}', '[]']::jsonb[], 'empty JSON'
);
select ok(
  (select title is null and completed_at is null and active_message_id is null from made),
  'nothing that is not there yet'
);
select is(
  (
    select array[branch_count, last_sequence, message_count, total_tokens, total_cost_usd] from made
  ),
  array[0, 0, 0, 0, 0]::numeric[], 'counters at zero'
);
select is(
  (select count(*) from public.conversation_sessions as s join made using (id)), 1::bigint,
  'the row is stored'
);

select * from finish();
rollback;
