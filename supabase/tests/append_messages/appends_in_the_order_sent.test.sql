begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(1, 'owner', 'brand');
select tests.act_as('owner');
select is(
  tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(3), tests.msg(2))), '1@1+ 3@2+ 2@3+',
  'the rows in the order sent, each inserted'
);
select is(tests.tree_of(1), '1 3<1 2<3 | shown 2 | branches 0', 'each follows the one before');
select is(tests.append(1, jsonb_build_array(tests.msg(4))), '4@4+', 'a second call');
select is(tests.tree_of(1), '1 3<1 2<3 4<2 | shown 4 | branches 0', 'follows the end');
select is(
  (select array_agg(a.role::text || a.content order by a.sequence_order)
  from public.append_messages(
    tests.s(1), '[{"role": "system", "content": "a"}, {"role": "tool", "content": "b"}]'
  ) as a), array['systema', 'toolb'], 'without ids the database makes them'
);
select is(
  (
    select count(*) from public.conversation_messages
    where user_id = tests.id_of('owner') and brand_id = tests.id_of('brand')
  ), 6::bigint, 'user and brand are the session''s'
);
select is(tests.counters_of(1), 'messages 6, tokens 0, cost 0, last 6', 'counters');

select * from finish();
rollback;
