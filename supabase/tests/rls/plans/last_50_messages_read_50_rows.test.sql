begin;
\ir ../../_shared/setup.psql
\ir plan.psql
\ir messages.psql
select plan(5);

-- Long, and 501 other sessions.
select tests.make_messages(10000, 500);
create table tests.plans (plan jsonb);
grant select, insert on tests.plans to authenticated;

select tests.act_as('owner');
insert into tests.plans (plan)
select tests.plan_of(
  format(
    'select * from public.conversation_messages where session_id = %L
     order by sequence_order desc limit 50',
    tests.session('long')
  ),
  true
);
select ok(
  exists (
    select 1
    from tests.nodes_of(p.plan) as n
    where n.node ->> 'Index Name' = 'idx_messages_session_id'
  ),
  'a plain select uses idx_messages_session_id'
)
from tests.plans as p;
select cmp_ok(
  tests.rows_read(p.plan, 'conversation_messages'), '<=', 51::numeric,
  'it reads the rows that it returns'
)
from tests.plans as p;
select cmp_ok(
  tests.messages_read_by('select tests.read_last_50(tests.session(''long''))'), '<=', 51::bigint,
  'also when it is prepared and run again'
);
select cmp_ok(
  tests.messages_read_by('select public.get_conversation_history(tests.session(''long''))'),
  '<=', 60::bigint, 'get_conversation_history reads the rows that it returns'
);
-- So that the lines above cannot pass because nothing is counted.
select cmp_ok(
  tests.messages_read_by(
    'select content from public.conversation_messages where session_id = tests.session(''short'')'
  ),
  '>=', 10::bigint, 'a query that reads a whole session is counted'
);

select * from finish();
rollback;
