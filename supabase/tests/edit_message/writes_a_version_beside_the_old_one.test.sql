begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(9);

select tests.start(1);
select tests.act_as('owner');
select tests.append(
  1,
  jsonb_build_array(
    tests.msg(1), tests.msg(2, '{"content_type": "markdown", "tool_call_id": "c", "tool_calls": [1]}'),
    tests.msg(3)
  )
);
create temporary table edited as
select r.*
from public.edit_message(tests.m(2), 'better', tests.m(4), '[{"type": "text"}]', '{"k": 1}') as r;
select results_eq(
  $$
    select tests.number_of(e.id), tests.number_of(e.parent_message_id), e.role::text, e.content,
      e.content_type::text, e.parts, e.tool_calls, e.tool_call_id, e.metadata, e.sequence_order,
      e.status::text, e.cost_source::text, e.inserted
    from edited as e
  $$,
  $$
    values ('4', '1', 'user', 'better', 'markdown', '[{"type": "text"}]'::jsonb, '[1]'::jsonb, 'c',
      '{"k": 1}'::jsonb, 4, 'complete', 'none', true)
  $$, 'the same place and kind, the new text'
);
select is(tests.tree_of(1), '1 2<1 3<2 4<1 | shown 4 | branches 1', 'shown; nothing is lost');
select is(tests.counters_of(1), 'messages 4, tokens 0, cost 0, last 4', 'counted');
select is(
  (select m.content from public.conversation_messages as m where m.id = tests.m(2)), 'm2',
  'the old text stays'
);
select is(
  (select m.edited_at is not null from public.conversation_messages as m where m.id = tests.m(2)),
  true, 'the old one tells that it was edited'
);
select is(
  (select count(*) from public.conversation_messages as m where m.edited_at is not null), 1::bigint,
  'and no other'
);
select is(tests.history_of(1), '1 4', 'history follows the new one');
select is(
  (public.edit_message(tests.m(1), 'first', tests.m(5))).parent_message_id, null,
  'a first message gets another first one beside it'
);
select is(tests.tree_of(1), '1 2<1 3<2 4<1 5 | shown 5 | branches 2', 'two branches beside the first');

select * from finish();
rollback;
