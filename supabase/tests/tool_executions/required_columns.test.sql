begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.tool_executions'::regclass and attnum > 0 and attnotnull
  ),
  array['created_at', 'id', 'request_hash', 'session_id', 'status', 'tool_name'],
  'these are never null'
);
select tests.start(1);
select tests.act_as('owner');
select is(
  tests.error_of(format('insert into public.tool_executions (session_id) values (%L)', tests.s(1))),
  '23502', 'a run names its tool'
);
insert into public.tool_executions (session_id, tool_name) values (tests.s(1), 'search');
select results_eq(
  'select status::text, input, output, started_at, completed_at, tokens_used from public.tool_executions',
  $$ values ('pending', null::jsonb, null::jsonb, null::timestamptz, null::timestamptz, null::integer) $$,
  'and may leave out the rest'
);

select * from finish();
rollback;
