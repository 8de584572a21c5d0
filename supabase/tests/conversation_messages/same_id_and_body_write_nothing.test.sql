begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.send()
returns bigint
language sql
as $$
  with inserted as (
    insert into public.conversation_messages (
      id, session_id, role, content, cost_usd, metadata, tool_calls
    )
    values (
      tests.m(1), tests.s(1), 'assistant', 'a', 0.5, '{"k": 1, "j": 2}', '[{"id": "x"}]'
    )
    returning id
  )
  select count(*) from inserted
$$;
select is(pg_temp.send(), 1::bigint, 'the first time a row');
select is(pg_temp.send(), 0::bigint, 'the second time none, and no error');
insert into public.conversation_messages (session_id, role, content)
values (tests.s(1), 'user', 'b');
select is(pg_temp.send(), 0::bigint, 'nor after another message');
update public.conversation_messages set mood = 'glad', metadata = '{}' where id = tests.m(1);
select is(pg_temp.send(), 0::bigint, 'nor after an annotation: the body as first sent counts');
select is(tests.counters_of(1), 'messages 2, tokens 0, cost 0.5, last 2', 'counted once');

select * from finish();
rollback;
