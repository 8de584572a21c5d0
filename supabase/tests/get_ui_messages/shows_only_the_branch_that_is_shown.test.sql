begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(4);

select tests.start(1);
insert into public.conversation_sessions (id, user_id) values (tests.s(2), null);
select tests.act_as('owner');
select is(tests.ui(1), '[]', 'an empty session');
select tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(2)));
select tests.append(1, jsonb_build_array(tests.msg(3, jsonb_build_object('parent', tests.m(1)))));
select is(tests.ui_line(1), 'user: m1 | user: m3', 'the branch that grew last');
select is(
  tests.error_of(format('select public.get_ui_messages(%L)', tests.s(2))),
  'PT404 SESSION_NOT_FOUND', 'the session of a visitor'
);
select tests.act_as('service_role');
select tests.append(2, jsonb_build_array(tests.msg(4)));
select is(tests.ui_line(2), 'user: m4', 'is read by the server');

select * from finish();
rollback;
