begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(i) from generate_series(1, 4) as i;
select public.complete_conversation_session(tests.s(1));
select public.cancel_conversation_session(tests.s(2));
update public.conversation_sessions set archived_at = now() where id = tests.s(3);
update public.conversation_sessions set deleted_at = now() where id = tests.s(4);
select tests.act_as('owner');
create function pg_temp.sent(p_session integer, p_messages text)
returns text
language sql
as $$ select tests.append_error(p_session, p_messages::jsonb) $$;
select is(
  (
    select array_agg(pg_temp.sent(i, '[{"role": "user", "content": "a"}]'))
    from generate_series(1, 4) as i
  ), array_fill('PT409 SESSION_CLOSED'::text, array[4]), 'delivered, cancelled, archived, trashed'
);
select is(
  pg_temp.sent(1, '[{"role": "assistant", "content": "a"}]'), 'PT409 SESSION_CLOSED',
  'an answer to nothing'
);
select is(
  pg_temp.sent(1, '[{"role": "system", "content": "a"}]'), 'PT409 SESSION_CLOSED',
  'a system message'
);
select tests.act_as('service_role');
select is(
  (
    select array_agg(pg_temp.sent(i, '[{"role": "user", "content": "a"}]'))
    from generate_series(1, 4) as i
  ), array_fill('ok'::text, array[4]), 'the server writes into each'
);

select * from finish();
rollback;
