begin;
\ir ../_shared/setup.psql
select plan(22);

select tests.new_session('owner') as session_id into temporary fixture;
grant select on fixture to authenticated;
select tests.act_as('owner');

select is(
  tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content, %I) '
    'select session_id, %L, %L, repeat(%L, %s) from fixture',
    c.name, 'assistant', 'x', 'x', c.most
  )),
  'ok',
  format('%s of %s bytes is taken', c.name, c.most)
)
from (
  values
    ('provider', 1024), ('model_used', 1024), ('tool_call_id', 1024), ('service_tier', 1024),
    ('finish_reason', 1024), ('mood', 1024), ('action_taken', 1048576), ('error_message', 1048576)
) as c (name, most);

select is(
  tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content, %I) '
    'select session_id, %L, %L, repeat(%L, %s) from fixture',
    c.name, 'assistant', 'x', 'x', c.most + 1
  )),
  'PT413 TOO_LARGE',
  format('%s of %s bytes is refused', c.name, c.most + 1)
)
from (
  values
    ('provider', 1024), ('model_used', 1024), ('tool_call_id', 1024), ('service_tier', 1024),
    ('finish_reason', 1024), ('mood', 1024), ('action_taken', 1048576), ('error_message', 1048576)
) as c (name, most);

select is(
  tests.error_of(format(
    'update public.conversation_sessions set %I = repeat(%L, %s)', c.name, 'x', c.bytes
  )),
  c.expected,
  format('%s of %s bytes', c.name, c.bytes)
)
from (
  values
    ('agent_type', 1024, 'ok'), ('agent_type', 1025, 'PT413 TOO_LARGE'),
    ('language', 1024, 'ok'), ('language', 1025, 'PT413 TOO_LARGE')
) as c (name, bytes, expected);

select is(
  tests.error_of(
    'update public.conversation_sessions set selected_kb_ids = array_fill(gen_random_uuid(), array[16000])'
  ),
  'ok',
  '16,000 knowledge bases are taken'
);
select is(
  tests.error_of(
    'update public.conversation_sessions set selected_kb_ids = array_fill(gen_random_uuid(), array[16400])'
  ),
  'PT413 TOO_LARGE',
  'more than 256 KiB of them are refused'
);

select * from finish();
rollback;
