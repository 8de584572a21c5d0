begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(6);

select tests.start(1);
select tests.start(2, 'other');
select tests.act_as('owner');
insert into public.tool_executions (session_id, tool_name, tool_type, status, execution_time_ms, tokens_used)
values
  (tests.s(1), 'search', 'function', 'completed', 100, 10),
  (tests.s(1), 'search', 'function', 'completed', 200, null),
  (tests.s(1), 'search', 'function', 'failed', 400, 5),
  (tests.s(1), 'search', 'function', 'cancelled', null, null),
  (tests.s(1), 'search', 'function', 'running', null, 1),
  (tests.s(1), 'search', null, 'pending', null, null),
  (tests.s(1), 'search', 'mcp', 'failed', 3, null),
  (tests.s(1), 'fetch', 'function', 'completed', 1, 2147483647),
  (tests.s(1), 'fetch', 'function', 'completed', 2, 2147483647),
  (tests.s(1), 'fetch', 'function', 'failed', 2, null);
select tests.act_as('other');
insert into public.tool_executions (session_id, tool_name, tool_type, status, execution_time_ms)
values (tests.s(2), 'search', 'function', 'failed', 1000);
-- Some clocks are coarse.
select tests.act_as('postgres');
update public.tool_executions set created_at = created_at + execution_time_ms * interval '1 second'
where tool_name = 'fetch';

create function pg_temp.stats(p_name text, p_type text)
returns text
language sql
as $$
  select format(
    '%s: %s/%s/%s, rate %s, mean %s, p50 %s, p95 %s, tokens %s', execution_count, completed_count,
    failed_count, cancelled_count, coalesce(success_rate::text, '-'),
    coalesce(avg_execution_ms::text, '-'), coalesce(p50_execution_ms::text, '-'),
    coalesce(p95_execution_ms::text, '-'), total_tokens
  )
  from public.tool_execution_stats
  where tool_name = p_name and tool_type is not distinct from p_type
$$;
select tests.act_as('owner');
select is(
  pg_temp.stats('search', 'function'),
  '5: 2/1/1, rate 0.5000, mean 233.33, p50 200.00, p95 380.00, tokens 16', 'a tool of one''s own'
);
select is(
  pg_temp.stats('search', null), '1: 0/0/0, rate -, mean -, p50 -, p95 -, tokens 0', 'none has ended'
);
select is(
  pg_temp.stats('search', 'mcp'), '1: 0/1/0, rate 0.0000, mean 3.00, p50 3.00, p95 3.00, tokens 0',
  'another kind is another row'
);
select is(
  pg_temp.stats('fetch', 'function'),
  '3: 2/1/0, rate 0.6667, mean 1.67, p50 2.00, p95 2.00, tokens 4294967294', 'beyond an integer'
);
select ok(
  (
    select s.first_used_at = u.first and s.last_used_at = u.last and u.first < u.last
    from public.tool_execution_stats as s
    cross join (
      select min(t.created_at) as first, max(t.created_at) as last
      from public.tool_executions as t
      where t.tool_name = 'fetch'
    ) as u
    where s.tool_name = 'fetch'
  ), 'first and last use'
);
select tests.act_as('service_role');
select is(
  pg_temp.stats('search', 'function'),
  '6: 2/2/1, rate 0.4000, mean 425.00, p50 300.00, p95 910.00, tokens 16', 'the server: everybody''s'
);

select * from finish();
rollback;
