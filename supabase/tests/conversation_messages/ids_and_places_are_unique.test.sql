-- With a place of its own a row passes the trigger that would have caught it first.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(1);
select tests.start(2);
insert into public.conversation_sessions (id, user_id) values (tests.s(3), null);
create function pg_temp.placed(p_id integer, p_session integer, p_sequence integer, p_user uuid)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.conversation_messages (
       id, session_id, user_id, role, content, sequence_order
     ) values (%L, %L, %L, %L, %L, %s)',
    tests.m(p_id), tests.s(p_session), p_user, 'user', 'a', p_sequence
  ))
$$;
select is(pg_temp.placed(1, 1, 1, tests.id_of('owner')), 'ok', 'a first message');
select is(pg_temp.placed(1, 2, 1, tests.id_of('owner')), '23505', 'its id in another session');
select is(pg_temp.placed(1, 1, 2, tests.id_of('owner')), '23505', 'its id in the same session');
select is(pg_temp.placed(2, 1, 1, tests.id_of('owner')), '23505', 'its place');
select is(pg_temp.placed(2, 1, 2, tests.id_of('owner')), 'ok', 'another place');
select is(pg_temp.placed(3, 3, 1, null), 'ok', 'a visitor''s message');
select is(pg_temp.placed(4, 3, 1, null), '23505', 'its place, without a user');

select * from finish();
rollback;
