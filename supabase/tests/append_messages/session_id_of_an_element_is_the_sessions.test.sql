begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select is(
  tests.append_error(
    1, jsonb_build_array(tests.msg(1), tests.msg(2, jsonb_build_object('session_id', tests.s(2))))
  ), 'PT400 INVALID_ARGUMENT', 'another session'
);
select is(tests.counters_of(1), 'messages 0, tokens 0, cost 0, last 0', 'nothing was written');
select is(
  tests.append(1, jsonb_build_array(tests.msg(1, jsonb_build_object('session_id', tests.s(1))))),
  '1@1+', 'the same one'
);
select is(
  tests.append(1, jsonb_build_array(tests.msg(2, '{"session_id": null}'))), '2@2+', 'null'
);

select * from finish();
rollback;
