begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1, 'owner', 'brand');
select tests.start(2, 'owner', 'brand');
select tests.fill(1, 1);
create function pg_temp.updated(p_change text)
returns text
language sql
as $$
  select tests.error_of(format(
    'update public.conversation_messages set %s where id = %L', p_change, tests.m(1)
  ))
$$;
select is(
  pg_temp.updated(format('user_id = %L', tests.id_of('other'))), 'PT400 INVALID_ARGUMENT', 'user'
);
select is(pg_temp.updated('user_id = null'), 'PT400 INVALID_ARGUMENT', 'no user');
select is(pg_temp.updated('brand_id = null'), 'PT400 INVALID_ARGUMENT', 'no brand');
select is(
  pg_temp.updated(format('brand_id = %L', tests.id_of('other_brand'))), 'PT400 INVALID_ARGUMENT',
  'brand'
);
select is(
  pg_temp.updated(format('session_id = %L', tests.s(2))), 'PT400 INVALID_ARGUMENT',
  'session, though user and brand are the same there'
);
select is(pg_temp.updated($$mood = 'glad'$$), 'ok', 'the rest may');

select * from finish();
rollback;
