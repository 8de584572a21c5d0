begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(9);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.turn(
  p_answer text default 'a', p_mood text default 'calm', p_tokens integer default 5,
  p_question text default 'q'
)
returns text
language plpgsql
as $$
declare
  v_rows text;
  v_detail text;
begin
  select string_agg(concat_ws(' ', r.role, r.sequence_order, r.inserted), ', ')
  into v_rows
  from public.log_turn(
    tests.s(1), tests.m(1), p_question, p_answer, 'acme', 'm', p_input_tokens => p_tokens,
    p_cost_usd => 0.1, p_mood => p_mood, p_metadata => '{"a": 1}'
  ) as r;
  return v_rows;
exception
  when sqlstate 'PT409' then
    get stacked diagnostics v_detail = pg_exception_detail;
    return v_detail;
end
$$;
select is(pg_temp.turn(), 'user 1 t, assistant 2 t', 'a turn');
select is(pg_temp.turn(), 'user 1 f, assistant 2 f', 'sent again: the stored rows');
select is(pg_temp.turn('b'), 'IDEMPOTENCY_MISMATCH', 'another answer');
select is(pg_temp.turn(p_question => 'r'), 'IDEMPOTENCY_MISMATCH', 'another question');
select is(pg_temp.turn(p_mood => null), 'IDEMPOTENCY_MISMATCH', 'another mood');
select is(pg_temp.turn(p_tokens => 6), 'IDEMPOTENCY_MISMATCH', 'other tokens');
select tests.append(1, jsonb_build_array(tests.msg(2)));
select is(pg_temp.turn(), 'user 1 f, assistant 2 f', 'the same turn, later');
select is(tests.counters_of(1), 'messages 3, tokens 5, cost 0.1, last 3', 'counted once');
select tests.act_as('service_role');
select is(
  (select concat_ws(' ', sum(u.requests), sum(u.cost_usd)) from public.usage_daily as u), '1 0.1',
  'and spent once'
);

select * from finish();
rollback;
