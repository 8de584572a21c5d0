begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(10);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.inserted(p_n integer, p_role text, p_more text default '')
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.conversation_messages (id, session_id, role, content, tool_calls)
     values (%L, %L, %L, %L, %L)', tests.m(p_n), tests.s(1), p_role, 'a', nullif(p_more, '')
  ))
$$;
select is(pg_temp.inserted(1, 'user'), 'ok', 'a question');
select public.complete_conversation_session(tests.s(1));
select is(pg_temp.inserted(2, 'user'), 'PT409 SESSION_CLOSED', 'no second question');
select is(pg_temp.inserted(2, 'assistant', '[{"id": "x"}]'), 'ok', 'an answer with a tool call');
select is(pg_temp.inserted(3, 'tool'), 'ok', 'the tool''s answer');
select is(pg_temp.inserted(4, 'system'), 'PT409 SESSION_CLOSED', 'no system message');
select is(pg_temp.inserted(5, 'assistant'), 'ok', 'the last answer');
select is(pg_temp.inserted(6, 'assistant'), 'PT409 SESSION_CLOSED', 'nothing after it');
select is(pg_temp.inserted(7, 'tool'), 'PT409 SESSION_CLOSED', 'no tool either');
select is(pg_temp.inserted(1, 'user'), 'ok', 'a repeat is no new turn');
select is(tests.tree_of(1), '1 2<1 3<2 5<3 | shown 5 | branches 0', 'four messages');

select * from finish();
rollback;
