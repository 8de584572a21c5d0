begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
update public.conversation_sessions set state = 'planning' where id = tests.s(1);
select public.set_session_state(tests.s(1), 'executing');
select public.complete_conversation_session(tests.s(1));
select public.reopen_conversation_session(tests.s(1));
select public.rename_session(tests.s(1), 'no move');
select results_eq(
  $$
    select from_state::text, to_state::text, actor, user_id, at <= clock_timestamp()
    from public.session_events
    order by id
  $$,
  $$
    select f, t, tests.id_of('owner'), tests.id_of('owner'), true
    from (
      values
        ('initial', 'planning'), ('planning', 'executing'), ('executing', 'delivered'),
        ('delivered', 'gathering')
    ) as e (f, t)
  $$, 'from, to, actor and user of each, in order'
);
select is(
  tests.error_of(
    format('select public.set_session_state(%L, %L)', tests.s(1), 'awaiting_approval')
  ),
  'PT409 ILLEGAL_TRANSITION', 'a refused move'
);
select is((select count(*) from public.session_events), 4::bigint, 'leaves none');

select * from finish();
rollback;
