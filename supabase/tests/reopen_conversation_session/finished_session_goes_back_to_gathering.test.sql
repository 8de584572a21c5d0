begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select public.complete_conversation_session(tests.s(1));
select public.cancel_conversation_session(tests.s(2));
create temp table reopened as select * from public.reopen_conversation_session(tests.s(1));
select is((select state from reopened), 'gathering', 'a delivered one');
select is((select completed_at from reopened), null, 'is not completed any more');
select is(
  (select state from public.reopen_conversation_session(tests.s(2))), 'gathering', 'a cancelled one'
);
select is(
  (
    select array_agg(from_state || '>' || to_state order by id)
    from public.session_events where session_id = tests.s(1)
  ),
  array['initial>delivered', 'delivered>gathering'], 'the way back is in the history'
);
select is(
  (select state from public.complete_conversation_session(tests.s(1))), 'delivered',
  'it can be completed again'
);
select is(
  (select state from public.reopen_conversation_session(tests.s(1))), 'gathering',
  'and reopened again'
);

select * from finish();
rollback;
