begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(i) from generate_series(1, 4) as i;
select public.complete_conversation_session(tests.s(1));
select public.cancel_conversation_session(tests.s(2));
update public.conversation_sessions set archived_at = now() where id = tests.s(3);
update public.conversation_sessions set deleted_at = now() where id = tests.s(4);
create function tests.inserted(p_actor text, p_session integer, p_role text)
returns text
language sql
as $$
  select tests.act_as(p_actor);
  select tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content) values (%L, %L, %L)',
    tests.s(p_session), p_role, 'a'
  ))
$$;
select is(tests.inserted('owner', 1, 'user'), 'PT409 SESSION_CLOSED', 'delivered');
select is(tests.inserted('owner', 2, 'user'), 'PT409 SESSION_CLOSED', 'cancelled');
select is(tests.inserted('owner', 3, 'user'), 'PT409 SESSION_CLOSED', 'archived');
select is(tests.inserted('owner', 4, 'user'), 'PT409 SESSION_CLOSED', 'in the trash');
select is(
  tests.inserted('owner', 1, 'assistant'), 'PT409 SESSION_CLOSED', 'an answer to nothing'
);
select is(tests.inserted('owner', 1, 'system'), 'PT409 SESSION_CLOSED', 'a system message');
select is(
  (
    select string_agg(tests.inserted('service_role', i, 'user'), ' ')
    from generate_series(1, 4) as i
  ),
  'ok ok ok ok', 'the server writes into each'
);

select * from finish();
rollback;
