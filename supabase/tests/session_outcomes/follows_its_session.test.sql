begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(4);

select tests.visit(1), tests.visit(2);
insert into public.session_outcomes (session_id) values (tests.s(1)), (tests.s(2));
select is(
  tests.error_of(format('insert into public.session_outcomes (session_id) values (%L)', tests.s(1))),
  '23505', 'one a session'
);
select is(
  tests.error_of(format('insert into public.session_outcomes (session_id) values (%L)', tests.s(3))),
  '23503', 'of a session'
);
update public.conversation_sessions set user_id = tests.id_of('owner') where id = tests.s(1);
select results_eq(
  'select user_id from public.session_outcomes order by session_id',
  array[tests.id_of('owner'), null], 'its user'
);
delete from public.conversation_sessions where id = tests.s(1);
select results_eq(
  'select session_id from public.session_outcomes', array[tests.s(2)], 'it goes with it'
);

select * from finish();
rollback;
