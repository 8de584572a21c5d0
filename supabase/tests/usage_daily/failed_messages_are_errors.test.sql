begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.counts()
returns text
language sql
as $$
  select concat_ws(' ', sum(u.errors), sum(u.requests), sum(u.assistant_messages))
  from public.usage_daily as u
$$;
insert into public.conversation_messages (id, session_id, role, content, provider)
values (tests.m(1), tests.s(1), 'assistant', 'a', 'acme');
select is(pg_temp.counts(), '0 1 1', 'an answer');
insert into public.conversation_messages (session_id, role, content, provider, error_message)
values (tests.s(1), 'assistant', '', 'acme', 'overloaded');
select is(pg_temp.counts(), '1 2 2', 'one with an error');
select public.log_turn(tests.s(1), tests.m(2), 'q', p_provider => 'acme', p_error_message => 'x');
select is(pg_temp.counts(), '2 3 3', 'a turn that failed');
select tests.append(1, jsonb_build_array(
  tests.msg(3, '{"role": "assistant", "error_message": "x"}')
));
select is(pg_temp.counts(), '3 3 4', 'an error without a model is no request');
select tests.act_as('postgres');
update public.conversation_messages set status = 'failed' where id = tests.m(1);
select tests.act_as('owner');
select is(pg_temp.counts(), '4 3 4', 'an answer that turns out to have failed');

select * from finish();
rollback;
