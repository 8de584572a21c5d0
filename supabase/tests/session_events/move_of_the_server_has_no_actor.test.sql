begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(1);

select tests.start(1);
insert into public.conversation_sessions (id, user_id) values (tests.s(2), null);
select tests.act_as('service_role');
select public.complete_conversation_session(id) from unnest(array[tests.s(1), tests.s(2)]) as id;
select results_eq(
  format(
    'select user_id, actor from public.session_events where session_id in (%L, %L) order by id',
    tests.s(1), tests.s(2)
  ),
  $$ values (tests.id_of('owner'), null::uuid), (null, null) $$,
  'the session''s user or none, and no actor'
);

select * from finish();
rollback;
