begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.act_as('owner');
create temp table moved as select * from public.set_session_state(tests.s(1), 'gathering');
select is((select id from moved), tests.s(1), 'the session');
select is((select state from moved), 'gathering', 'in its new state');
select ok((select completed_at is null from moved), 'an open state has no completed_at');
select ok(
  (select completed_at = now() from public.set_session_state(tests.s(1), 'cancelled')),
  'a final state has one'
);
select is(
  (select status from public.get_session(tests.s(1))), 'active', 'a final session stays listed'
);

select * from finish();
rollback;
