begin;
\ir ../_shared/setup.psql
select plan(10);

select tests.act_as('owner');
create function pg_temp.inserted(p_column text, p_value text)
returns text
language sql
as $$
  select tests.error_of(
    format('insert into public.conversation_sessions (%I) values (%L)', p_column, p_value)
  )
$$;
select is(pg_temp.inserted('context', '[]'), 'PT400 INVALID_ARGUMENT', 'context is no array');
select is(pg_temp.inserted('context', '"a"'), 'PT400 INVALID_ARGUMENT', 'nor a string');
select is(pg_temp.inserted('context', 'null'), 'PT400 INVALID_ARGUMENT', 'nor a JSON null');
select is(pg_temp.inserted('settings', '[]'), 'PT400 INVALID_ARGUMENT', 'settings');
select is(pg_temp.inserted('metadata', '1'), 'PT400 INVALID_ARGUMENT', 'metadata');
select is(pg_temp.inserted('title', 'a'), 'ok', 'a session of its own');
select is(
  tests.error_of('update public.conversation_sessions set context = ''[]'''), 'PT400 INVALID_ARGUMENT',
  'nor later'
);
select is(pg_temp.inserted('metadata', '{"a": []}'), 'ok', 'an object is taken');
select is(pg_temp.inserted('parsed_intent', '[]'), 'ok', 'the intent has any shape');
select is(pg_temp.inserted('pending_questions', '{}'), 'ok', 'questions too');

select * from finish();
rollback;
