begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.sent()
returns jsonb
language sql
as $$
  select jsonb_build_array(
    tests.msg(1, '{"tokens_used": 5, "cost_usd": 0.25, "metadata": {"b": 1, "a": 2}}'),
    tests.msg(2, jsonb_build_object('parent', tests.m(1))),
    tests.msg(3, jsonb_build_object('parent', tests.m(1)))
  )
$$;
select is(tests.append(1, pg_temp.sent()), '1@1+ 2@2+ 3@3+', 'the first time');
select is(tests.append(1, pg_temp.sent()), '1@1= 2@2= 3@3=', 'the second time');
select is(tests.tree_of(1), '1 2<1 3<1 | shown 3 | branches 1', 'the tree is the same');
select is(tests.counters_of(1), 'messages 3, tokens 5, cost 0.25, last 3', 'and the counters');
select tests.append(1, jsonb_build_array(tests.msg(4)));
update public.conversation_messages set mood = 'glad' where id = tests.m(1);
select is(tests.append(1, pg_temp.sent()), '1@1= 2@2= 3@3=', 'later too');
select is(
  (
    select a.mood
    from public.append_messages(tests.s(1), pg_temp.sent()) as a
    where a.id = tests.m(1)
  ),
  'glad', 'the rows are as they are now'
);
select is((select active_message_id from public.get_session(tests.s(1))), tests.m(4), 'shown: 4');
select is(
  tests.append(1, jsonb_build_array(tests.msg(4), tests.msg(2, jsonb_build_object(
    'parent_message_id', tests.m(1)
  )))), '4@4= 2@2=', 'in another order and with the other name of parent'
);

select * from finish();
rollback;
