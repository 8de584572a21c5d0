begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

insert into public.conversation_sessions (id, user_id) values (tests.s(1), null);
select tests.act_as('service_role');
select tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(2), tests.msg(3)));
select is(tests.history_of(1, 2), '2 3', 'without a user');
select is(tests.history_of(1, 2, 3), '1 2', 'and before');
select tests.append(1, jsonb_build_array(tests.msg(4, jsonb_build_object('parent', tests.m(1)))));
select is(tests.history_of(1), '1 4', 'its branch');
select tests.act_as('owner');
select is(
  tests.error_of(format('select public.get_conversation_history(%L)', tests.s(1))),
  'PT404 SESSION_NOT_FOUND', 'no user reads it'
);

select * from finish();
rollback;
