begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
insert into public.conversation_sessions (id, user_id, state, completed_at)
values (tests.s(2), tests.id_of('owner'), 'cancelled', '2026-01-01 00:00:00+00');
select tests.act_as('owner');
select public.complete_conversation_session(tests.s(1));
select is(
  (select completed_at from public.cancel_conversation_session(tests.s(2))),
  '2026-01-01 00:00:00+00'::timestamptz, 'a cancelled session keeps its time'
);
select is(
  (select count(*) from public.session_events where session_id = tests.s(2)), 0::bigint,
  'and gets no event'
);
select is(
  tests.error_of(format('select public.cancel_conversation_session(%L)', tests.s(1))),
  'PT409 ILLEGAL_TRANSITION', 'a delivered one is refused'
);
select is((select state from public.get_session(tests.s(1))), 'delivered', 'and stays delivered');

select * from finish();
rollback;
