begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(8);

select tests.start(1), tests.start(2), tests.start(3, 'other');
insert into public.conversation_messages (id, session_id, role, content)
values
  (tests.m(1), tests.s(1), 'user', 'a'), (tests.m(2), tests.s(2), 'user', 'b'),
  (tests.m(3), tests.s(3), 'user', 'c');
select tests.act_as('owner');
select is(tests.attach(1, 1, 'a', 1), 'ok', 'a message of the session');
select is(tests.attach(2, 1, 'b'), 'ok', 'or none yet');
select is(
  tests.attach(3, 1, 'c', c.message), 'PT404 MESSAGE_NOT_FOUND', 'not message ' || c.message
)
from (values (2), (3), (4)) as c (message);
create function pg_temp.put(p_message integer)
returns text
language sql
as $$
  select tests.error_of(
    format('update public.attachments set message_id = %L where id = %L', tests.m(p_message), tests.a(2))
  )
$$;
select is(pg_temp.put(1), 'ok', 'a file is put to the message that was sent later');
select is(pg_temp.put(2), 'PT404 MESSAGE_NOT_FOUND', 'of the same session');
select is(pg_temp.put(null), 'ok', 'and taken from it');

select * from finish();
rollback;
