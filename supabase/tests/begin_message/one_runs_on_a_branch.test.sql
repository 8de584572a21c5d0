begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(9);

select tests.start(1);
select tests.act_as('owner');
select tests.fill(1, 1);
select tests.begin(2);
select is(tests.begin_error(3), 'PT409 STREAM_RUNNING', 'behind a running one');
select tests.append(1, jsonb_build_array(tests.msg(4)));
select is(tests.begin_error(3), 'PT409 STREAM_RUNNING', 'further behind it');
select is(tests.begin_error(5, tests.m(1)::text), 'ok', 'beside it: another branch');
select is(
  tests.begin_error(6, tests.m(4)::text), 'PT409 STREAM_RUNNING', 'in a tree, behind it'
);
select is(tests.begin_error(7, 'root'), 'ok', 'a branch of its own');
select public.finish_message(tests.m(2));
select is(tests.begin_error(6, tests.m(4)::text), 'ok', 'once it is finished');
select is(tests.begin_error(8, tests.m(5)::text), 'PT409 STREAM_RUNNING', 'behind the other one');
select tests.idle(5, '1 minute');
select is(tests.begin_error(8, tests.m(5)::text), 'PT409 STREAM_RUNNING', 'idle for a minute');
select tests.idle(5);
select is(
  tests.begin_error(8, tests.m(5)::text) || ', ' || tests.state_of(5),
  'ok, interrupted '''' next 1', 'for three: it is interrupted to make room'
);

select * from finish();
rollback;
