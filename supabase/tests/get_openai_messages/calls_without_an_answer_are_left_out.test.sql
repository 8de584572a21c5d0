begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(7);

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
  select tests.openai_line(1)
$$;
select is(
  pg_temp.read(tests.asks('a', 'b'), tests.gives('b'), tests.gives('a'), tests.says('assistant', 'x')),
  'assistant - [a b] | tool b | tool a | assistant x', 'both answered, in the order of their answers'
);
select is(
  pg_temp.read(tests.asks('a', 'b'), tests.gives('b'), tests.says('user', 'x')),
  'assistant - [b] | tool b | user x', 'one of two'
);
select is(
  pg_temp.read(tests.says('user', 'x'), tests.asks('a'), tests.says('user', 'y')),
  'user x | user y', 'a message of such calls alone'
);
select is(
  pg_temp.read(tests.asks('a') || '{"content": "Let me see."}', tests.says('user', 'y')),
  'assistant Let me see. | user y', 'one that says something as well'
);
select is(
  pg_temp.read(tests.says('user', 'x'), tests.asks('a', 'b'), tests.gives('b')),
  'user x | assistant - [a b] | tool b', 'at the end they wait'
);
select is(
  pg_temp.read(tests.asks('a', 'b'), tests.gives('a'), tests.says('user', 'x'), tests.gives('b')),
  'assistant - [a] | tool a | user x', 'an answer that comes after somebody else is none'
);
select is(
  pg_temp.read(
    tests.asks('a') || '{"parts": [{"type": "data-openai-message", "data": {"refusal": "No."}}]}',
    tests.says('user', 'y')
  ),
  'assistant - | user y', 'a refusal stays'
);

select * from finish();
rollback;
