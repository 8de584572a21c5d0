begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
select tests.act_as('owner');
-- 1-2-3; 4 beside 2 with 5 behind it; 6 beside 3.
select tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(2), tests.msg(3)));
select tests.append(
  1, jsonb_build_array(tests.msg(4, jsonb_build_object('parent', tests.m(1))), tests.msg(5))
);
select tests.append(1, jsonb_build_array(tests.msg(6, jsonb_build_object('parent', tests.m(2)))));
select tests.act_as('postgres');
update public.conversation_sessions set last_activity_at = '2026-01-01';
select tests.act_as('owner');
select is(
  tests.number_of((public.select_branch(tests.m(4))).active_message_id), '5', 'below the message'
);
select is(tests.history_of(1), '1 4 5', 'history follows');
select is(tests.number_of((public.select_branch(tests.m(3))).active_message_id), '3', 'a leaf itself');
select is(tests.number_of((public.select_branch(tests.m(2))).active_message_id), '6', 'the newest');
select is(
  (public.get_session(tests.s(1))).last_activity_at, '2026-01-01'::timestamptz,
  'looking is no activity'
);
select is(
  tests.tree_of(1), '1 2<1 3<2 4<1 5<4 6<2 | shown 6 | branches 2', 'nothing else changes'
);
select tests.act_as('other');
select is(
  tests.error_of(format('select public.select_branch(%L)', tests.m(3))), 'PT404 MESSAGE_NOT_FOUND',
  'somebody else''s'
);
select tests.act_as('owner');
select public.delete_session(tests.s(1));
select is(
  tests.error_of(format('select public.select_branch(%L)', tests.m(3))), 'PT404 MESSAGE_NOT_FOUND',
  'in the trash'
);

select * from finish();
rollback;
