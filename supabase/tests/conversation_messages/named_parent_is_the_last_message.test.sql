begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
select tests.start(2);
select tests.fill(1, 2);
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(8), tests.s(2), 'user', 'other session');
select tests.act_as('owner');
create function pg_temp.inserted(p_parent uuid)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content, parent_message_id)
     values (%L, %L, %L, %L)', tests.s(1), 'user', 'a', p_parent
  ))
$$;
select is(pg_temp.inserted(tests.m(1)), 'PT400 INVALID_ARGUMENT', 'an older message');
select is(pg_temp.inserted(tests.m(8)), 'PT400 INVALID_ARGUMENT', 'one of another session');
select is(pg_temp.inserted(tests.m(99)), 'PT400 INVALID_ARGUMENT', 'one that does not exist');
select is(tests.tree_of(1), '1 2<1 | shown 2 | branches 0', 'nothing was written');
select is(pg_temp.inserted(tests.m(2)), 'ok', 'the last one');
select is(tests.tree_of(1), '1 2<1 ?<2 | shown ? | branches 0', 'goes on from it');

select * from finish();
rollback;
