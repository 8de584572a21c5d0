begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

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

reset role;
create function tests.next_step(p_session integer)
returns text
language plpgsql
as $$
declare
  v_hint text;
begin
  insert into public.conversation_messages (session_id, role, content)
  values (tests.s(p_session), 'user', 'a');
  return 'ok';
exception
  when sqlstate 'PT409' then
    get stacked diagnostics v_hint = pg_exception_hint;
    return substring(v_hint from '\w+_session\M');
end
$$;
select tests.act_as('owner');
select is(
  (select string_agg(tests.next_step(i), ' ' order by i) from generate_series(1, 4) as i),
  'reopen_conversation_session reopen_conversation_session unarchive_session restore_session',
  'the hint names what opens it again'
);

select * from finish();
rollback;
