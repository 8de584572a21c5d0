begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.act_as('owner');
select is_empty(
  $$ select * from public.get_latest_message(tests.s(1)) $$, 'none in an empty session'
);
select tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(2), tests.msg(3)));
select is((select id from public.get_latest_message(tests.s(1))), tests.m(3), 'the last');
select tests.append(1, jsonb_build_array(tests.msg(4, jsonb_build_object('parent', tests.m(1)))));
select is((select id from public.get_latest_message(tests.s(1))), tests.m(4), 'of the branch');
delete from public.conversation_messages where id = tests.m(4);
select is((select id from public.get_latest_message(tests.s(1))), tests.m(3), 'of what is left');
delete from public.conversation_messages where session_id = tests.s(1);
select is_empty($$ select * from public.get_latest_message(tests.s(1)) $$, 'none without any');

select * from finish();
rollback;
