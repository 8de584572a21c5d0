begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.act_as('owner');
select is(
  tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(1), tests.msg(2))), '1@1+ 1@1= 2@2+',
  'the same body is written once'
);
select is(tests.tree_of(1), '1 2<1 | shown 2 | branches 0', 'two messages');
select is(
  tests.append_error(1, jsonb_build_array(tests.msg(3), tests.msg(3, '{"content": "other"}'))),
  'PT409 IDEMPOTENCY_MISMATCH', 'two bodies'
);
select is(
  tests.append_error(1, jsonb_build_array(tests.msg(3), tests.msg(3, '{"parent": "root"}'))),
  'PT409 IDEMPOTENCY_MISMATCH', 'two places'
);
select is(tests.counters_of(1), 'messages 2, tokens 0, cost 0, last 2', 'are not written');

select * from finish();
rollback;
