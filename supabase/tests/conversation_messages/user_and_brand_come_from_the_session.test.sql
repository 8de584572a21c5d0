begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1, 'owner', 'brand');
select tests.start(2);
select tests.act_as('owner');
insert into public.conversation_messages (session_id, brand_id, user_id, role, content)
values
  (tests.s(1), tests.id_of('other_brand'), tests.id_of('other'), 'user', 'wrong'),
  (tests.s(1), tests.id_of('brand'), tests.id_of('owner'), 'user', 'right'),
  (tests.s(1), null, null, 'user', 'left out'),
  (tests.s(2), tests.id_of('brand'), tests.id_of('owner'), 'user', 'personal');
select is(
  (select count(*) from public.conversation_messages where session_id = tests.s(1)
    and user_id = tests.id_of('owner') and brand_id = tests.id_of('brand')), 3::bigint,
  'whatever the client says'
);
select is(
  (select brand_id from public.conversation_messages where session_id = tests.s(2)), null,
  'a personal session has no brand'
);
select tests.act_as('service_role');
insert into public.conversation_messages (session_id, user_id, role, content)
values (tests.s(1), tests.id_of('other'), 'assistant', 'from the server');
select is(
  (select user_id from public.conversation_messages where content = 'from the server'),
  tests.id_of('owner'), 'for the server too'
);

select * from finish();
rollback;
