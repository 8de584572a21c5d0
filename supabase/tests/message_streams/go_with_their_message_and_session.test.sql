begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select public.begin_message(tests.s(1), tests.m(1));
select public.begin_message(tests.s(2), tests.m(2));
select tests.act_as('postgres');
select throws_ok(
  format(
    'insert into private.message_streams (message_id, session_id) values (%L, %L)', tests.m(1), tests.s(1)
  ), '23505', null, 'one a message'
);
select tests.act_as('owner');
delete from public.conversation_messages where id = tests.m(1);
delete from public.conversation_sessions where id = tests.s(2);
select tests.act_as('postgres');
select is_empty('select 1 from private.message_streams', 'gone');
select throws_ok(
  format(
    'insert into private.message_streams (message_id, session_id) values (%L, %L)', tests.m(1), tests.s(1)
  ), '23503', null, 'none without a message'
);

select * from finish();
rollback;
