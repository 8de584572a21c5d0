begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(1);

select tests.start(1);
insert into private.session_transitions values ('initial', 'awaiting_approval');
select tests.act_as('owner');
select is(
  (select state from public.set_session_state(tests.s(1), 'awaiting_approval')),
  'awaiting_approval', 'a project may add moves'
);

select * from finish();
rollback;
