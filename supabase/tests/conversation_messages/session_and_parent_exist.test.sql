begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.start(2);
select tests.fill(1, 1);
set constraints all immediate;
create function pg_temp.placed(p_session integer, p_parent integer)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.conversation_messages (
       session_id, user_id, role, content, sequence_order, parent_message_id
     ) values (%L, %L, %L, %L, %s, %L)',
    tests.s(p_session), tests.id_of('owner'), 'user', 'a', 10 + coalesce(p_parent, 0),
    tests.m(p_parent)
  ))
$$;
select is(pg_temp.placed(3, null), '23503', 'an unknown session');
select is(pg_temp.placed(1, 9), '23503', 'an unknown parent');
select is(pg_temp.placed(2, 1), '23503', 'a parent in another session');
select is(pg_temp.placed(1, 1), 'ok', 'a parent in the same session');
select is(pg_temp.placed(2, null), 'ok', 'no parent');

select * from finish();
rollback;
