begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1, 'owner', 'brand');
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(1), tests.s(1), 'user', 'a');
select is(
  tests.error_of(format(
    'insert into public.conversation_messages (id, session_id, brand_id, user_id, role, content)
     values (%L, %L, %L, %L, %L, %L)', tests.m(1), tests.s(1), tests.id_of('brand'),
    tests.id_of('owner'), 'user', 'a'
  )), 'ok', 'S3''s form of the same message'
);
select is(tests.counters_of(1), 'messages 1, tokens 0, cost 0, last 1', 'writes nothing');

select * from finish();
rollback;
