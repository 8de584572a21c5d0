begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(4);

select tests.visit(1), tests.visit(2);
select tests.fill(1, 2);
insert into public.message_retrievals (message_id, session_id)
select tests.m(n), tests.s(1) from generate_series(1, 2) as n;
select is(
  tests.error_of(format('insert into public.message_retrievals values (%L, %L)', tests.m(1), tests.s(1))),
  '23505', 'one a message'
);
delete from public.message_retrievals where message_id = tests.m(2);
select is(
  tests.error_of(format('insert into public.message_retrievals values (%L, %L)', tests.m(2), tests.s(2))),
  '23503', 'in the session of the message'
);
select is((select count(*) from public.message_retrievals), 1::bigint, 'one is left');
delete from public.conversation_messages where id = tests.m(1);
select is((select count(*) from public.message_retrievals), 0::bigint, 'it goes with the message');

select * from finish();
rollback;
