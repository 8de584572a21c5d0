-- A correction by the server makes the cost the server's, and not the answer.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/streaming.psql
select plan(12);

select tests.start(1);
select tests.price('m');
create function pg_temp.correct(p_n integer)
returns void
language plpgsql
as $$
begin
  perform tests.act_as('service_role');
  update public.conversation_messages set input_tokens = 1000, output_tokens = 100
  where id = tests.m(p_n);
  perform tests.act_as('owner');
end
$$;
create function pg_temp.finish(p_n integer, p_tokens integer)
returns text
language sql
as $$
  select tests.error_of(
    format('select public.finish_message(%L, p_input_tokens => %L)', tests.m(p_n), p_tokens)
  )
$$;

select tests.act_as('owner');
select tests.begin(1, 'active', 'm');
select public.append_message_delta(tests.m(1), 1, 'a');
select pg_temp.correct(1);
select is(tests.delta(1, 2, 'b'), 'ok', 'while it runs: the user goes on');
select tests.act_as('service_role');
select public.interrupt_stale_messages(0);
select tests.act_as('owner');
select is(tests.delta(1, 3, 'c'), 'ok', 'also after an interruption');
select is(pg_temp.finish(1, 1), 'ok', 'and ends it');
select is(tests.state_of(1), 'complete ''abc''', 'with all of its text');
select is(tests.cost_of(1), 'price_book 0.003', 'and the figures of the server');
select is(
  (select m.reported_by::text from public.conversation_messages as m where m.id = tests.m(1)),
  'service_role', 'which stay the server''s'
);

select tests.begin(2, 'active', 'm');
select public.finish_message(tests.m(2), p_input_tokens => 1);
select pg_temp.correct(2);
select is(pg_temp.finish(2, 1), 'ok', 'after its end: the same end again');
select is(pg_temp.finish(2, 2), 'PT409 IDEMPOTENCY_MISMATCH', 'another end');
select is(tests.cost_of(2), 'price_book 0.003', 'neither changes it');

select tests.act_as('service_role');
select tests.begin(3);
select public.finish_message(tests.m(3));
select tests.act_as('owner');
select is(tests.delta(3, 1, 'x'), 'PT409 ILLEGAL_TRANSITION', 'what the server ended');
select is(pg_temp.finish(3, 1), 'PT409 IDEMPOTENCY_MISMATCH', 'stays as it is');
select is(tests.ledger(false), 'daily exact, totals exact', 'usage is exact');

select * from finish();
rollback;
