begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1, 'owner', 'brand');
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(tests.msg(1)));
select results_eq(
  format(
    $$
      select r.role::text, r.content, r.sequence_order, tests.number_of(r.parent_message_id),
        r.status::text, r.user_id, r.brand_id, r.reported_by::text, r.inserted
      from public.log_turn(%L, %L, 'how?', 'so.') as r
    $$, tests.s(1), tests.m(2)
  ),
  $$
    values
      ('user', 'how?', 2, '1', 'complete', tests.id_of('owner'), tests.id_of('brand'),
        'authenticated', true),
      ('assistant', 'so.', 3, '2', 'complete', tests.id_of('owner'), tests.id_of('brand'),
        'authenticated', true)
  $$, 'both rows, each after the one before'
);
select public.log_turn(tests.s(1), tests.m(3), 'and then?', 'then.');
select is(tests.tree_of(1), '1 2<1 ?<2 3<? ?<3 | shown ? | branches 0', 'the next turn follows');
select is(
  (select string_agg(h.content, ' ') from public.get_conversation_history(tests.s(1)) as h),
  'm1 how? so. and then? then.', 'as it is read'
);
select is(tests.counters_of(1), 'messages 5, tokens 0, cost 0, last 5', 'and counted');
select is(
  (select count(distinct m.created_at) from public.conversation_messages as m), 3::bigint,
  'a turn has one time'
);
select is(
  (
    select s.last_activity_at = max(m.created_at)
    from public.conversation_sessions as s
    join public.conversation_messages as m on m.session_id = s.id
    group by s.id
  ), true, 'which is the session''s last activity'
);

select * from finish();
rollback;
