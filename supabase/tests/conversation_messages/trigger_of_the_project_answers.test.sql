-- What a trigger writes is stored before the statement that fired it ends.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

create function tests.tg_answer()
returns trigger
language plpgsql
as $$
begin
  if new.content = 'plain' then
    insert into public.conversation_messages (session_id, role, content)
    values (new.session_id, 'assistant', 'b'), (new.session_id, 'assistant', 'c');
  else
    perform public.append_messages(new.session_id, '[{"role": "assistant", "content": "b"}]');
  end if;
  return null;
end
$$;
create trigger answer after insert on public.conversation_messages
  for each row when (new.role = 'user') execute function tests.tg_answer();
select tests.start(1);
select tests.act_as('owner');
create function pg_temp.ask(p_n integer, p_content text)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.conversation_messages (id, session_id, role, content) values (%L, %L, %L, %L)',
    tests.m(p_n), tests.s(1), 'user', p_content
  ))
$$;
select is(pg_temp.ask(1, 'plain'), 'ok', 'by plain inserts');
select is(pg_temp.ask(2, 'bulk'), 'ok', 'by append_messages');
select is(tests.tree_of(1), '1 ?<1 ?<? 2<? ?<2 | shown ? | branches 0', 'in the order of writing');
select is(tests.counters_of(1), 'messages 5, tokens 0, cost 0, last 5', 'each counted once');

select * from finish();
rollback;
