begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.start(2, 'other');
select tests.fill(1, 1);
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(9), tests.s(2), 'user', 'not mine');
select tests.act_as('owner');
update public.conversation_messages
set mood = 'glad', metadata = '{"a": 1}', action_taken = 'asked', questions_asked = '["q"]',
  delegation_plan = '{"to": "b"}';
select is(
  (
    select concat_ws(' ', mood, metadata, action_taken, questions_asked, delegation_plan)
    from public.conversation_messages
  ), 'glad {"a": 1} asked ["q"] {"to": "b"}', 'mood, metadata, action, questions, plan'
);
select tests.act_as('postgres');
select is(
  (select mood from public.conversation_messages where id = tests.m(9)), null,
  'another user''s message is untouched'
);

select * from finish();
rollback;
