begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(9);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.inserted(p_column text, p_value text)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, %s) values (%L, %L, %s)',
    case when p_column <> 'content' then 'content, ' || p_column else p_column end, tests.s(1),
    'assistant', case when p_column <> 'content' then $q$'a', $q$ else '' end || p_value
  ))
$$;
-- {"a": "…"} has nine characters round the letters, ["…"] has four.
create function pg_temp.around(p_column text, p_format text, p_round integer)
returns text
language sql
as $$
  select pg_temp.inserted(p_column, format(p_format, 262144 - p_round)) || ', '
    || pg_temp.inserted(p_column, format(p_format, 262145 - p_round))
$$;
select is(pg_temp.inserted('content', $$repeat('x', 1048576)$$), 'ok', 'content of 1 MiB');
select is(pg_temp.inserted('content', $$repeat('x', 1048577)$$), 'PT413 TOO_LARGE', 'a byte more');
select is(
  pg_temp.inserted('content', $$repeat('é', 524289)$$), 'PT413 TOO_LARGE', 'counted in bytes'
);
select is(
  pg_temp.inserted('error_message', $$repeat('x', 1048576)$$) || ', '
  || pg_temp.inserted('error_message', $$repeat('x', 1048577)$$), 'ok, PT413 TOO_LARGE',
  'error text'
);
select is(
  pg_temp.around('parts', $$jsonb_build_array(repeat('x', %s))$$, 4), 'ok, PT413 TOO_LARGE',
  'parts: 256 KiB and a byte more'
);
select is(
  pg_temp.around('tool_calls', $$jsonb_build_array(repeat('x', %s))$$, 4), 'ok, PT413 TOO_LARGE',
  'tool calls'
);
select is(
  pg_temp.around('questions_asked', $$jsonb_build_array(repeat('x', %s))$$, 4),
  'ok, PT413 TOO_LARGE', 'questions asked'
);
select is(
  pg_temp.around('delegation_plan', $$jsonb_build_array(repeat('x', %s))$$, 4),
  'ok, PT413 TOO_LARGE', 'delegation plan'
);
select is(
  pg_temp.around('metadata', $$jsonb_build_object('a', repeat('x', %s))$$, 9),
  'ok, PT413 TOO_LARGE', 'metadata'
);

select * from finish();
rollback;
