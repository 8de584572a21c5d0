begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.start(2);
select tests.start(3, 'other');
select tests.act_as('other');
select public.log_turn(tests.s(3), tests.m(3), 'q', 'a');
select tests.act_as('owner');
create function pg_temp.turn(p_session integer, p_n integer)
returns text
language sql
as $$
  select tests.error_of(
    format('select public.log_turn(%L, %L, %L, %L)', tests.s(p_session), tests.m(p_n), 'q', 'a')
  )
$$;
select is(pg_temp.turn(1, 1), 'ok', 'a turn');
select is(pg_temp.turn(2, 1), 'PT409 IDEMPOTENCY_MISMATCH', 'its id in another session');
select is(pg_temp.turn(1, 3), 'PT409 IDEMPOTENCY_MISMATCH', 'an id of another user');
select tests.append(1, jsonb_build_array(tests.msg(4, '{"content": "q"}')));
select is(pg_temp.turn(1, 4), 'PT409 IDEMPOTENCY_MISMATCH', 'the id of a message that was no turn');
select is(
  tests.counters_of(2), 'messages 0, tokens 0, cost 0, last 0', 'nothing of it is written'
);

select * from finish();
rollback;
