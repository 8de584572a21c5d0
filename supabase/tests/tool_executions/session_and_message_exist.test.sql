begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(10);

select tests.start(1);
select tests.start(2);
select tests.fill(1, 1);
select tests.act_as('owner');
select is(tests.run(3, 1), 'PT404 SESSION_NOT_FOUND', 'an unknown session');
select is(
  tests.run(1, 1, jsonb_build_object('message_id', tests.m(9))), 'PT404 MESSAGE_NOT_FOUND',
  'an unknown message'
);
select is(
  tests.run(2, 1, jsonb_build_object('message_id', tests.m(1))), 'PT404 MESSAGE_NOT_FOUND',
  'a message of another session'
);
select is(tests.run(1, 1, jsonb_build_object('message_id', tests.m(1))), 'ok', 'one of the session');
select is(tests.run(2, 2), 'ok', 'no message');
select is(
  tests.set_run(2, format('message_id = %L', tests.m(1))), 'PT404 MESSAGE_NOT_FOUND',
  'nor is it moved to one of another session'
);
select is(tests.set_run(1, 'message_id = null'), 'ok', 'a message may be taken away');
select is(
  tests.set_run(1, format('message_id = %L', tests.m(1))), 'ok', 'and be named once it is stored'
);

-- Without the triggers, the keys hold.
select tests.act_as('postgres');
set constraints all immediate;
alter table public.tool_executions disable trigger user;
select is(tests.run(3, 3), '23503', 'the key to sessions');
select is(
  tests.run(2, 3, jsonb_build_object('message_id', tests.m(1))), '23503', 'the key to messages'
);

select * from finish();
rollback;
