-- 1e131071 is a few bytes of JSON and 131,072 of text; 0e-16383 has 16,383 decimals.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(40);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(1), tests.s(1), 'assistant', 'a');
create function pg_temp.writes(p_json text)
returns table (place text, refused text, sql text)
language sql
as $$
  select
    'a message''s ' || c.name, 'PT413 TOO_LARGE',
    format(
      'insert into public.conversation_messages (session_id, role, content, %I)
       values (%L, %L, %L, %L)', c.name, tests.s(1), 'assistant', 'a', c.json
    )
  from (
    values
      ('metadata', format('{"a": [%s]}', p_json)), ('parts', format('[%s]', p_json)),
      ('tool_calls', format('[{"a": %s}]', p_json)), ('questions_asked', p_json),
      ('delegation_plan', format('{"a": {"b": %s}}', p_json))
  ) as c (name, json)
  union all
  select
    'a session''s ' || c.name, 'PT413 TOO_LARGE',
    format('update public.conversation_sessions set %I = %L', c.name, format('{"a": %s}', p_json))
  from unnest(array[
    'parsed_intent', 'answered_questions', 'pending_questions', 'context', 'settings', 'metadata'
  ]) as c (name)
  union all
  values
    (
      'append_messages', 'PT413 TOO_LARGE',
      format(
        'select public.append_messages(%L, %L)', tests.s(1),
        format('[{"role": "assistant", "content": "a", "metadata": {"a": %s}}]', p_json)
      )
    ),
    (
      'create_conversation_session', 'PT413 TOO_LARGE',
      format(
        'select public.create_conversation_session(p_metadata => %L, p_idempotency_key => %L)',
        format('{"a": %s}', p_json), 'k' || p_json
      )
    ),
    (
      'a profile', '23514',
      format('update public.profiles set metadata = %L', format('{"a": %s}', p_json))
    )
$$;
select is(tests.error_of(w.sql), w.refused, '1e131071 in ' || w.place)
from pg_temp.writes('1e131071') as w;
select is(tests.error_of(w.sql), w.refused, '0e-16383 in ' || w.place)
from pg_temp.writes('0e-16383') as w;
select is(tests.error_of(w.sql), 'ok', 'what doubles hold in ' || w.place)
from pg_temp.writes('[1.7976931348623157e308, -1.7976931348623157e308, 5e-324, 0]') as w
where w.place in ('append_messages', 'create_conversation_session', 'a profile')
  or w.place like 'a session%';

select tests.act_as('brand_owner');
select is(
  tests.error_of(
    $$ update public.brands set settings = '{"a": -1e400}' where id = tests.id_of('brand') $$
  ), '23514', 'a brand'
);
select is(
  tests.error_of(
    $$ update public.brands set settings = '{"a": -1e300}' where id = tests.id_of('brand') $$
  ), 'ok', 'a brand with a number that a double holds'
);
select is(
  tests.error_of($$ insert into public.brands (slug, name, settings) values ('x', 'X', '{"a": 1e400}') $$),
  '23514', 'a new brand'
);

select * from finish();
rollback;
