begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(1), tests.s(1), 'user', 'a');
insert into public.conversation_messages (id, session_id, role, content)
values
  (tests.m(2), tests.s(1), 'assistant', 'b'), (tests.m(3), tests.s(1), 'user', 'c'),
  (tests.m(4), tests.s(1), 'assistant', 'd');
insert into public.conversation_messages (id, session_id, role, content)
values
  (tests.m(5), tests.s(2), 'user', 'e'), (tests.m(6), tests.s(1), 'user', 'f'),
  (tests.m(7), tests.s(2), 'user', 'g');
select is(tests.tree_of(1), '1 2<1 3<2 4<3 6<4 | shown 6 | branches 0', 'the first session');
select is(tests.tree_of(2), '5 7<5 | shown 7 | branches 0', 'the second');
select is(
  (select array_agg(sequence_order order by sequence_order) from public.conversation_messages
  where session_id = tests.s(1)), array[1, 2, 3, 4, 5], '1 to n without a gap'
);
-- Some clocks tick in milliseconds: neighbours may carry the same time.
select ok(
  (
    select bool_and(m.created_at >= p.created_at) and min(m.created_at) > now()
    from public.conversation_messages as m
    join public.conversation_messages as p on p.id = m.parent_message_id
  ), 'created_at rises with it, by the clock and not by the transaction'
);
select is(tests.counters_of(1), 'messages 5, tokens 0, cost 0, last 5', 'and the counters');

select * from finish();
rollback;
