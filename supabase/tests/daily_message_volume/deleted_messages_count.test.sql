begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content, tokens_used)
values
  (tests.m(1), tests.s(1), 'user', 'a', null), (tests.m(2), tests.s(1), 'assistant', 'b', 10),
  (tests.m(3), tests.s(1), 'tool', 'c', 5);
create function pg_temp.volume()
returns text
language sql
as $$
  select concat_ws(
    ' ', user_id = tests.id_of('owner'), message_count, user_messages, assistant_messages, total_tokens
  )
  from public.daily_message_volume
$$;
select is(pg_temp.volume(), 't 3 1 1 15', 'a day');
delete from public.conversation_messages where id = tests.m(2);
select is(pg_temp.volume(), 't 3 1 1 15', 'a message deleted');
delete from public.conversation_sessions where id = tests.s(1);
select is(pg_temp.volume(), 't 3 1 1 15', 'the session deleted');
select tests.act_as('postgres');
delete from auth.users where id = tests.id_of('owner');
select tests.act_as('service_role');
select is(pg_temp.volume(), '3 1 1 15', 'the user gone: nobody''s day');

select * from finish();
rollback;
