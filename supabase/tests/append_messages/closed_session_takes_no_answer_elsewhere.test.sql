begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(
  tests.msg(1), tests.msg(2, '{"role": "assistant"}'), tests.msg(3)
));
select public.complete_conversation_session(tests.s(1));

select is(
  tests.error_of(format(
    'select public.append_messages(%L, %L)', tests.s(1),
    jsonb_build_array(
      tests.msg(4, jsonb_build_object('role', 'assistant', 'parent', p.parent))
    )
  )),
  p.expected,
  'an answer ' || p.place
)
from (
  values
    ('root', 'PT409 SESSION_CLOSED', 'beside the first message'),
    (tests.m(1)::text, 'PT409 SESSION_CLOSED', 'to an earlier message'),
    (upper(tests.m(3)::text), 'ok', 'to the turn that waits')
) as p (parent, expected, place);

select * from finish();
rollback;
