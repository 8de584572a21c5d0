begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/moves.psql
select plan(5);

create function pg_temp.row_of(p_from text)
returns text
language sql
as $$
  select tests.moves_from(
    p_from, 'service_role',
    'update public.conversation_sessions set state = %2$L where id = %1$L'
  )
$$;
select is(pg_temp.row_of('delivered'), '. . . . . . . = .', 'out of delivered');
select is(pg_temp.row_of('cancelled'), '. . . . . . . . =', 'out of cancelled');
select is(pg_temp.row_of('reviewing'), '. . y y . y = y y', 'an open state moves as for a user');
select tests.start(1);
select public.complete_conversation_session(tests.s(1));
select tests.act_as('service_role');
select is(
  tests.error_of(format(
    'update public.conversation_sessions set state = %L, completed_at = null where id = %L',
    'gathering', tests.s(1)
  )), '42501', 'completed_at is not granted'
);
select tests.act_as('owner');
select is(
  tests.error_of(format(
    'update public.conversation_sessions set state = %L, completed_at = null where id = %L',
    'gathering', tests.s(1)
  )), '42501', 'nor to its user'
);

select * from finish();
rollback;
