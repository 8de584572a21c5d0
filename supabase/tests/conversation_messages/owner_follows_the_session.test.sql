begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(1, 'owner', 'brand');
select tests.start(2, 'owner', 'brand');
select tests.fill(1, 3);
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(9), tests.s(2), 'user', 'a');
select public.complete_conversation_session(id) from unnest(array[tests.s(1), tests.s(2)]) as id;
update public.conversation_sessions
set user_id = tests.id_of('other'), brand_id = null
where id = tests.s(1);
select is(
  (
    select count(*) from public.conversation_messages
    where session_id = tests.s(1) and user_id = tests.id_of('other') and brand_id is null
  ), 3::bigint, 'messages follow'
);
select is(
  (select user_id from public.session_events where session_id = tests.s(1)), tests.id_of('other'),
  'events too'
);
select is(
  (select user_id from public.conversation_messages where session_id = tests.s(2)),
  tests.id_of('owner'), 'those of another session stay'
);
select is(tests.counters_of(1), 'messages 3, tokens 0, cost 0, last 3', 'the counters stay');
select tests.act_as('other');
select is(tests.history_of(1), '1 2 3', 'the new user reads them');
select tests.act_as('owner');
select is_empty(
  format('select * from public.conversation_messages where session_id = %L', tests.s(1)),
  'the old one does not'
);
select tests.act_as('postgres');
update public.conversation_sessions set brand_id = tests.id_of('other_brand')
where id = tests.s(2);
select is(
  (select brand_id from public.conversation_messages where id = tests.m(9)),
  tests.id_of('other_brand'), 'a change of the brand alone is carried too'
);

select * from finish();
rollback;
