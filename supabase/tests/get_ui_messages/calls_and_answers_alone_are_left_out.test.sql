begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(9);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.read(variadic p_messages jsonb[])
returns text
language sql
as $$
  select
    tests.append(
      1, jsonb_set(to_jsonb(p_messages), '{0}', p_messages[1] || '{"parent": "root"}')
    );
  select tests.ui_line(1)
$$;
select is(
  pg_temp.read(tests.asks('a', 'b'), tests.gives('b'), tests.says('assistant', 'x')),
  'assistant: / b=output-available / x', 'one of two calls is answered'
);
select is(tests.ui_line(1, 2), 'assistant: x', 'the limit cuts behind the calls');
select is(
  pg_temp.read(tests.says('user', 'x'), tests.asks('a'), tests.says('user', 'y')),
  'user: x | user: y', 'none is answered'
);
select is(
  pg_temp.read(tests.asks('a') || '{"content": "So"}', tests.says('assistant', 'y')),
  'assistant: / So | assistant: y', 'what was said beside it stays'
);
select is(
  pg_temp.read(tests.asks('a', 'b'), tests.gives('b')),
  'assistant: / a=input-available b=output-available', 'at the end a call waits'
);
select is(
  pg_temp.read(
    tests.gives('a'), tests.asks('a'), tests.gives('z'), tests.gives('a'), tests.gives('a'),
    '{"role": "tool", "content": "x"}', tests.says('user', 'y'), tests.gives('a')
  ),
  'assistant: / a=output-available | user: y',
  'an answer too early, of another call, a second, without an id, too late'
);
select is(
  pg_temp.read(
    tests.says('assistant', 'x')
      || '{"parts": [{"type": "tool-look", "toolCallId": "a", "state": "input-available", "input": 1},
        {"type": "data-ui-message", "data": {}}]}',
    tests.says('user', 'y')
  ),
  'assistant: a=input-available x | user: y', 'the AI SDK''s own stay as they are'
);
select is(
  pg_temp.read(
    '{"role": "assistant", "parts": [
      {"type": "tool-look", "toolCallId": "a", "state": "input-available", "input": 1},
      {"type": "tool-look", "toolCallId": "b", "state": "input-available", "input": 1},
      {"type": "data-ui-message", "data": {}}]}',
    tests.gives('b'), tests.says('user', 'y')
  ),
  'assistant: b=output-available | user: y', 'unless one of them was answered from outside'
);
select is(
  pg_temp.read(
    tests.asks('a') || '{"parts": [{"type": "reasoning", "text": "Hm"}], "content": "So"}',
    tests.gives('a'),
    '{"role": "assistant", "content": "x", "parts": [{"type": "step-start"}]}'
  ),
  'assistant: / reasoning So a=output-available / x', 'parts beside columns'
);

select * from finish();
rollback;
