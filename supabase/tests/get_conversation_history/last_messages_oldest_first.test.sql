begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.fill(1, 60);
select tests.act_as('owner');
select is(tests.history_of(1, 3), '58 59 60', 'the last three in order');
select is(
  (select array_agg(sequence_order) from public.get_conversation_history(tests.s(1))),
  (select array_agg(i) from generate_series(11, 60) as i), 'left out, the limit is 50'
);
select is(tests.history_of(1, 1), '60', 'one');
select is(
  (select count(*) from public.get_conversation_history(tests.s(1), 200)), 60::bigint, 'all'
);
select tests.act_as('service_role');
select is(tests.history_of(1, 2), '59 60', 'service_role reads any');

select * from finish();
rollback;
