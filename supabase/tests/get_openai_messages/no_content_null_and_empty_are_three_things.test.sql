begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(7);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.content_of(p_message jsonb)
returns text
language sql
as $$
  select tests.append(1, jsonb_build_array(p_message || '{"parent": "root"}'));
  select coalesce((tests.openai(1) -> 0 -> 'content')::text, 'none')
$$;
select is(pg_temp.content_of(tests.asks('a')), 'null', 'calls alone: null');
select is(
  pg_temp.content_of(tests.asks('a') || '{"content": "", "parts": []}'), '""', 'an empty one that was given'
);
select is(
  pg_temp.content_of(tests.asks('a') || '{"parts": [{"type": "data-openai-message", "data": {}}]}'),
  'none', 'a carrier without one'
);
select is(
  pg_temp.content_of(
    tests.asks('a') || '{"parts": [{"type": "data-openai-message", "data": {"content": ""}}]}'
  ),
  '""', 'a carrier with an empty one'
);
select is(pg_temp.content_of(tests.says('assistant', '')), '""', 'without calls it is there');
select is(
  pg_temp.content_of(
    '{"role": "assistant", "parts": [{"type": "data-openai-message", "data": {"refusal": "No."}}]}'
  ),
  'null', 'beside a refusal'
);
select is(
  pg_temp.content_of(tests.says('user', '') || '{"parts": []}'), '""', 'an empty one of the user'
);

select * from finish();
rollback;
