begin;
\ir ../_shared/setup.psql
select plan(8);

select tests.act_as('owner');
create function pg_temp.inserted(p_column text, p_value text)
returns text
language sql
as $$
  select tests.error_of(
    format('insert into public.conversation_sessions (%I) values (%L)', p_column, p_value)
  )
$$;
select is(pg_temp.inserted('context', '[]'), '23514', 'context is no array');
select is(pg_temp.inserted('context', '"a"'), '23514', 'nor a string');
select is(pg_temp.inserted('context', 'null'), '23514', 'nor a JSON null');
select is(pg_temp.inserted('settings', '[]'), '23514', 'settings');
select is(pg_temp.inserted('metadata', '1'), '23514', 'metadata');
select is(pg_temp.inserted('metadata', '{"a": []}'), 'ok', 'an object is taken');
select is(pg_temp.inserted('parsed_intent', '[]'), 'ok', 'the intent has any shape');
select is(pg_temp.inserted('pending_questions', '{}'), 'ok', 'questions too');

select * from finish();
rollback;
