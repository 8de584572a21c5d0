begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(11);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select tests.fill(1, 2);
select is((public.edit_message(tests.m(2), 'x', tests.m(3))).inserted, true, 'first');
select is((public.edit_message(tests.m(2), 'x', tests.m(3))).inserted, false, 'again');
select is(
  tests.append_error(
    1, jsonb_build_array(tests.msg(3, jsonb_build_object('content', 'x', 'parent', tests.m(1))))
  ),
  'PT409 IDEMPOTENCY_MISMATCH', 'append_messages with its id says something else'
);
select is(
  tests.error_of(format('select public.edit_message(%L, %L, %L)', tests.m(2), 'y', tests.m(3))),
  'PT409 IDEMPOTENCY_MISMATCH', 'another text'
);
select is(
  tests.error_of(format('select public.edit_message(%L, %L, %L)', tests.m(1), 'x', tests.m(3))),
  'PT409 IDEMPOTENCY_MISMATCH', 'another message'
);
select tests.append(2, jsonb_build_array(tests.msg(9)));
select is(
  tests.error_of(format('select public.edit_message(%L, %L, %L)', tests.m(9), 'x', tests.m(3))),
  'PT409 IDEMPOTENCY_MISMATCH', 'another session'
);
select is(tests.counters_of(1), 'messages 3, tokens 0, cost 0, last 3', 'one is written');
delete from public.conversation_messages as m where m.id = tests.m(2);
select is(
  (public.edit_message(tests.m(2), 'x', tests.m(3))).inserted, false, 'again, after the old one is gone'
);
select is(
  tests.error_of(format('select public.edit_message(%L, %L, %L)', tests.m(2), 'y', tests.m(3))),
  'PT409 IDEMPOTENCY_MISMATCH', 'another text'
);
select is(
  tests.error_of(format('select public.edit_message(%L, %L, %L)', tests.m(2), 'x', tests.m(4))),
  'PT404 MESSAGE_NOT_FOUND', 'another version of what is gone'
);
select tests.act_as('other');
select is(
  tests.error_of(format('select public.edit_message(%L, %L, %L)', tests.m(2), 'x', tests.m(3))),
  'PT404 MESSAGE_NOT_FOUND', 'somebody else''s'
);

select * from finish();
rollback;
