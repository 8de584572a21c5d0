begin;
\ir ../_shared/setup.psql
select plan(1);

select tests.act_as('owner');
create temp table made as
select *
from public.create_conversation_session(
  tests.id_of('brand'), 'Title', 'Description', 'planner', '{"a": 1}', '{"b": 2}', '{"c": 3}',
  'english'
);
select is(
  (
    select jsonb_build_object(
      'brand', brand_id, 'texts', array[title, description, agent_type, language],
      'json', array[context, settings, metadata]
    )
    from public.conversation_sessions
    where id = (select id from made)
  ),
  jsonb_build_object(
    'brand', tests.id_of('brand'),
    'texts', array['Title', 'Description', 'planner', 'english'],
    'json', array['{"a": 1}', '{"b": 2}', '{"c": 3}']::jsonb[]
  ),
  'each argument is in its column'
);

select * from finish();
rollback;
