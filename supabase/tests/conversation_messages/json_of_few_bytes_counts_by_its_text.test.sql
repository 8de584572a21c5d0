begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.with_value(p_column text, p_value text)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content, %I)
     values (%L, %L, %L, %s)', p_column, tests.s(1), 'assistant', 'a', p_value
  ))
$$;
-- A control character is one byte stored and six in the text.
select is(
  pg_temp.with_value('metadata', $$jsonb_build_object('a', repeat(chr(1), 43689))$$), 'ok',
  '262,143 bytes of text in 44 KB'
);
select is(
  pg_temp.with_value('metadata', $$jsonb_build_object('a', repeat(chr(1), 43690))$$),
  'PT413 TOO_LARGE', '262,149'
);
select * from finish();
rollback;
