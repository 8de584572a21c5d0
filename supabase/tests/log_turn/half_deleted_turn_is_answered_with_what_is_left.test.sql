begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.turn()
returns text
language sql
as $$
  select string_agg(concat_ws(' ', r.role, r.inserted), ', ')
  from public.log_turn(tests.s(1), tests.m(1), 'q', 'a') as r
$$;
select is(pg_temp.turn(), 'user t, assistant t', 'a turn');
delete from public.conversation_messages where id = tests.m(1);
select is(pg_temp.turn(), 'assistant f', 'without its question, sent again');
select is(tests.counters_of(1), 'messages 1, tokens 0, cost 0, last 2', 'nothing comes back');

select * from finish();
rollback;
