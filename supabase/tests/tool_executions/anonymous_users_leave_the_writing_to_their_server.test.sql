begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(7);

select tests.start(1, 'anonymous');
select tests.start(2, 'owner');
select tests.act_as('anonymous');
select is(tests.run(1, 1), '42501', 'no insert');
select is(tests.run(2, 1), 'PT404 SESSION_NOT_FOUND', 'a session of another is not there');
select tests.act_as('service_role');
select is(tests.run(1, 1), 'ok', 'the server writes');
select tests.act_as('anonymous');
select is((select count(*) from public.tool_executions), 1::bigint, 'they read it');
select is(tests.set_run(1, $$ status = 'running' $$), 'none', 'change nothing');
select is(
  tests.error_of(format(
    'select public.log_turn(%L, %L, %L, %L, p_tool_executions => %L)', tests.s(1), tests.m(1), 'q', 'a',
    '[{"tool_name": "search"}]'
  )), 'PT403 FORBIDDEN', 'nor by log_turn'
);
delete from public.tool_executions;
select is((select count(*) from public.tool_executions), 0::bigint, 'and delete what is theirs');

select * from finish();
rollback;
