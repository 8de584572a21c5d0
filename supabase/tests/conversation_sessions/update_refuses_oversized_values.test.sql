begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(9);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.updated(p_column text, p_value text)
returns text
language sql
as $$
  select tests.error_of(format(
    'update public.conversation_sessions set %I = %s where id = %L', p_column, p_value, tests.s(1)
  ))
$$;
create function pg_temp.around(p_column text)
returns text
language sql
as $$
  select pg_temp.updated(p_column, $f$jsonb_build_object('a', repeat('x', 262135))$f$) || ', '
    || pg_temp.updated(p_column, $f$jsonb_build_object('a', repeat('x', 262136))$f$)
$$;
select is(pg_temp.updated('title', $$repeat('é', 200)$$), 'ok', 'a title of 200 characters');
select is(pg_temp.updated('title', $$repeat('é', 201)$$), 'PT413 TOO_LARGE', 'of 201');
select is(
  pg_temp.updated('description', $$repeat('é', 524289)$$), 'PT413 TOO_LARGE',
  'a description over 1 MiB in bytes'
);
select is(pg_temp.around('parsed_intent'), 'ok, PT413 TOO_LARGE', 'intent: 256 KiB, a byte more');
select is(pg_temp.around('answered_questions'), 'ok, PT413 TOO_LARGE', 'answered questions');
select is(pg_temp.around('pending_questions'), 'ok, PT413 TOO_LARGE', 'pending questions');
select is(pg_temp.around('context'), 'ok, PT413 TOO_LARGE', 'context');
select is(pg_temp.around('settings'), 'ok, PT413 TOO_LARGE', 'settings');
select is(pg_temp.around('metadata'), 'ok, PT413 TOO_LARGE', 'metadata');

select * from finish();
rollback;
