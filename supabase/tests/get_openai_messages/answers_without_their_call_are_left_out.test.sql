begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(7);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select tests.append(
  1,
  jsonb_build_array(
    tests.says('user', 'x'), tests.asks('a', 'b'), tests.gives('a'), tests.gives('b'),
    tests.says('assistant', 'y')
  )
);
select is(
  tests.openai_line(1, 4), 'assistant - [a b] | tool a | tool b | assistant y', 'the whole exchange'
);
select is(tests.openai_line(1, 3), 'assistant y', 'cut behind the calls');
select is(tests.openai_line(1, 2), 'assistant y', 'cut between the answers');
select is(tests.openai_line(1, 1), 'assistant y', 'cut behind them');
select tests.append(
  2,
  jsonb_build_array(
    tests.gives('a'), tests.asks('a'), tests.gives('z'), tests.gives('a'),
    tests.gives('a') || '{"content": "again"}', '{"role": "tool", "content": "without an id"}'::jsonb,
    tests.says('user', 'x'), tests.gives('a')
  )
);
select is(
  tests.openai_line(2), 'assistant - [a] | tool a | user x',
  'one too early, of another call, a second, without an id, too late'
);
select is(tests.openai(2) -> 1 ->> 'content', 'gave a', 'of two the first');
delete from public.conversation_messages where session_id = tests.s(1) and role = 'assistant';
select is(tests.openai_line(1), 'user x', 'the call was deleted');

select * from finish();
rollback;
