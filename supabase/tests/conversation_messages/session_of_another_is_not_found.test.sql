begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1, 'other');
select tests.start(2, 'brand_member', 'brand');
create function tests.inserted(p_actor text, p_session uuid)
returns text
language sql
as $$
  select tests.act_as(p_actor);
  select tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content) values (%L, %L, %L)',
    p_session, 'user', 'a'
  ))
$$;
select is(
  tests.inserted('owner', tests.s(1)), 'PT404 SESSION_NOT_FOUND', 'another user''s session'
);
select is(
  tests.inserted('owner', tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND', 'an unknown one'
);
select is(tests.inserted('owner', null), 'PT404 SESSION_NOT_FOUND', 'none');
select is(
  tests.inserted('brand_owner', tests.s(2)), 'PT404 SESSION_NOT_FOUND', 'a member''s session'
);
select is(
  tests.inserted('service_role', tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND',
  'the server too'
);
select is(tests.inserted('service_role', tests.s(1)), 'ok', 'which writes into any session');
select tests.act_as('postgres');
select is(tests.counters_of(1), 'messages 1, tokens 0, cost 0, last 1', 'one message is there');
select is(tests.counters_of(2), 'messages 0, tokens 0, cost 0, last 0', 'none here');

select * from finish();
rollback;
