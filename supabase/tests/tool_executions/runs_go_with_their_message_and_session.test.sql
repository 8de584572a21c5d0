begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(4);

select tests.start(1);
select tests.fill(1, 2);
create function pg_temp.left_over()
returns text
language sql
security definer
as $$
  select coalesce(string_agg(ltrim(right(t.id::text, 12), '0'), ' ' order by t.id), 'none')
  from public.tool_executions as t
  where t.session_id = tests.s(1)
$$;
select tests.act_as('owner');
select tests.did(tests.run(1, 1, jsonb_build_object('message_id', tests.m(1))));
select tests.did(tests.run(1, 2, jsonb_build_object('message_id', tests.m(2))));
select tests.did(tests.run(1, 3));
select is(pg_temp.left_over(), '1 2 3', 'three runs');
delete from public.conversation_messages where id = tests.m(1);
select is(pg_temp.left_over(), '2 3', 'the run of a deleted message goes with it');
delete from public.tool_executions where id = tests.t(3);
select is(pg_temp.left_over(), '2', 'its user deletes one');
delete from public.conversation_sessions where id = tests.s(1);
select is(pg_temp.left_over(), 'none', 'and all go with the session');

select * from finish();
rollback;
