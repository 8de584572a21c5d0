begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

create function pg_temp.messages_read()
returns bigint
language sql
volatile
as $$
  select
    pg_stat_get_xact_tuples_returned('public.conversation_messages'::regclass)
    + pg_stat_get_xact_tuples_fetched('public.conversation_messages'::regclass)
$$;
create function pg_temp.reads_few(p_name text, p_parent text)
returns text
language plpgsql
as $$
declare
  v_before constant bigint := pg_temp.messages_read();
begin
  perform public.append_messages(
    tests.s(1), jsonb_build_array(jsonb_build_object('role', 'user', 'content', 'a', 'parent', p_parent))
  );
  return cmp_ok(pg_temp.messages_read() - v_before, '<', 100::bigint, p_name);
end
$$;

select tests.start(1);
-- So wide that ten look-ups cost less than reading all.
insert into public.conversation_messages (id, session_id, role, content)
select tests.m(i), tests.s(1), 'user', repeat('x', 1500) from generate_series(1, 600) as i;
analyze public.conversation_messages;
-- Once before, for what a plan takes that the next calls keep.
select public.append_messages(tests.s(1), '[{"role": "user", "content": "a"}]');

select pg_temp.reads_few('after the end of the branch', (
  select s.active_message_id::text from public.conversation_sessions as s where s.id = tests.s(1)
));
select pg_temp.reads_few('beside another answer', tests.m(500)::text);
select pg_temp.reads_few('a first message beside another', 'root');

select * from finish();
rollback;
