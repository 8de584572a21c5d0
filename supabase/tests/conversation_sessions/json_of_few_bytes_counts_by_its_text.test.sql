begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
-- A control character is one byte stored and six in the text.
select is(
  tests.error_of(format(
    $$
      update public.conversation_sessions
      set metadata = jsonb_build_object('a', repeat(chr(1), 43689)) where id = %L
    $$, tests.s(1)
  )), 'ok', '262,143 bytes of text in 44 KB'
);
select is(
  tests.error_of(format(
    $$
      update public.conversation_sessions
      set metadata = jsonb_build_object('a', repeat(chr(1), 43690)) where id = %L
    $$, tests.s(1)
  )), 'PT413 TOO_LARGE', '262,149'
);
select tests.act_as('postgres');
create temp table compressed as select jsonb_build_object('a', repeat('x', 300000)) as value;
select is(
  tests.error_of(format(
    $$
      update public.conversation_sessions set metadata = (select value from compressed)
      where id = %L
    $$, tests.s(1)
  )), 'PT413 TOO_LARGE', 'a value that comes compressed from a table'
);

select * from finish();
rollback;
