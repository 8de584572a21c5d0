begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.read(p_n integer, p_data text)
returns jsonb
language sql
as $$
  select
    tests.append(
      1,
      jsonb_build_array(
        jsonb_build_object(
          'id', tests.m(p_n), 'role', 'user', 'content', 'x', 'parent', 'root',
          'parts', jsonb_build_array(
            jsonb_build_object('type', 'data-ui-message', 'data', p_data::jsonb)
          )
        )
      )
    );
  select tests.ui(1) -> 0
$$;
select is(
  pg_temp.read(1, '{"id": "abc", "metadata": [1], "role": "assistant", "parts": []}'),
  '{"id": "abc", "metadata": [1], "role": "user", "parts": [{"type": "text", "text": "x"}]}'::jsonb,
  'id and metadata; role and parts have columns'
);
select is(
  pg_temp.read(2, '{"id": 1}') ->> 'id', tests.m(2)::text,
  'an id that is no text: the row''s'
);
select is(
  pg_temp.read(3, '[]'),
  jsonb_build_object(
    'id', tests.m(3),
    'role', 'user', 'parts', '[{"type": "text", "text": "x"}]'::jsonb
  ),
  'a carrier that carries nothing'
);
select tests.append(
  1,
  '[{"role": "system", "content": "x", "parent": "root",
    "parts": [{"type": "data-openai-message", "data": {"role": "developer"}}]}]'
);
select is(tests.ui_line(1), 'system: x', 'a developer is the system');

select * from finish();
rollback;
