begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(1);

select tests.start(1);
update public.conversation_sessions set last_activity_at = now() + interval '1 hour'
where id = tests.s(1);
select tests.act_as('owner');
update public.conversation_sessions set parsed_intent = '1' where id = tests.s(1);
select is(
  (select last_activity_at from public.get_session(tests.s(1))), now() + interval '1 hour',
  'a later time stays'
);

select * from finish();
rollback;
