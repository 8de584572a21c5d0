begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(tests.msg(1, '{"metadata": {"a": null}}')));
select is(
  tests.append(1, jsonb_build_array(tests.msg(1, '{"metadata": {"a": null}}'))), '1@1=', 'the same'
);
select is(
  tests.append_error(1, jsonb_build_array(tests.msg(1, '{"metadata": {"b": null}}'))),
  'PT409 IDEMPOTENCY_MISMATCH', 'another key with null'
);
select is(
  tests.append_error(1, jsonb_build_array(tests.msg(1))), 'PT409 IDEMPOTENCY_MISMATCH',
  'no metadata at all'
);

select * from finish();
rollback;
