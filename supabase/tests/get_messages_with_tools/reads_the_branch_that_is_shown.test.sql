begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(4);

select tests.start(1);
insert into public.conversation_sessions (id, user_id) values (tests.s(2), null);
create function pg_temp.listed(p_session integer)
returns text
language sql
as $$
  select string_agg(
    format(
      '%s:%s:%s', tests.number_of(g.id), jsonb_array_length(g.tool_executions),
      (
        select string_agg(tests.number_of((r ->> 'id')::uuid), ' ')
        from jsonb_array_elements(g.tool_results) as r
      )
    ), ', ' order by g.ordinality
  )
  from public.get_messages_with_tools(tests.s(p_session)) with ordinality as g
$$;
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(
  tests.msg(1, '{"role": "assistant", "tool_calls": [{"id": "a"}]}'),
  tests.msg(2, '{"role": "tool", "tool_call_id": "a"}'),
  tests.msg(3, '{"role": "assistant", "tool_calls": [{"id": "b"}]}')
));
select tests.did(tests.run(1, 1, jsonb_build_object('message_id', tests.m(3))));
select is(pg_temp.listed(1), '1:0:2, 3:1:', 'a straight line');
select tests.append(1, jsonb_build_array(
  tests.msg(4, jsonb_build_object('role', 'tool', 'tool_call_id', 'a', 'parent', tests.m(1))),
  tests.msg(5, '{"role": "assistant", "tool_calls": [{"id": "c"}]}')
));
select is(pg_temp.listed(1), '1:0:4, 5:0:', 'a branch: its messages and answers alone');
select tests.act_as('service_role');
select tests.append(2, jsonb_build_array(
  tests.msg(6, '{"role": "assistant", "tool_calls": [{"id": "a"}]}'),
  tests.msg(7, '{"role": "tool", "tool_call_id": "a"}')
));
select is(pg_temp.listed(2), '6:0:7', 'a visitor''s, by the server');
select tests.act_as('owner');
select is(
  (
    select string_agg(
      tests.error_of(format('select public.get_messages_with_tools(%L, %s)', tests.s(1), n)), ' '
    )
    from unnest(array['0', '201', 'null', '200']) as n
  ),
  'PT400 INVALID_ARGUMENT PT400 INVALID_ARGUMENT PT400 INVALID_ARGUMENT ok', 'p_limit is 1 to 200'
);

select * from finish();
rollback;
