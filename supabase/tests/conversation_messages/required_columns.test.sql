begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.conversation_messages'::regclass and attnum > 0 and attnotnull
  ),
  array[
    'content', 'content_mode', 'content_type', 'cost_source', 'created_at', 'id', 'metadata', 'reported_by',
    'request_hash', 'role', 'sequence_order', 'session_id', 'status'
  ], 'these are never null'
);
select tests.start(1);
select tests.act_as('owner');
select is(
  tests.error_of(format(
    'insert into public.conversation_messages (session_id, role) values (%L, %L)', tests.s(1),
    'user'
  )), '23502', 'a message has content'
);
select is(
  tests.error_of(format(
    'insert into public.conversation_messages (session_id, content) values (%L, %L)', tests.s(1),
    'a'
  )), '23502', 'and a role'
);
select is(
  tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content) values (%L, %L, %L)',
    tests.s(1), 'user', ''
  )), 'ok', 'which may be empty'
);

select * from finish();
rollback;
