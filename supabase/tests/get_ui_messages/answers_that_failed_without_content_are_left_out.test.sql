begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(8);

select tests.start(1);
create function pg_temp.read(p_status text, p_message jsonb)
returns text
language plpgsql
as $$
begin
  delete from public.conversation_messages where session_id = tests.s(1);
  perform tests.act_as('owner');
  perform tests.append(1, jsonb_build_array(tests.msg(1), '{"role": "assistant"}' || p_message));
  perform tests.act_as('postgres');
  update public.conversation_messages set status = p_status::public.message_status
  where role = 'assistant';
  perform tests.act_as('owner');
  return tests.ui_line(1);
end
$$;
select is(pg_temp.read('failed', '{"content": ""}'), 'user: m1', 'failed without a word');
select is(pg_temp.read('failed', tests.asks('a')), 'user: m1', 'failed with calls alone');
select is(pg_temp.read('failed', '{"content": "So"}'), 'user: m1 | assistant: So', 'failed with some');
select is(pg_temp.read('streaming', '{"content": "So"}'), 'user: m1 | assistant: So', 'streaming');
select is(
  pg_temp.read('streaming', '{"content": ""}'), 'user: m1 | assistant:', 'streaming, no word yet'
);
select is(pg_temp.read('interrupted', '{"content": "So"}'), 'user: m1 | assistant: So', 'interrupted');
select is(
  tests.ui(1) #>> '{1,parts,0,text}', 'So', 'its text'
);
select is(
  pg_temp.read('cancelled', '{"content": "", "parts": [{"type": "reasoning", "text": "Hm"}]}'),
  'user: m1 | assistant: reasoning', 'cancelled while it was thinking'
);

select * from finish();
rollback;
