begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(10);

select tests.start(1);
select tests.act_as('owner');
select tests.begin(1);
select is(public.append_message_delta(tests.m(1), 1, 'Hel'), 2, 'the first tells the next');
select is(public.append_message_delta(tests.m(1), 2, 'lo'), 3, 'and so on');
select is(tests.delta(1, 2, 'lo'), 'PT409 DELTA_OUT_OF_SEQUENCE', 'repeated');
select is(tests.delta(1, 4, '!'), 'PT409 DELTA_OUT_OF_SEQUENCE', 'skipped');
select is(tests.delta(1, 0, '!'), 'PT400 INVALID_ARGUMENT', 'none');
select is(tests.delta(1, null, '!'), 'PT400 INVALID_ARGUMENT', 'null');
select is(tests.delta(1, 3, null), 'PT400 INVALID_ARGUMENT', 'no text');
select is(public.append_message_delta(tests.m(1), 3, ''), 4, 'an empty one counts');
select is(tests.state_of(1), 'streaming ''Hello'' next 4 running', 'the text is that of the deltas');
select is(
  tests.delta(1, 4, repeat('x', 1048576)) || ', ' || tests.state_of(1),
  'PT413 TOO_LARGE, streaming ''Hello'' next 4 running', 'one too long changes nothing'
);

select * from finish();
rollback;
