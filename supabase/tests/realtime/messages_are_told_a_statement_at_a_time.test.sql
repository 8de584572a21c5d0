begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/realtime.psql
select plan(13);

select tests.start(1), tests.start(2), tests.start(3, 'other');
select tests.told();

select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(1), tests.s(1), 'user', 'hello');
select is(
  tests.told(), array[tests.messages('inserted', 'm1', 1, 1), tests.active()], 'a plain insert'
);
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(1), tests.s(1), 'user', 'hello');
select is(tests.told(), null, 'the same again writes nothing and tells nothing');
select tests.append(1, jsonb_build_array(tests.msg(2), tests.msg(3)));
select is(
  tests.told(), array[tests.messages('inserted', 'm2, m3', 2, 3, 2), tests.active()],
  'two in one call are one event'
);
update public.conversation_messages set mood = 'calm' where id in (tests.m(1), tests.m(3));
select is(
  tests.told(), array[tests.messages('updated', 'm1, m3', 1, 3, 2)], 'two updates of one statement'
);
update public.conversation_messages set mood = 'calm' where id = tests.m(9);
select is(tests.told(), null, 'an update of nothing');
delete from public.conversation_messages where id = tests.m(2);
select is(
  tests.told(),
  array[tests.messages('deleted', 'm2', 2, 2), tests.messages('updated', 'm3', 3, 3)],
  'a delete, and the answer that has another parent by it'
);

select tests.act_as('service_role');
update public.conversation_messages set cost_usd = 0.5 where id = tests.m(1);
select is(tests.told(), array[tests.messages('updated', 'm1', 1, 1)], 'a corrected cost');
select count(*)
from public.log_turn(
  p_session_id => tests.s(1), p_turn_id => tests.m(4), p_user_message => 'q',
  p_assistant_message => 'a'
);
select is(
  tests.told(), array[tests.messages('inserted', '?, m4', 4, 5, 2), tests.active()], 'a turn'
);

select tests.act_as('postgres');
insert into public.conversation_messages (id, session_id, role, content)
select tests.m(10 + i), tests.s(1 + i), 'user', 'hello' from generate_series(1, 2) as i;
select is(
  tests.told(),
  array[
    tests.messages('inserted', 'm11', 1, 1, 1, 's2'),
    tests.messages('inserted', 'm12', 1, 1, 1, 's3'),
    tests.active('s3', 'other'),
    tests.active('s2')
  ],
  'one statement, two sessions of two users: one event a topic'
);

select tests.act_as('owner');
select count(*)
from public.append_messages(
  tests.s(2), (select jsonb_agg(tests.msg(100 + i)) from generate_series(1, 1000) as i)
);
select tests.act_as('postgres');
select is(
  (
    select array_agg(
      concat_ws(
        ' ', m.event, jsonb_array_length(m.payload -> 'message_ids'), m.payload -> 'message_count',
        m.payload -> 'first_sequence', m.payload -> 'last_sequence'
      ) order by m.event
    )
    from realtime.messages as m
  ),
  array['message.inserted 100 1000 2 1001', 'session.active'],
  'a thousand in one call: one event, with the ids of a hundred'
);
select tests.act_as('owner');
select tests.told();
select public.fork_session(tests.s(2), tests.m(101));
select is(
  tests.told(),
  array[
    tests.messages('inserted', '?, ?', 1, 2, 2, '?'), tests.active('?'),
    tests.sessions('user:owner', 'created', '?')
  ],
  'a fork of two'
);
select tests.act_as('postgres');

insert into public.conversation_sessions (id, user_id) values (tests.s(4), null);
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(31), tests.s(4), 'user', 'hello');
update public.conversation_messages set mood = 'calm' where id = tests.m(31);
delete from public.conversation_messages where id = tests.m(31);
delete from public.conversation_sessions where id = tests.s(4);
select is(tests.told(), null, 'of a visitor nobody is told');

savepoint before;
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(41), tests.s(1), 'user', 'hello');
rollback to before;
select is(tests.told(), null, 'nor of what is rolled back');

select * from finish();
rollback;
