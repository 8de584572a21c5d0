begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(4);

select tests.start(1);
select tests.did(tests.run(1, i, jsonb_build_object('tool_name', 'p' || i))) from generate_series(1, 5) as i;
-- Midnight UTC today, whatever the time zone of the session.
update public.tool_executions as t
set created_at = (date_trunc('day', now() at time zone 'utc') + e.shift) at time zone 'utc'
from (
  values
    (tests.t(1), interval '-6 days'),
    (tests.t(2), interval '-6 days -1 microsecond'),
    (tests.t(3), interval '-7 days'),
    (tests.t(4), interval '-5 days'),
    (tests.t(5), interval '0')
) as e (id, shift)
where e.id = t.id;
create function pg_temp.tools()
returns text
language sql
as $$ select string_agg(tool_name, ' ' order by tool_name) from public.tool_execution_stats $$;
select tests.act_as('owner');
select is(pg_temp.tools(), 'p1 p4 p5', 'from midnight 6 days ago to today');
set local timezone = 'Pacific/Kiritimati';
select is(pg_temp.tools(), 'p1 p4 p5', 'the same 14 hours ahead of UTC');
set local timezone = 'Pacific/Pago_Pago';
select is(pg_temp.tools(), 'p1 p4 p5', 'and 11 hours behind');
select tests.act_as('service_role');
select is(pg_temp.tools(), 'p1 p4 p5', 'everybody''s');

select * from finish();
rollback;
