begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(7);

-- One in the trash, one that has expired and is kept by a hold, one that has expired.
select tests.visit(1), tests.visit(2, '-1 day'), tests.visit(3, '-1 day');
update public.conversation_sessions set deleted_at = now() where id = tests.s(1);
select public.set_legal_hold('court', p_session_id => tests.s(2));
select tests.act_as('service_role');
create temporary table chats as
select n, 'chat-' || n as token, tests.secret(n) as secret from generate_series(1, 3) as n;
select is(
  tests.error_of(
    format('select public.get_chat_history(p_session_token => %L, p_session_secret => %L)', token, secret)
  ),
  'PT404 SESSION_NOT_FOUND', token || ' is not gone on with'
) from chats;
select is(
  (
    select count(*)
    from chats as c
    cross join lateral public.export_user_data(p_session_token => c.token, p_session_secret => c.secret) as e
    where e.line::jsonb ->> 'table' ~ 'conversation_sessions'
  ), 3::bigint, 'what is still there is handed out'
);
select is(
  (
    select array_agg(
      coalesce(
        r.receipt ->> 'details', r.receipt -> 'counts' ->> 'public.conversation_sessions'
      ) order by c.n
    )
    from chats as c
    cross join lateral (
      select public.erase_user_data(p_session_token => c.token, p_session_secret => c.secret)
    ) as r (receipt)
  ), '{1,LEGAL_HOLD,1}', 'and erased, unless a hold keeps it'
);
select is(
  tests.error_of(
    'select public.erase_user_data(p_session_token => ''chat-2'', p_session_secret => ''another'')'
  ), 'PT404 SESSION_NOT_FOUND', 'by its secret alone'
);
select tests.act_as('postgres');
select is(
  (select array_agg(id) from public.conversation_sessions), array[tests.s(2)], 'the others are gone'
);

select * from finish();
rollback;
