begin;
\ir ../_shared/setup.psql
select plan(10);

select tests.act_as('owner');
create function pg_temp.inserted(p_column text, p_value text)
returns text
language sql
as $$
  select tests.error_of(
    format('insert into public.conversation_sessions (%I) values (%s)', p_column, p_value)
  )
$$;
-- {"a": "…"} has nine characters round the letters.
create function pg_temp.json_of(p_bytes integer)
returns text
language sql
as $$ select format($f$jsonb_build_object('a', repeat('x', %s))$f$, p_bytes - 9) $$;
create function pg_temp.around(p_column text)
returns text
language sql
as $$
  select pg_temp.inserted(p_column, pg_temp.json_of(262144)) || ', '
    || pg_temp.inserted(p_column, pg_temp.json_of(262145))
$$;
select is(pg_temp.inserted('title', $$repeat('é', 200)$$), 'ok', 'a title of 200 characters');
select is(pg_temp.inserted('title', $$repeat('x', 201)$$), 'PT413 TOO_LARGE', 'of 201');
select is(
  pg_temp.inserted('description', $$repeat('x', 1048576)$$), 'ok', 'a description of 1 MiB'
);
select is(
  pg_temp.inserted('description', $$repeat('x', 1048577)$$), 'PT413 TOO_LARGE', 'a byte more'
);
select is(pg_temp.around('parsed_intent'), 'ok, PT413 TOO_LARGE', 'intent: 256 KiB, a byte more');
select is(pg_temp.around('answered_questions'), 'ok, PT413 TOO_LARGE', 'answered questions');
select is(pg_temp.around('pending_questions'), 'ok, PT413 TOO_LARGE', 'pending questions');
select is(pg_temp.around('context'), 'ok, PT413 TOO_LARGE', 'context');
select is(pg_temp.around('settings'), 'ok, PT413 TOO_LARGE', 'settings');
select is(pg_temp.around('metadata'), 'ok, PT413 TOO_LARGE', 'metadata');

select * from finish();
rollback;
