begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(2);

select tests.start(1);
select tests.act_as('owner');
select tests.append(
  1,
  jsonb_build_array(
    tests.asks('a'),
    '{"role": "tool", "tool_call_id": "a", "content": "", "error_message": "no such place"}'::jsonb
  )
);
create temporary table forked as select f.id from public.fork_session(tests.s(1)) as f;
select is(
  (select public.get_openai_messages(f.id) #>> '{1,content}' from forked as f), 'no such place',
  'the model is told what went wrong'
);
select is((select sum(u.errors) from public.usage_daily as u), 1::numeric, 'which is counted once');

select * from finish();
rollback;
