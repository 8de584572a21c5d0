begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(12);

select tests.visit(1);
create function pg_temp.log(p_turns jsonb)
returns text
language sql
as $$ select tests.error_of(format('select public.log_chat_turns(%L)', p_turns)) $$;
select tests.act_as('service_role');
select is(pg_temp.log(jsonb_build_array(tests.turn(9, 1))), 'PT404 SESSION_NOT_FOUND', 'no session');
select is(pg_temp.log('[7]'), 'PT400 INVALID_ARGUMENT', 'no object');
select is(
  pg_temp.log(jsonb_build_array(tests.turn(1, 1, '{"new": 1}'))), 'PT400 INVALID_ARGUMENT',
  'an unknown key'
);
select is(
  pg_temp.log(jsonb_build_array(tests.turn(1, 1) - 'turn_id')), 'PT400 INVALID_ARGUMENT', 'no id'
);
select is(
  pg_temp.log(jsonb_build_array(tests.turn(1, 1, '{"latency_ms": "x"}'))), '22P02', 'another type'
);
select is(
  pg_temp.log(jsonb_build_array(tests.turn(1, 1, '{"metadata": {"n": 1e400}}'))), 'PT413 TOO_LARGE',
  'a wide number'
);
select is(
  pg_temp.log(jsonb_build_array(tests.turn(9, 1, '{"metadata": {"n": 1e400}}'))),
  'PT404 SESSION_NOT_FOUND', 'which nobody looks at who has no session'
);
-- More numbers than any text of the right length has.
select is(
  pg_temp.log(
    jsonb_build_array(
      tests.turn(1, 1) || jsonb_build_object(f.name, (select jsonb_agg(0) from generate_series(1, f.count)))
    )
  ), 'PT413 TOO_LARGE', f.count || ' numbers in ' || f.name
)
from (
  values
    ('tool_calls', 180000), ('metadata', 180000), ('similar_qa_matches', 180000),
    ('similarity_scores', 9000), ('query_embedding', 9000)
) as f (name, count);

select * from finish();
rollback;
