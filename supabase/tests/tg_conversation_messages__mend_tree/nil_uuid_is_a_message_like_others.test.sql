begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(
  jsonb_build_object(
    'id', '00000000-0000-0000-0000-000000000000', 'role', 'user', 'content', 'root'
  ),
  tests.msg(2),
  tests.msg(3, '{"parent": "00000000-0000-0000-0000-000000000000"}'),
  tests.msg(4)
));
select is((select branch_count from public.get_session(tests.s(1))), 1, 'one branch beside the first');
delete from public.conversation_messages where id = tests.m(4);
select is((select branch_count from public.get_session(tests.s(1))), 1, 'still one');

select * from finish();
rollback;
