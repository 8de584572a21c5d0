begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(tests.msg(1)));

select is(
  tests.error_of(format(
    'select public.append_messages(%L, %L)', tests.s(1),
    jsonb_build_array(
      tests.msg(2, jsonb_build_object('parent', 'root', 'parent_message_id', tests.m(1)))
    )
  )),
  'PT400 INVALID_ARGUMENT',
  'parent and parent_message_id'
);
select is(
  tests.error_of(format(
    'select public.append_messages(%L, %L)', tests.s(1),
    jsonb_build_array(tests.msg(2, jsonb_build_object('parent_message_id', w.word)))
  )),
  'PT400 INVALID_ARGUMENT',
  'a word as parent_message_id: ' || w.word
)
from (values ('root'), ('active')) as w (word);
select is(
  tests.error_of(format(
    'select public.append_messages(%L, %L)', tests.s(1),
    jsonb_build_array(
      tests.msg(2, jsonb_build_object('parent', null, 'parent_message_id', tests.m(1)))
    )
  )),
  'ok',
  'a null is an argument left out'
);

select * from finish();
rollback;
