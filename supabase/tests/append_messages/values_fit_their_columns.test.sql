begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.sent(p_more jsonb)
returns text
language sql
as $$ select tests.append_error(1, jsonb_build_array(tests.msg(1), tests.msg(2, p_more))) $$;
select is(
  (
    select string_agg(v::text, ', ')
    from unnest(
      array[
        '{"role": "robot"}', '{"role": 1}', '{"id": "x"}', '{"id": 7}', '{"session_id": "x"}',
        '{"tokens_used": "many"}', '{"tokens_used": 1.5}', '{"tokens_used": 2147483648}',
        '{"tokens_used": true}', '{"tokens_used": []}', '{"cost_usd": "free"}',
        '{"cost_usd": {}}', '{"content_type": "html"}', '{"parent": "Root"}', '{"parent": 1}',
        '{"parent": {}}', '{"parent": ""}', '{"parent_message_id": "x"}', '{"parts": {}}',
        '{"parts": "a"}', '{"tool_calls": {}}', '{"metadata": []}'
      ]::jsonb[]
    ) as v
    where pg_temp.sent(v) <> 'PT400 INVALID_ARGUMENT'
  ), null, 'a value of another type or shape'
);
select is(
  (
    select string_agg(v::text, ', ')
    from unnest(
      array[
        '{"tokens_used": -1}', '{"cost_usd": -1}', '{"cost_usd": "NaN"}',
        '{"cost_usd": "Infinity"}', '{"cost_usd": 1000000000}',
        '{"latency_ms": -1}'
      ]::jsonb[]
    ) as v
    where pg_temp.sent(v) <> '23514'
  ), null, 'a value that a constraint refuses'
);
select is(tests.counters_of(1), 'messages 0, tokens 0, cost 0, last 0', 'nothing was written');
select is(pg_temp.sent('{"tokens_used": "12"}'), 'ok', 'a number as a string is taken');

select * from finish();
rollback;
