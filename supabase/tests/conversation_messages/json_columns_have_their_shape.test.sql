begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.with_value(p_column text, p_value text)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content, %I)
     values (%L, %L, %L, %L)', p_column, tests.s(1), 'assistant', 'a', p_value
  ))
$$;
select is(pg_temp.with_value('parts', '{}'), 'PT400 INVALID_ARGUMENT', 'parts are no object');
select is(pg_temp.with_value('parts', '"a"'), 'PT400 INVALID_ARGUMENT', 'nor a string');
select is(pg_temp.with_value('parts', '[]'), 'ok', 'but an array');
select is(pg_temp.with_value('tool_calls', '{}'), 'PT400 INVALID_ARGUMENT', 'tool calls are no object');
select is(pg_temp.with_value('tool_calls', '[{}]'), 'ok', 'but an array');
select is(pg_temp.with_value('metadata', '[]'), 'PT400 INVALID_ARGUMENT', 'metadata is no array');
select is(pg_temp.with_value('metadata', '{"a": null}'), 'ok', 'but an object');
select is(pg_temp.with_value('questions_asked', '"a"'), 'ok', 'questions have any shape');

select * from finish();
rollback;
