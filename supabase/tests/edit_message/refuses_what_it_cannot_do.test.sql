begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(9);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select tests.fill(1, 2);
create function pg_temp.edit(p_old uuid, p_content text, p_new uuid, p_metadata text default '{}')
returns text
language sql
as $$
  select tests.error_of(
    format(
      'select public.edit_message(%L, %L, %L, p_metadata => %L)', p_old, p_content, p_new, p_metadata
    )
  )
$$;
select is(pg_temp.edit(null, 'x', tests.m(9)), 'PT400 INVALID_ARGUMENT', 'no message');
select is(pg_temp.edit(tests.m(1), null, tests.m(9)), 'PT400 INVALID_ARGUMENT', 'no text');
select is(pg_temp.edit(tests.m(1), 'x', tests.m(1)), 'PT400 INVALID_ARGUMENT', 'its own id');
select is(pg_temp.edit(tests.m(7), 'x', tests.m(9)), 'PT404 MESSAGE_NOT_FOUND', 'unknown');
select is(
  pg_temp.edit(tests.m(1), 'x', tests.m(9), '{"n": 1e400}'), 'PT413 TOO_LARGE', 'a number too wide'
);
select is(
  pg_temp.edit(tests.m(1), repeat('x', 1048577), tests.m(9)), 'PT413 TOO_LARGE', 'a text too long'
);
select public.begin_message(tests.s(2), tests.m(8));
select is(
  pg_temp.edit(tests.m(8), 'x', tests.m(9)), 'PT409 ILLEGAL_TRANSITION', 'one that is streaming'
);
select public.complete_conversation_session(tests.s(1));
select is(pg_temp.edit(tests.m(1), 'x', tests.m(9)), 'PT409 SESSION_CLOSED', 'a delivered session');
select tests.act_as('other');
select is(
  pg_temp.edit(tests.m(1), 'x', tests.m(9)), 'PT404 MESSAGE_NOT_FOUND', 'somebody else''s: unknown'
);

select * from finish();
rollback;
