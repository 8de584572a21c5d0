begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(7);

select tests.start(1);
select tests.act_as('owner');
select tests.begin(1);
select public.append_message_delta(tests.m(1), 1, 'a');
select tests.idle(1);
select tests.act_as('service_role');
select is(public.interrupt_stale_messages(), 1, 'interrupted');
select tests.act_as('owner');
select is(tests.delta(1, 1, 'a'), 'PT409 DELTA_OUT_OF_SEQUENCE', 'repeated');
select is(tests.state_of(1), 'interrupted ''a'' next 2', 'and it stays interrupted');
select is(
  tests.delta(1, 2, 'b') || ', ' || tests.state_of(1), 'ok, streaming ''ab'' next 3 running',
  'with the next it runs again'
);
select tests.idle(1);
select tests.begin(2);
select is(tests.delta(1, 3, 'c'), 'PT409 STREAM_RUNNING', 'not while another runs below it');
select is(tests.state_of(1), 'interrupted ''ab'' next 3', 'its text stays');
select public.finish_message(tests.m(2));
select is(
  tests.delta(1, 3, 'c') || ', ' || tests.state_of(1), 'ok, streaming ''abc'' next 4 running',
  'once that is finished'
);

select * from finish();
rollback;
